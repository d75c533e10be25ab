"""The right side of the Train page: live plots, their choices, and a log, all following one run."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QSlider, QSplitter, QVBoxLayout, QWidget

from core.commands.text import rate
from core.losses import LOSSES
from core.training.events import HISTOGRAM_BINS, HISTOGRAM_RANGE
from core.training.plan import Plan
from workbench.page import Context
from workbench.pages.train.form_panel import FormPanel
from workbench.pages.train.gradients import GRADIENTS, pull_words
from workbench.pages.train.log_view import LogView
from workbench.pages.train.pinned import PinnedUsers
from workbench.pages.train.queue_panel import QueuePanel
from workbench.pages.train.ranking_plot import AXIS, RankingPlot, by_key, chosen_names, last_epoch, list_lengths
from workbench.plots.buckets import smoothed
from workbench.plots.legend import Entry, Legend
from workbench.plots.plot import Plot
from workbench.plots.ranges import growing_end, steady_range
from workbench.theme import Theme, mixed
from workbench.trace import Trace
from workbench.widgets.check_menu import CheckMenu
from workbench.widgets.parts import Card, IconButton, label
from workbench.words import cell, examples_noun, metric_label

REDRAW = 35
"""Milliseconds between two looks whether a part is to be drawn anew; each part has its turn."""
PARTS = ("loss", "difference", "metrics", "speed", "ranks", "log")
PLOTS = ("loss", "speed", "difference", "metrics", "ranks")
"""In the order in which they are made."""
FIRST, BETWEEN = 150, 12
"""Milliseconds before the first plot is made, when the page was painted, and from one to the next."""
TITLES = {"loss": "Loss", "metrics": "Validation", "difference": "Score difference", "ranks": "Pinned users"}
AXES = {
    "loss": ("Loss", "epoch", ""),
    "speed": ("Throughput", "", ""),
    "difference": ("Score difference", "positive − negative score", ""),
}
"""Name of a plot, and of what its axes show."""
MOST_LINES = 6
MOST_EARLIER = 12
"""Earlier runs that are offered for the overlay; all are in the list of runs."""
TALL = 660
"""Pixels from which on there is room for the throughput as a plot."""
USUAL = "ndcg,hit,auc"


class LivePanel(QWidget):
    """Draws a Trace, each part about five times a second and only while it is seen."""

    def __init__(self, context: Context, form: FormPanel) -> None:
        super().__init__()
        self._context = context
        self.trace: Trace | None = None
        self.plan: Plan | None = None
        self.earlier: list[Trace] = []
        self._drawn: dict[str, object] = {}
        self._turn = 0
        self._logged = 0
        theme = context.theme
        self._places = {name: QWidget() for name in PLOTS}
        for place in self._places.values():
            QVBoxLayout(place).setContentsMargins(0, 0, 0, 0)
            place.setMinimumSize(120, 40)
        self._places["speed"].setFixedHeight(52)
        self._made: dict[str, Plot | RankingPlot] = {}
        self._unseen: set[str] = set()
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
        self._timer.start()
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._make_next)
        self._next.start(FIRST)
        theme.changed.connect(self._renew)

    # --- the plots: made and shown one after the other, for all in one go would hold the window --------------------

    @property
    def loss(self) -> Plot:
        """The loss, step by step."""
        return cast("Plot", self._plot("loss"))

    @property
    def speed(self) -> Plot:
        """Examples a second."""
        return cast("Plot", self._plot("speed"))

    @property
    def difference(self) -> Plot:
        """How far positives are ahead of negatives."""
        return cast("Plot", self._plot("difference"))

    @property
    def metrics(self) -> RankingPlot:
        """What is measured after each epoch."""
        return cast("RankingPlot", self._plot("metrics"))

    @property
    def ranks(self) -> Plot:
        """Where the held-out items of some users stand."""
        return cast("Plot", self._plot("ranks"))

    def _plot(self, name: str) -> Plot | RankingPlot:
        if name not in self._made:
            made = self._made[name] = make_plot(name, self._context.theme)
            made.hide()
            self._unseen.add(name)
            layout = self._places[name].layout()
            assert layout is not None
            layout.addWidget(made)
            # a plot takes the theme's colours first; only then is it drawn anew
            self._context.theme.changed.disconnect(self._renew)
            self._context.theme.changed.connect(self._renew)
        return self._made[name]

    def _make_next(self) -> None:
        """Make one more plot, or show one more with what was told so far."""
        for name in PLOTS:
            if name not in self._made:
                self._plot(name)
                break
            if name in self._unseen and self.isVisible():
                self._show_plot(name)
                break
        else:
            return
        self._next.start(BETWEEN)

    def _show_plot(self, name: str) -> None:
        self._unseen.discard(name)
        self._plot(name).show()
        self._drawn.pop(name, None)
        self._draw_part(name)

    def make_all(self) -> None:
        """Make and show the plots that are still missing, all at once."""
        for name in PLOTS:
            self._plot(name)
            self._show_plot(name)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Where there is little room the throughput is told in words alone."""
        super().resizeEvent(event)
        self._places["speed"].setVisible(self.height() >= TALL)
        self._drawn.pop("speed", None)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Catch up with what was told meanwhile."""
        super().showEvent(event)
        self._renew()
        self._next.start(BETWEEN)

    # --- building -----------------------------------------------------------------------------------------------

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(8)
        for at, (key, title) in enumerate(TITLES.items()):
            card = Card(title)
            card.head.takeAt(card.head.count() - 1)
            card.caption.hide()
            card.head.addWidget(self.legends[key], 1)
            card.body.addWidget(self._places[key], 1)
            if key == "loss":
                card.body.addWidget(self.speed_words)
                card.body.addWidget(self._places["speed"])
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
        self.overlay = CheckMenu(theme, "Overlay")
        self.overlay.setEnabled(False)
        self.overlay.changed.connect(self._renew)
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
        for plot in self._made.values():
            plot.clear_all()
        self._renew()

    def add_earlier(self, trace: Trace) -> None:
        """Offer a run that has ended for the overlay; the oldest of many are let go of."""
        drawn = [self.earlier[int(key)] for key in self.overlay.ticked]
        if trace not in self.earlier:
            self.earlier = [*self.earlier, trace][-MOST_EARLIER:]
        ticked = [str(at) for at, each in enumerate(self.earlier) if each in drawn]
        self.overlay.offer([(str(at), each.title) for at, each in enumerate(self.earlier)], ticked)

    def overlaid(self) -> list[Trace]:
        """The earlier runs that are drawn too."""
        chosen = [self.earlier[int(key)] for key in self.overlay.ticked]
        return [trace for trace in chosen if trace is not self.trace]

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
        """Draw everything again, whatever was drawn."""
        self._drawn = {}
        for _ in PARTS:
            self._look()

    def _look(self) -> None:
        """Bring one part up to date: plots painted in one go would hold the window for too long."""
        self._turn = (self._turn + 1) % len(PARTS)
        self._draw_part(PARTS[self._turn])

    def _draw_part(self, part: str) -> None:
        trace = self.trace
        # what is told before a plot is there stays in the trace: it is drawn when the plot is shown
        waits = part in PLOTS and (part not in self._made or part in self._unseen)
        if trace is None or waits or not self.isVisible():
            return
        told = (len(trace.epochs), trace.started is not None) if part in ("metrics", "ranks") else trace.version
        if self._drawn.get(part) == told:
            return
        self._drawn[part] = told
        draw: dict[str, Callable[[Trace], None]] = {
            "loss": self._draw_loss,
            "speed": self._draw_speed,
            "difference": self._draw_difference,
            "metrics": self._draw_metrics,
            "ranks": self._draw_ranks,
            "log": self._write_log,
        }
        draw[part](trace)

    # --- drawing ------------------------------------------------------------------------------------------------

    def _faint(self, colour: int) -> str:
        """A run's colour for its raw line behind the smoothed one."""
        colours = self._context.theme.colours
        return mixed(QColor(colours.series[colour % len(colours.series)]).name(), colours.surface, 0.6).name()

    def _draw_loss(self, trace: Trace) -> None:
        strength = self.smooth.value() / 100
        keys = []
        for number, each in enumerate([*self.overlaid(), trace]):
            own = "own" if each is trace else str(number)
            x, y = each.at.values, each.loss.values
            if strength > 0 and each is trace:
                keys.append(f"raw {own}")
                self.loss.line(f"raw {own}", x, y, self._faint(each.colour))
            keys.append(own)
            width = 2 if strength > 0 and each is trace else 1
            self.loss.line(own, x, smoothed(y, strength), each.colour, width=width)
        self.loss.keep_lines(keys)
        traces = [*self.overlaid(), trace]
        self.loss.show_range((0.0, last_epoch(traces)), steady_range([each.loss.values for each in traces]))
        self.loss.level("refit", trace.refit_at, "refit", upright=True)
        latest = trace.loss.values[-1:]
        entries: list[Entry] = [(trace.colour, f"{each:.4g}", False) for each in latest if each == each]
        entries += [(each.colour, cell(each.title, 28), False) for each in self.overlaid()]
        self.legends["loss"].show_entries(entries)

    def _draw_speed(self, trace: Trace) -> None:
        keys = []
        for number, each in enumerate([*self.overlaid(), trace]):
            keys.append(str(number))
            self.speed.line(str(number), each.at.values, each.speed.values / 1000, each.colour)
        self.speed.keep_lines(keys)
        speeds = [each.speed.values / 1000 for each in [*self.overlaid(), trace]]
        self.speed.show_range((0.0, last_epoch([*self.overlaid(), trace])), steady_range(speeds, standing=True))
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
        self.difference.show_range((low, high), (0.0, growing_end(float(shares.max()))))
        right = shares[centres > 0].sum()
        entries: list[Entry] = [(2, f"ahead {right:.0%}".replace("%", " %"), False)]
        loss = self.plan.loss if self.plan is not None else None
        if loss is not None and loss.name in GRADIENTS:
            pull = GRADIENTS[loss.name](centres.astype(np.float64), loss.settings)
            self.difference.line("pull", centres, pull / max(pull.max(), 1e-12) * shares.max(), "text", dash=True)
            entries.append(("text", pull_words(loss.name, float(pull.max())), True))
        else:
            self.difference.keep_lines([])
        self.legends["difference"].show_entries(entries)

    def _no_differences(self) -> str:
        loss = self.plan.loss if self.plan is not None else None
        if loss is None:
            return "nothing is trained"
        return "no negatives in this loss" if LOSSES[loss.name].kind == "rating" else "waiting for the first step"

    def _offer_metrics(self, trace: Trace) -> list[str]:
        """Offer what the run measures; gives the flat names that are drawn."""
        names = list(trace.metrics) or list(trace.started.baseline if trace.started is not None else ())
        keys, ks = by_key(names), [str(k) for k in list_lengths(names)]
        ticked = [key for key in keys if key in self._wanted_keys] or keys[:1]
        self.measures.offer([(key, metric_label(key)) for key in keys], ticked)
        lengths = [k for k in ks if k in self._wanted_ks] or (["10"] if "10" in ks else ks[:1])
        self.ks.offer([(k, k) for k in ks], lengths)
        self.measures.say(", ".join(metric_label(key) for key in ticked) or "Metrics")
        self.ks.say(f"k {', '.join(lengths)}" if lengths else "k")
        return chosen_names(names, ticked, lengths)[:MOST_LINES]

    def _draw_metrics(self, trace: Trace) -> None:
        names = self._offer_metrics(trace)
        self.legends["metrics"].show_entries(
            self.metrics.draw(trace, self.overlaid(), names, self.baselines.isChecked())
        )

    def _draw_ranks(self, trace: Trace) -> None:
        self.pinned.show_trace(trace)
        keys: list[str] = []
        entries: list[Entry] = []
        users = list(trace.ranks)
        for user in self.pinned.drawn:
            at, places = users.index(user), trace.ranks[user].values
            self.ranks.line(user, trace.epochs.values, places, at, width=1)
            keys.append(user)
            latest = places[-1] if len(places) else np.nan
            shown = f"{int(latest):,}" if latest == latest else "–"
            entries.append((at, f"{cell(user, 8)}: {shown}", False))
        self.ranks.keep_lines(keys)
        if keys:
            drawn = [np.log10(np.maximum(trace.ranks[user].values, 1)) for user in keys]
            self.ranks.show_range((0.0, last_epoch([trace])), steady_range(drawn))
        self.legends["ranks"].show_entries(entries)

    def _write_log(self, trace: Trace) -> None:
        fresh = trace.log[self._logged :]
        self._logged = len(trace.log)
        if fresh:
            self.log.add(fresh)


def make_plot(name: str, theme: Theme) -> Plot | RankingPlot:
    """One of ``PLOTS``, empty."""
    if name == "metrics":
        return RankingPlot(theme)
    if name == "ranks":
        plot = Plot(theme, "Ranks of pinned users", "epoch", "rank", log=(False, True))
        plot.getPlotItem().invertY(True)
        return plot
    plot = Plot(theme, *AXES[name])
    if name != "loss":
        plot.stand_on_zero()
    if name == "speed":
        plot.setFixedHeight(52)
        plot.getPlotItem().hideAxis("bottom")
    if name != "difference":
        plot.getPlotItem().getAxis("left").setWidth(AXIS)
    return plot
