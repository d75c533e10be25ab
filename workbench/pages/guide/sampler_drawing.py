"""Where a sampler's negatives come from, on the items of the data that is open."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.insight.examples.draws import best_of_pool, shares, uniform_shares
from core.samplers import SAMPLERS
from workbench.page import Context
from workbench.pages.guide.drawings import Drawing
from workbench.pages.guide.sliders import Slide
from workbench.plots.legend import Legend
from workbench.plots.plot import Plot
from workbench.widgets.parts import button, label

Line = npt.NDArray[np.float64]
Entries = list[tuple[int | str, str, bool]]
EXAMPLE_ITEMS, EXAMPLE_TOP = 2000, 400
MILLION = 1e6
TOP = 0.1
"""Share of the items, the most popular, of which the words below tell."""


class SamplerDrawing(Drawing):
    """Shares of draws by popularity; for dynamic and WARP by the model's own order."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.key = ""
        self.title = label("", "section")
        self.legend = Legend(context.theme)
        self.shares = Plot(
            context.theme, "Draws by popularity", "item, from the most popular", "draws in a million", (True, True)
        )
        self.best = Plot(
            context.theme, "Where the best of a pool stands", "best-scored % of the unseen items", "% of the draws"
        )
        self.weights = Plot(context.theme, "Weight by the draws needed", "draws needed", "weight Φ")
        self.alpha = Slide("exponent α", 0, 2, 0.75, 0.05)
        self.pool = Slide("pool", 1, 50, 5, 1)
        self.draws = Slide("draws needed", 1, 50, 5, 1)
        self.told = label("", wrap=True, selectable=True)
        self.told.setMinimumHeight(3 * self.told.fontMetrics().lineSpacing())
        self.source = label("", "caption", wrap=True)
        self.open = button("Open the sample data", lambda: context.open_data("sample"))
        for widget, stretch in (
            (self.title, 0),
            (self.legend, 0),
            (self.shares, 1),
            (self.best, 1),
            (self.weights, 1),
            (self.told, 0),
            (self.alpha, 0),
            (self.pool, 0),
            (self.draws, 0),
            (self.source, 0),
            (self.open, 0),
        ):
            self.column.addWidget(widget, stretch)
        for plot in (self.shares, self.best, self.weights):
            plot.setMouseEnabled(False, False)
        for slide in (self.alpha, self.pool, self.draws):
            slide.changed.connect(lambda _: self._draw())
        context.session.data_changed.connect(self._draw)

    def show_key(self, key: str) -> None:
        """Draw a sampler."""
        self.key = key
        self._draw()

    def counts(self) -> npt.NDArray[np.int64]:
        """Training events of the items, most first; a long tail made up where no data is open."""
        opened = self.context.session.opened
        if opened is not None:
            return np.sort(opened.split.train.item_counts)[::-1]
        return np.maximum(np.round(EXAMPLE_TOP / np.arange(1, EXAMPLE_ITEMS + 1) ** 0.8), 1).astype(np.int64)

    def _draw(self) -> None:
        if not self.key:
            return
        by_score = self.key in ("dynamic", "warp")
        self.title.setText(f"{SAMPLERS[self.key].label}: the draws")
        self.shares.setVisible(not by_score)
        self.best.setVisible(self.key == "dynamic")
        self.weights.setVisible(self.key == "warp")
        self.alpha.setVisible(self.key == "popularity")
        self.pool.setVisible(self.key == "dynamic")
        self.draws.setVisible(self.key == "warp")
        opened = self.context.session.opened
        known = (
            "On the training part of the data that is open."
            if opened is not None
            else "On a long tail made up: no data is open."
        )
        self.source.setText(known if self.key != "dynamic" else "")
        self.source.setVisible(self.key != "dynamic")
        self.open.setVisible(opened is None and self.key != "dynamic")
        if self.key == "warp":
            self.legend.show_entries([("muted", "waiting for torch", True)])
            self.context.when_warm("training", self._draw_weights)
        elif self.key == "dynamic":
            self._draw_best()
        else:
            self._draw_shares()

    def _draw_shares(self) -> None:
        counts = self.counts()
        # as many places as can be told apart on a logarithmic axis
        places = np.unique(np.geomspace(1, max(len(counts), 1), 240).astype(np.int64)) - 1
        lines: dict[str, Line] = {"uniform": uniform_shares(len(counts)), "share of events": shares(counts, 1.0)}
        if self.key == "popularity":
            lines[f"α = {self.alpha.value:.2f}"] = shares(counts, self.alpha.value)
        own = list(lines)[{"uniform": 0, "in-batch": 1, "popularity": 2}.get(self.key, 0)]
        entries: Entries = []
        for colour, (name, line) in enumerate(lines.items()):
            seen = places[line[places] > 0]
            self.shares.line(
                str(colour), seen + 1, MILLION * line[seen], colour, width=2.5 if name == own else 1, dash=name != own
            )
            entries.append((colour, name, name != own))
        self.shares.keep_lines([str(colour) for colour in range(len(lines))])
        self.shares.fit()
        self.legend.show_entries(entries)
        top = max(round(TOP * len(counts)), 1)
        of = {name: float(line[:top].sum()) for name, line in lines.items()}
        self.told.setText(
            f"The most popular tenth, {top:,} items, has {of['share of events']:.0%} of the events "
            f"and gets {of[own]:.0%} of the draws.".replace("%", " %")
        )

    def _draw_best(self) -> None:
        pool = int(self.pool.value)
        above = np.linspace(0.0, 1.0, 201)
        chance = best_of_pool(pool, above)
        self.best.line("uniform", 100 * above, 100 * above, 0, dash=True)
        self.best.line("pool", 100 * above, 100 * chance, 1, width=2.5)
        self.best.fit()
        self.legend.show_entries([(0, "uniform", True), (1, f"best of {pool}", False)])
        top = float(best_of_pool(pool, np.array([TOP]))[0])
        self.told.setText(
            f"{top:.0%} of the draws come from the tenth of the unseen items that the model scores best.".replace(
                "%", " %"
            )
        )

    def _draw_weights(self) -> None:
        from core.samplers.warp import rank_weights

        unseen = len(self.counts())
        draws = np.arange(1, 51)
        weights = rank_weights(unseen).numpy().astype(np.float64)
        self.weights.line("weight", draws, weights[unseen // draws], 0, width=2)
        needed = int(self.draws.value)
        self.weights.level("needed", float(needed), upright=True)
        self.weights.fit()
        self.legend.show_entries([(0, "weight Φ(rank)", False)])
        rank = unseen // needed
        self.told.setText(
            f"After {needed} {'draw' if needed == 1 else 'draws'} the rank is taken for {rank:,} of {unseen:,} unseen "
            f"items, and the step weighs {weights[rank]:.2f}."
        )
