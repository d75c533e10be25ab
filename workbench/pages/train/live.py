"""The right side of the Train page: live plots, their choices, and a log, all following one run."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QSlider, QSplitter, QVBoxLayout, QWidget

from core.text import rate
from core.training.plan import Plan
from workbench.page import Context
from workbench.pages.train.drawing import draw_difference, draw_loss, draw_ranks, draw_speed
from workbench.pages.train.form_panel import FormPanel
from workbench.pages.train.live_plots import PLOTS, LivePlots
from workbench.pages.train.log_view import LogView
from workbench.pages.train.overlay import Overlay
from workbench.pages.train.pace import Pace
from workbench.pages.train.pinned import PinnedUsers
from workbench.pages.train.queue_panel import QueuePanel
from workbench.pages.train.ranking_plot import STRIPS, by_key, chosen_names, last_epoch, list_lengths
from workbench.pages.train.turns import Turns
from workbench.plots.legend import Legend
from workbench.trace import Trace
from workbench.widgets.check_menu import CheckMenu
from workbench.widgets.parts import Card, IconButton, label
from workbench.words import examples_noun, metric_label

REDRAW, CATCH_UP = 50, 8
"""Milliseconds between two parts that are drawn anew, each in its turn; the second where all are to be, at once."""
PARTS = ("loss", "difference", "metrics", *STRIPS, "speed", "ranks", "log")
"""What is drawn in one event: more in one go would hold the window for too long."""
BY_EPOCH = ("metrics", *STRIPS, "ranks")
"""Parts that change when an epoch was measured, and at no step but one at which the axis of epochs grows."""
TITLES = {"loss": "Loss", "metrics": "Validation", "difference": "Score difference", "ranks": "Pinned users"}
MOST_LINES = 6
TALL = 660
"""Pixels from which on there is room for the throughput as a plot."""
USUAL = "ndcg,hit,auc"


class LivePanel(QWidget):
    """Draws a Trace, each part in its own time, all within a share of the time, and only while they are seen."""

    def __init__(self, context: Context, form: FormPanel) -> None:
        super().__init__()
        self._context = context
        self.trace: Trace | None = None
        self.plan: Plan | None = None
        self._measured: list[str] = []
        self._pace = Pace()
        self._turns = Turns(PARTS)
        self._logged = 0
        theme = context.theme
        self.plots = LivePlots(theme, self)
        self.plots.made.connect(self._hear_theme_last)
        self.plots.shown.connect(self._draw_anew)
        self.speed_words = label("", "caption")
        self.pinned = PinnedUsers(context, lambda: form.pinned, form.pin)
        self.pinned.changed.connect(self._renew)
        self.queue = QueuePanel(context)
        self.legends = {name: Legend(theme) for name in TITLES}
        self.upper = QWidget()
        column = QVBoxLayout(self.upper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self._grid(), 1)
        column.addLayout(self._controls())
        self.parts = QSplitter(Qt.Orientation.Vertical)
        self.parts.setObjectName("train-plots")
        self.parts.setChildrenCollapsible(False)
        self.parts.setHandleWidth(8)
        self.parts.addWidget(self.upper)
        self.parts.addWidget(self._below())
        self.parts.setStretchFactor(0, 1)
        self.parts.setSizes([600, 120])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.parts)
        self._timer = QTimer(self)
        self._timer.setInterval(REDRAW)
        self._timer.timeout.connect(self._look)
        self._catching_up = QTimer(self)
        self._catching_up.setInterval(CATCH_UP)
        self._catching_up.timeout.connect(self._catch_up)
        theme.changed.connect(self._renew)

    def _hear_theme_last(self) -> None:
        """A plot takes the theme's colours first; only then is it drawn anew."""
        self._context.theme.changed.disconnect(self._renew)
        self._context.theme.changed.connect(self._renew)

    def _draw_anew(self, name: str) -> None:
        self._turns.forget(name, *(STRIPS if name == "metrics" else ()))
        self._draw_part(name)
        self._catching_up.start()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Where there is little room the throughput is told in words alone."""
        super().resizeEvent(event)
        self.plots.places["speed"].setVisible(self.height() >= TALL)
        self._turns.forget("speed")

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Catch up with what was told meanwhile."""
        super().showEvent(event)
        self._timer.start()
        self._renew()
        self.plots.go_on()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """There is nothing to look for while nothing is seen."""
        super().hideEvent(event)
        self._timer.stop()

    # --- building -----------------------------------------------------------------------------------------------

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(8)
        for at, (key, title) in enumerate(TITLES.items()):
            card = Card(title)
            card.head.takeAt(card.head.count() - 1)
            card.caption.hide()
            card.head.addWidget(self.legends[key], 1)
            card.body.addWidget(self.plots.places[key], 1)
            if key == "loss":
                card.body.addWidget(self.speed_words)
                card.body.addWidget(self.plots.places["speed"])
            if key == "ranks":
                card.head.addWidget(self.pinned)
            grid.addWidget(card, at // 2, at % 2)
        for at in range(2):
            grid.setColumnStretch(at, 1)
            grid.setRowStretch(at, 1)
        return grid

    def _controls(self) -> QHBoxLayout:
        theme, settings = self._context.theme, self._context.settings
        self.measures = CheckMenu(theme, "Metrics", least=1, most=MOST_LINES)
        self.ks = CheckMenu(theme, "List lengths k", least=1)
        self._wanted_keys = settings.text("train/metrics", USUAL).split(",")
        self._wanted_ks = settings.text("train/ks", "10").split(",")
        self.measures.changed.connect(self._choose)
        self.ks.changed.connect(self._choose)
        self.smooth = QSlider(Qt.Orientation.Horizontal)
        self.smooth.setRange(0, 95)
        self.smooth.setValue(round(settings.number("train/smooth", 0, 0, 95)))
        self.smooth.setFixedWidth(64)
        self.smooth.setAccessibleName("Smoothing of the loss")
        self.smooth.setToolTip("Share of the past in the smoothed loss; the raw line stays, thin")
        self.smooth.valueChanged.connect(self._smooth)
        self.baselines = QCheckBox("Popularity")
        self.baselines.setChecked(settings.switch("train/baselines", True))
        self.baselines.toggled.connect(self._show_baselines)
        self.overlay = Overlay(self._context)
        self.overlay.redrawn.connect(self._renew)
        row = QHBoxLayout()
        row.setSpacing(8)
        for each in (self.measures, self.ks, self.baselines):
            row.addWidget(each)
        row.addStretch(1)
        row.addWidget(label("Smooth", "muted"))
        row.addWidget(self.smooth)
        row.addWidget(self.overlay)
        return row

    def _below(self) -> QWidget:
        self.log = LogView()
        theme = self._context.theme
        beside = QVBoxLayout()
        beside.setSpacing(2)
        beside.addWidget(IconButton(theme, "copy", "Copy the whole log", self.log.copy_all))
        beside.addWidget(IconButton(theme, "export", "Save the log", self.log.ask_save))
        beside.addStretch(1)
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.log, 3)
        row.addLayout(beside)
        row.addWidget(self.queue, 2)
        return holder

    # --- what is shown ------------------------------------------------------------------------------------------

    def show_trace(self, trace: Trace, plan: Plan | None) -> None:
        """Follow another run."""
        self.trace, self.plan = trace, plan
        self.log.begin()
        self._logged = 0
        self.plots.show_everything()
        self._turns.begin()
        self._renew()

    def add_earlier(self, trace: Trace) -> None:
        """Offer a run that has ended for the overlay."""
        self.overlay.add(trace)

    @property
    def earlier(self) -> list[Trace]:
        """Runs of this session that have ended."""
        return self.overlay.earlier

    def overlaid(self) -> list[Trace]:
        """The other runs that are drawn too."""
        return self.overlay.drawn(self.trace)

    def _choose(self) -> None:
        self._wanted_keys = self.measures.ticked
        self._wanted_ks = self.ks.ticked or self._wanted_ks
        self._context.settings.keep("train/metrics", ",".join(self._wanted_keys))
        self._context.settings.keep("train/ks", ",".join(self._wanted_ks))
        self._renew()

    def _smooth(self, value: int) -> None:
        self._context.settings.keep("train/smooth", value)
        self._renew()

    def _show_baselines(self, shown: bool) -> None:
        self._context.settings.keep("train/baselines", shown)
        self._renew()

    def _renew(self) -> None:
        """Draw everything again, whatever was drawn, one part after the other."""
        self._turns.forget()
        self._catching_up.start()

    def _catch_up(self) -> None:
        """Draw one part that was never drawn; what is seen is what somebody waits for, however long others take."""
        if not self._draw_first(self._turns.never_drawn):
            self._catching_up.stop()
            self._pace.forgive()

    def _look(self) -> None:
        """Bring one part up to date, where that is not too soon; of a run that has ended, at once."""
        trace = self.trace
        if trace is None or self._catching_up.isActive():
            return
        ended = trace.end is not None
        if self._pace.allows() or ended:
            self._draw_first(self._turns.due(ended))

    def _draw_first(self, parts: Iterable[str]) -> bool:
        """Draw the first of them that has something new; False where there is none."""
        return any(self._draw_part(part) for part in parts)

    def draw_all(self) -> None:
        """Draw all parts in one go, as a picture wants them."""
        self._turns.forget()
        for part in PARTS:
            self._draw_part(part)

    def _draw_part(self, part: str) -> bool:
        trace = self.trace
        # what is told before a plot is there stays in the trace: it is drawn when the plot is shown
        place = "metrics" if part in STRIPS else part
        waits = place in PLOTS and not self.plots.in_view(place)
        if trace is None or waits or not self.isVisible():
            return False
        # the strips share the axis of the lowest: where it grows between two epochs all of them grow
        by_epoch = (len(trace.epochs), trace.started is not None, last_epoch([trace]))
        told = by_epoch if part in BY_EPOCH else trace.version
        if not self._turns.draws(part, told):
            return False
        draw: dict[str, Callable[[Trace], None]] = {
            "loss": self._draw_loss,
            "speed": self._draw_speed,
            "difference": self._draw_difference,
            "metrics": self._draw_metrics,
            "ranks": self._draw_ranks,
            "log": self._write_log,
        }
        if part in draw:
            draw[part](trace)
        else:
            self.plots.metrics.draw_strip(part, trace, self.overlaid(), self._names(trace), self.baselines.isChecked())
        return True

    # --- drawing ------------------------------------------------------------------------------------------------

    def _draw_loss(self, trace: Trace) -> None:
        strength = self.smooth.value() / 100
        entries = draw_loss(self.plots.loss, trace, self.overlaid(), strength, self._context.theme.colours)
        self.legends["loss"].show_entries(entries)

    def _draw_speed(self, trace: Trace) -> None:
        draw_speed(self.plots.speed, trace, self.overlaid())
        latest = trace.speed.values[-1:]
        noun = "examples"
        if self.plan is not None:
            noun = examples_noun(self.plan.model.name, self.plan.loss.name if self.plan.loss is not None else "")
        now = rate(float(latest[0])) if len(latest) and latest[0] == latest[0] else ""
        if self.height() >= TALL:
            self.speed_words.setText(f"Thousand {noun} a second{', now ' if now else ''}{now}")
        else:
            # without its plot there is nothing that a unit could be of
            self.speed_words.setText(f"{now} ({noun})" if now else "")

    def _draw_difference(self, trace: Trace) -> None:
        self.legends["difference"].show_entries(draw_difference(self.plots.difference, trace, self.plan))

    def _offered(self, trace: Trace) -> tuple[list[str], list[str], list[str], list[str]]:
        """Metrics that the run measures and those that are ticked; list lengths and those that are ticked."""
        names = self._measured_names(trace)
        keys, ks = by_key(names), [str(k) for k in list_lengths(names)]
        ticked = [key for key in keys if key in self._wanted_keys] or keys[:1]
        return keys, ticked, ks, [k for k in ks if k in self._wanted_ks] or (["10"] if "10" in ks else ks[:1])

    def _names(self, trace: Trace) -> list[str]:
        """The flat names of the metrics that are drawn."""
        _, ticked, _, lengths = self._offered(trace)
        return chosen_names(self._measured_names(trace), ticked, lengths)[:MOST_LINES]

    def _measured_names(self, trace: Trace) -> list[str]:
        """Flat names of what a run measures; those of the run before until it is known: the next measures the same."""
        self._measured = measured(trace) or self._measured
        return self._measured

    def _draw_metrics(self, trace: Trace) -> None:
        """What surrounds the strips, which are parts of their own."""
        keys, ticked, ks, lengths = self._offered(trace)
        self.measures.offer([(key, metric_label(key)) for key in keys], ticked)
        self.ks.offer([(k, k) for k in ks], lengths)
        self.measures.say(", ".join(metric_label(key) for key in ticked) or "Metrics")
        self.ks.say(f"k {', '.join(lengths)}" if lengths else "k")
        self.legends["metrics"].show_entries(self.plots.metrics.arrange(trace, self._names(trace)))

    def _draw_ranks(self, trace: Trace) -> None:
        self.pinned.show_trace(trace)
        self.legends["ranks"].show_entries(draw_ranks(self.plots.ranks, trace, self.pinned.drawn))

    def _write_log(self, trace: Trace) -> None:
        fresh = trace.log[self._logged :]
        self._logged = len(trace.log)
        if fresh:
            self.log.add(fresh)


def measured(trace: Trace) -> list[str]:
    """Flat names of what a run measures; before its first epoch what Popularity was measured by."""
    return list(trace.metrics) or list(trace.started.baseline if trace.started is not None else ())
