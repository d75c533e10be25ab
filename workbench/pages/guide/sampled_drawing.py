"""What a sampled evaluation makes of a rank: the chance of a hit, by the rank in the full list."""

from __future__ import annotations

import numpy as np

from core.insight.examples.draws import sampled_hit_chance
from workbench.page import Context
from workbench.pages.guide.drawings import Drawing
from workbench.pages.guide.sliders import Slide
from workbench.plots.legend import Legend
from workbench.plots.plot import Plot
from workbench.widgets.parts import label

EXAMPLE_ITEMS = 9000


class SampledDrawing(Drawing):
    """Two lines: full and sampled."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.legend = Legend(context.theme)
        self.plot = Plot(
            context.theme, "Chance of a hit by rank", "rank in the full list", "chance of a hit", (True, False)
        )
        self.plot.setMouseEnabled(False, False)
        self.told = label("", wrap=True, selectable=True)
        self.told.setMinimumHeight(3 * self.told.fontMetrics().lineSpacing())
        self.k = Slide("first k", 1, 50, 10, 1)
        self.sampled = Slide("sampled items", 9, 999, 99, 10)
        self.rank = Slide("true rank", 10, 2000, 500, 10)
        self.column.addWidget(label("A hit at k, in full and sampled", "section"))
        self.column.addWidget(self.legend)
        self.column.addWidget(self.plot, 1)
        self.column.addWidget(self.told)
        for slide in (self.rank, self.sampled, self.k):
            slide.changed.connect(lambda _: self._draw())
            self.column.addWidget(slide)
        context.session.data_changed.connect(self._draw)

    def show_key(self, key: str) -> None:
        """Draw."""
        self._draw()

    def items(self) -> int:
        """Those of the data that is open, else an example."""
        opened = self.context.session.opened
        return opened.split.train.n_items if opened is not None else EXAMPLE_ITEMS

    def _draw(self) -> None:
        items, k, sampled = self.items(), int(self.k.value), int(self.sampled.value)
        candidates = max(items - 1, 1)
        ranks = np.unique(np.geomspace(1, candidates + 1, 160).astype(np.int64))
        chance = sampled_hit_chance(ranks, candidates, sampled, k)
        self.plot.line("full", ranks, (ranks <= k).astype(np.float64), 0, dash=True)
        self.plot.line("sampled", ranks, chance, 1, width=2.5)
        rank = min(int(self.rank.value), items)
        self.plot.level("rank", float(np.log10(rank)), upright=True)
        self.plot.fit()
        self.legend.show_entries([(0, "full", True), (1, f"among {sampled} sampled", False)])
        here = float(sampled_hit_chance(np.array([rank]), candidates, sampled, k)[0])
        full = "a hit" if rank <= k else "no hit"
        words = (
            f"Rank {rank:,} of {items:,} is {full} at {k} in full; "
            f"among {sampled} samples it is one in {here:.0%} of the cases."
        )
        self.told.setText(words.replace("%", " %"))
