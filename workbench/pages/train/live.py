"""The right side of the Train page: four plots and a log that follow a run."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QMenu,
    QPlainTextEdit,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from core.losses import LOSSES
from core.training.events import HISTOGRAM_BINS, HISTOGRAM_RANGE
from core.training.plan import Plan
from workbench.forms.editors import StillCombo
from workbench.page import Context
from workbench.pages.train.gradients import GRADIENTS
from workbench.plots.buckets import smoothed
from workbench.plots.legend import Legend
from workbench.plots.plot import Plot
from workbench.trace import Trace
from workbench.widgets.parts import Card, button, label
from workbench.words import cell, metric_label, score

REDRAW = 35
"""Milliseconds between two looks whether a part is to be drawn anew; each part has its turn."""
PARTS = ("loss", "difference", "metrics", "ranks", "log")
MOST_RANKS = 5
USUAL_FIRST = ("ndcg", "hit", "auc", "mrr", "map", "recall", "precision", "rmse", "mae")


class LivePanel(QWidget):
    """Draws a Trace, each part about six times a second and only while it is seen."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.trace: Trace | None = None
        self.plan: Plan | None = None
        self.earlier: list[Trace] = []
        self._drawn: dict[str, tuple[int, bool]] = {}
        self._turn = 0
        self._logged = 0
        theme = context.theme
        self.loss = Plot(theme, "Loss", "epoch", "")
        self.difference = Plot(theme, "Score difference", "positive − negative score", "")
        self.metrics = Plot(theme, "Ranking on validation", "epoch", "")
        self.ranks = Plot(theme, "Ranks of pinned users", "epoch", "rank", log=(False, True))
        self.ranks.getPlotItem().invertY(True)
        self.difference.stand_on_zero()
        self.legends = {name: Legend(theme) for name in ("loss", "difference", "metrics", "ranks")}
        grid = QGridLayout()
        grid.setSpacing(8)
        titles = {
            "loss": "Loss",
            "metrics": "Validation",
            "difference": "Score difference",
            "ranks": "Pinned users",
        }
        for at, (key, title) in enumerate(titles.items()):
            card = Card(title)
            card.head.takeAt(card.head.count() - 1)
            card.caption.hide()
            card.head.addWidget(self.legends[key], 1)
            card.body.addWidget(getattr(self, key), 1)
            grid.addWidget(card, at // 2, at % 2)
        for at in range(2):
            grid.setColumnStretch(at, 1)
            grid.setRowStretch(at, 1)
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setMaximumBlockCount(5000)
        self.log.setAccessibleName("Log")
        self.log.setFixedHeight(104)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(grid, 1)
        column.addLayout(self._controls())
        column.addWidget(self.log)
        self._timer = QTimer(self)
        self._timer.setInterval(REDRAW)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        theme.changed.connect(self._renew)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Catch up with what was told meanwhile."""
        super().showEvent(event)
        self._renew()

    def _controls(self) -> QHBoxLayout:
        self.measure = StillCombo()
        self.measure.setAccessibleName("Metric")
        self.measure.activated.connect(lambda _: self._choose_metric())
        self.k = StillCombo()
        self.k.setAccessibleName("k")
        self.k.activated.connect(lambda _: self._renew())
        self.smooth = QSlider(Qt.Orientation.Horizontal)
        self.smooth.setRange(0, 95)
        self.smooth.setValue(0)
        self.smooth.setFixedWidth(90)
        self.smooth.setAccessibleName("Smoothing of the loss")
        self.smooth.valueChanged.connect(lambda _: self._renew())
        self.baselines = QCheckBox("Popularity")
        self.baselines.setChecked(True)
        self.baselines.toggled.connect(lambda _: self._renew())
        self.overlay = button("Overlay")
        self.menu = QMenu(self.overlay)
        self.overlay.setMenu(self.menu)
        self.overlay.setEnabled(False)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.measure)
        row.addWidget(label("k", "muted"))
        row.addWidget(self.k)
        row.addWidget(self.baselines)
        row.addStretch(1)
        row.addWidget(label("Smooth", "muted"))
        row.addWidget(self.smooth)
        row.addWidget(self.overlay)
        return row

    # --- what is shown ------------------------------------------------------------------------------------------

    def show_trace(self, trace: Trace, plan: Plan | None) -> None:
        """Follow another run."""
        self.trace, self.plan = trace, plan
        self.log.clear()
        self._logged = 0
        for plot in (self.loss, self.difference, self.metrics, self.ranks):
            plot.clear_all()
        self._renew()

    def add_earlier(self, trace: Trace) -> None:
        """Offer a run that has ended for the overlay."""
        self.earlier.append(trace)
        action = self.menu.addAction(cell(trace.title, 60).replace("&", "&&"))
        action.setCheckable(True)
        action.setData(len(self.earlier) - 1)
        action.toggled.connect(lambda _: self._renew())
        self.overlay.setEnabled(True)

    def overlaid(self) -> list[tuple[int, Trace]]:
        """The earlier runs that are drawn too, with their colours."""
        chosen = [action.data() for action in self.menu.actions() if action.isChecked()]
        return [(1 + at, self.earlier[at]) for at in chosen if self.earlier[at] is not self.trace]

    def _renew(self) -> None:
        """Draw everything again, whatever was drawn."""
        self._drawn = {}
        for _ in PARTS:
            self._look()

    def _look(self) -> None:
        """Bring one part up to date: four plots painted in one go would hold the window for too long."""
        trace = self.trace
        self._turn = (self._turn + 1) % len(PARTS)
        part = PARTS[self._turn]
        if trace is None or not self.isVisible():
            return
        if part in ("metrics", "ranks"):
            state = (len(trace.epochs), trace.started is not None)
        else:
            state = (trace.version, True)
        if self._drawn.get(part) == state:
            return
        self._drawn[part] = state
        if part == "metrics":
            self._offer_metrics(trace)
        {
            "loss": self._draw_loss,
            "difference": self._draw_difference,
            "metrics": self._draw_metrics,
            "ranks": self._draw_ranks,
            "log": self._write_log,
        }[part](trace)

    # --- drawing ------------------------------------------------------------------------------------------------

    def _draw_loss(self, trace: Trace) -> None:
        strength = self.smooth.value() / 100
        x, y = trace.at.values, trace.loss.values
        keys = ["raw"]
        self.loss.line("raw", x, y, 0 if strength == 0 else "muted")
        if strength > 0:
            keys.append("smooth")
            self.loss.line("smooth", x, smoothed(y, strength), 0, width=2)
        for colour, other in self.overlaid():
            key = f"other {colour}"
            keys.append(key)
            self.loss.line(key, other.at.values, smoothed(other.loss.values, strength), colour)
        self.loss.keep_lines(keys)
        entries: list[tuple[int | str, str, bool]] = [(0, f"{y[-1]:.4g}", False)] if len(y) else []
        self.legends["loss"].show_entries(entries)

    def _draw_difference(self, trace: Trace) -> None:
        low, high = HISTOGRAM_RANGE
        counts = np.asarray(trace.histogram, np.float64)
        if not len(counts) or not counts.sum():
            self.legends["difference"].show_entries([("muted", self._no_differences(), True)] if self.plan else [])
            return
        width = (high - low) / HISTOGRAM_BINS
        centres = low + width * (np.arange(HISTOGRAM_BINS) + 0.5)
        shares = counts / counts.sum()
        self.difference.bars("right", centres, np.where(centres > 0, shares, 0), 0.92 * width, 2)
        self.difference.bars("wrong", centres, np.where(centres <= 0, shares, 0), 0.92 * width, 1)
        self.difference.level("zero", 0.0, "", upright=True)
        right = shares[centres > 0].sum()
        entries: list[tuple[int | str, str, bool]] = [(2, f"ahead {right:.0%}".replace("%", " %"), False)]
        loss = self.plan.loss if self.plan is not None else None
        if loss is not None and loss.name in GRADIENTS:
            pull = GRADIENTS[loss.name](centres.astype(np.float64), loss.settings)
            self.difference.line("pull", centres, pull / max(pull.max(), 1e-12) * shares.max(), "text", dash=True)
            entries.append(("text", "pull", True))
        else:
            self.difference.keep_lines([])
        self.legends["difference"].show_entries(entries)

    def _no_differences(self) -> str:
        loss = self.plan.loss if self.plan is not None else None
        if loss is None:
            return "nothing is trained"
        return "no negatives in this loss" if LOSSES[loss.name].kind == "rating" else "waiting for the first step"

    def _offer_metrics(self, trace: Trace) -> None:
        names = list(trace.metrics) or list(trace.started.baseline if trace.started is not None else ())
        keys = sorted({name.partition("@")[0] for name in names}, key=_place)
        if keys and [self.measure.itemData(at) for at in range(self.measure.count())] != keys:
            kept = self.measure.currentData()
            self.measure.clear()
            for key in keys:
                self.measure.addItem(metric_label(key), key)
            self.measure.setCurrentIndex(max(self.measure.findData(kept), 0))
            self._offer_ks(names)

    def _offer_ks(self, names: list[str]) -> None:
        key = self.measure.currentData()
        ks = sorted(int(name.partition("@")[2]) for name in names if name.startswith(f"{key}@"))
        kept = self.k.currentData()
        self.k.clear()
        for k in ks:
            self.k.addItem(str(k), k)
        wanted = kept if kept in ks else 10 if 10 in ks else None
        self.k.setCurrentIndex(max(self.k.findData(wanted), 0))
        self.k.setEnabled(bool(ks))

    def _choose_metric(self) -> None:
        if self.trace is not None:
            started = self.trace.started
            self._offer_ks(list(self.trace.metrics) or list(started.baseline if started is not None else ()))
        self._renew()

    def chosen_metric(self) -> str:
        """The flat name of the metric that is drawn."""
        key, k = self.measure.currentData(), self.k.currentData()
        return f"{key}@{k}" if k is not None else str(key or "")

    def _draw_metrics(self, trace: Trace) -> None:
        name = self.chosen_metric()
        keys: list[str] = []
        entries: list[tuple[int | str, str, bool]] = []
        if name in trace.metrics:
            values = trace.metrics[name].values
            self.metrics.line("own", trace.epochs.values, values, 0, width=2, symbol="o" if len(values) < 60 else None)
            keys.append("own")
            if len(values) and values[-1] == values[-1]:
                entries.append((0, f"{metric_label(name)} {score(float(values[-1]))}", False))
        for colour, other in self.overlaid():
            if name in other.metrics:
                key = f"other {colour}"
                keys.append(key)
                self.metrics.line(key, other.epochs.values, other.metrics[name].values, colour)
        self.metrics.keep_lines(keys)
        base = trace.started.baseline.get(name) if trace.started is not None else None
        base = base if self.baselines.isChecked() else None
        self.metrics.level("popularity", base, f"Popularity {score(base)}")
        self.metrics.level("best", trace.best_epoch or None, upright=True)
        if trace.best_epoch:
            entries.append(("muted", f"best: {trace.best_epoch}", True))
        self.legends["metrics"].show_entries(entries)
        self.metrics.fit()

    def _draw_ranks(self, trace: Trace) -> None:
        keys, entries = [], []
        for at, (user, places) in enumerate(list(trace.ranks.items())[:MOST_RANKS]):
            self.ranks.line(user, trace.epochs.values, places.values, at, width=1)
            keys.append(user)
            latest = places.values[-1] if len(places) else np.nan
            shown = f"{int(latest):,}" if latest == latest else "–"
            entries.append((at, f"{cell(user, 8)}: {shown}", False))
        self.ranks.keep_lines(keys)
        self.legends["ranks"].show_entries(entries[:4])

    def _write_log(self, trace: Trace) -> None:
        fresh = trace.log[self._logged :]
        self._logged = len(trace.log)
        if fresh:
            self.log.appendPlainText("\n".join(fresh))
            bar = self.log.verticalScrollBar()
            bar.setValue(bar.maximum())


def _place(key: str) -> int:
    return USUAL_FIRST.index(key) if key in USUAL_FIRST else len(USUAL_FIRST)
