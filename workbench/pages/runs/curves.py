"""Curves of the chosen runs: a metric on the validation part and the loss, epoch by epoch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from core.runs.colours import Style
from core.runs.entries import section
from workbench.jobs.run_details import Detail
from workbench.plots.legend import Legend
from workbench.plots.plot import Plot
from workbench.theme import Theme
from workbench.trace import Trace
from workbench.widgets.parts import label
from workbench.words import cell, metric_label

NOTHING = np.zeros(0)
LEGEND_LINES = 4
"""As many runs as can be chosen have room in them, wherever the curves stand."""
FIRST = ("ndcg@10", "hit@10", "auc", "rmse")


class CurvesPanel(QWidget):
    """Two plots beside each other."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._shown: list[tuple[Detail, Style, str]] = []
        self.metrics = QComboBox()
        self.metrics.setAccessibleName("Metric of the curves")
        self.metrics.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.metrics.activated.connect(lambda _: self._draw())
        self.legend = Legend(theme, LEGEND_LINES)
        self.plot = Plot(theme, "Validation by epoch", "epoch")
        self.loss = Plot(theme, "Loss by epoch", "epoch", "loss")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(label("Validation part"))
        row.addWidget(self.metrics)
        row.addWidget(self.legend, 1)
        plots = QSplitter()
        plots.setChildrenCollapsible(False)
        plots.addWidget(self.plot)
        plots.addWidget(self.loss)
        plots.setSizes([300, 200])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(4)
        self.nothing = label("", "muted", wrap=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.stack = QStackedWidget()
        self.stack.addWidget(plots)
        self.stack.addWidget(self.nothing)
        column.addLayout(row)
        column.addWidget(self.stack, 1)

    def show_runs(self, shown: Sequence[tuple[Detail, Style, str]]) -> None:
        """Draw some runs: detail, style, name."""
        self._shown = list(shown)
        names = list(dict.fromkeys(name for detail, _, _ in shown for name in detail.trace.metrics))
        names.sort(key=lambda name: (FIRST.index(name) if name in FIRST else len(FIRST), name))
        if [self.metrics.itemData(at) for at in range(self.metrics.count())] != names:
            kept = self.metrics.currentData()
            self.metrics.clear()
            for name in names:
                self.metrics.addItem(metric_label(name), name)
            self.metrics.setCurrentIndex(max(self.metrics.findData(kept), 0))
        self.metrics.setVisible(bool(names))
        self._draw()

    def _draw(self) -> None:
        name = self.metrics.currentData() or ""
        several = len(self._shown) > 1
        keys = []
        for detail, style, _ in self._shown:
            trace, key = detail.trace, detail.folder
            keys.append(key)
            found = trace.metrics.get(name)
            x, y = (trace.epochs.values, found.values) if found is not None else (NOTHING, NOTHING)
            symbol = "o" if len(x) < 2 else None
            self.plot.line(key, x, y, style.colour, width=2, dash=style.dash, symbol=symbol)
            self.loss.line(key, trace.at.values, trace.loss.values, style.colour, width=1, dash=style.dash)
        self.plot.keep_lines(keys)
        self.loss.keep_lines(keys)
        base = baseline([detail.trace for detail, _, _ in self._shown], name)
        self.plot.level("popularity", base, "popularity")
        best = self._shown[0][0].trace.best_epoch if self._shown and not several else 0
        self.plot.level("best", float(best) if best else None, self._best_words(), upright=True)
        self.legend.show_entries([(style.colour, cell(title, 28), style.dash) for _, style, title in self._shown])
        self.plot.fit()
        if max((detail.trace.epochs.values.max(initial=0) for detail, _, _ in self._shown), default=0) == 1:
            # around one point alone there would be tens of epochs that never were
            self.plot.setXRange(0, 2, padding=0)
        self.loss.fit()
        drawn = any(len(detail.trace.epochs) or len(detail.trace.loss) for detail, _, _ in self._shown)
        self.nothing.setText("No curves: the run told nothing epoch by epoch." if self._shown else "")
        self.stack.setCurrentIndex(0 if drawn else 1)

    def _best_words(self) -> str:
        """By which metric the best epoch was chosen: another than the one in view can have its top elsewhere."""
        by = section(self._shown[0][0].record.plan, "training").get("stop_on") if self._shown else ""
        return f"best {metric_label(by)}" if isinstance(by, str) and by else "best"


def baseline(traces: Sequence[Trace], name: str) -> float | None:
    """What Popularity reaches on the validation part; None where runs on other data have other baselines."""
    found = {trace.started.baseline.get(name) for trace in traces if trace.started is not None} - {None}
    return next(iter(found)) if len(found) == 1 else None
