"""Where the scores of one user lie over the whole catalogue, and where the held-out item is among them."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.jobs.user_lists import UserView
from workbench.plots.plot import Plot
from workbench.theme import Theme
from workbench.widgets.elided import ElidedLabel


class ScoresPanel(QWidget):
    """A histogram of one run."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self.words = ElidedLabel("", "caption")
        self.plot = Plot(theme, f"Scores of run {name}", f"score of {name}", "items")
        self.plot.stand_on_zero()
        self.plot.setMouseEnabled(False, False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.words)
        column.addWidget(self.plot, 1)

    def show_nothing(self) -> None:
        """Nobody is in view."""
        self.words.show_text("")
        self.plot.clear_all()

    def show_scores(self, view: UserView, run: str) -> None:
        """Draw the scores of a user in the colour that the run has on every page; ``run`` is its folder's name."""
        placing, edges = view.placing, view.edges
        middles, width = (edges[:-1] + edges[1:]) / 2, float(edges[1] - edges[0])
        self.plot.bars("scores", middles, view.numbers, 0.92 * width, self._theme.run_colours.of(run))
        held = placing.held_out
        best = int(held[np.argmin(placing.places[held])]) if len(held) else None
        if best is None:
            self.plot.keep_lines([])
        else:
            place = float(placing.scores[best])
            self.plot.line("held", [place, place], [0, max(int(view.numbers.max()), 1)], "text", width=2)
        self.mark(None)
        self.plot.fit()
        what = "candidates" if placing.sampled else "items"
        if best is None:
            self.words.show_text(f"{len(placing.order):,} {what}")
            return
        below = float((placing.scores[placing.order] < placing.scores[best]).mean())
        self.words.show_text(f"held out (line): above {100 * below:.1f} % of {len(placing.order):,} {what}")

    def mark(self, score: float | None) -> None:
        """Mark the score of the chosen item, by a dashed line."""
        self.plot.level("chosen", score, "", upright=True)
