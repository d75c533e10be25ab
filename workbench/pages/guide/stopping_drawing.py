"""A noisy validation curve, and where a patience ends the training on it."""

from __future__ import annotations

import numpy as np

from core.training.stopping import Stopping
from workbench.page import Context
from workbench.pages.guide.drawings import Drawing
from workbench.pages.guide.sliders import Slide
from workbench.plots.legend import Legend
from workbench.plots.plot import Plot
from workbench.widgets.parts import label

EPOCHS = 60


class StoppingDrawing(Drawing):
    """The curve goes on beyond the end, pale, to show what was missed."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.legend = Legend(context.theme)
        self.plot = Plot(context.theme, "Validation by epoch", "epoch", "nDCG (made up)")
        self.plot.setMouseEnabled(False, False)
        self.told = label("", wrap=True, selectable=True)
        self.told.setMinimumHeight(3 * self.told.fontMetrics().lineSpacing())
        self.patience = Slide("patience", 0, 20, 5, 1)
        self.noise = Slide("noise", 0, 1, 0.4, 0.05)
        self.column.addWidget(label("Where training ends", "section"))
        self.column.addWidget(self.legend)
        self.column.addWidget(self.plot, 1)
        self.column.addWidget(self.told)
        for slide in (self.patience, self.noise):
            slide.changed.connect(lambda _: self._draw())
            self.column.addWidget(slide)

    def show_key(self, key: str) -> None:
        """Draw."""
        self._draw()

    def _draw(self) -> None:
        epochs = np.arange(1, EPOCHS + 1)
        truth = 0.12 * (1 - np.exp(-epochs / 9)) - 0.0007 * np.maximum(epochs - 28, 0)
        values = truth + 0.012 * self.noise.value * np.random.default_rng(3).standard_normal(EPOCHS)
        state = Stopping("ndcg@100", int(self.patience.value))
        end = EPOCHS
        for epoch, value in zip(epochs.tolist(), values.tolist(), strict=True):
            state = state.after(epoch, value)
            if state.exhausted:
                end = epoch
                break
        self.plot.line("missed", epochs, values, "muted", dash=True)
        self.plot.line("seen", epochs[:end], values[:end], 0, width=2)
        self.plot.level("best", float(state.best_epoch), upright=True)
        self.plot.level("height", state.best)
        self.plot.fit()
        self.legend.show_entries([(0, "validation", False), ("muted", "not trained", True)])
        best = int(np.argmax(values)) + 1
        words = f"Training ends after epoch {end}, with the weights of epoch {state.best_epoch}."
        if best > end:
            words += f" Epoch {best} would have been better: the patience was too short for this noise."
        elif end < EPOCHS:
            words += f" The {EPOCHS - end} epochs beyond would have brought nothing."
        self.told.setText(words)
