"""The plots of the Train page, made and shown one after the other, for all in one go would hold the window."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.pages.train.ranking_plot import AXIS, RankingPlot
from workbench.plots.plot import Plot
from workbench.theme import Theme

PLOTS = ("loss", "speed", "difference", "metrics", "ranks")
"""In the order in which they are made."""
FIRST, BETWEEN = 150, 12
"""Milliseconds before the first plot is made, when the page was painted, and from one to the next."""
SPEED_HEIGHT = 52
AXES = {
    "loss": ("Loss", "epoch", ""),
    "speed": ("Throughput", "", ""),
    "difference": ("Score difference", "positive − negative score", ""),
}
"""Name of a plot, and of what its axes show."""


class LivePlots(QObject):
    """Places for the plots, empty at first; a plot that is asked for is made at once.

    Attributes:
        places: what is put into the layout, by the name of its plot.
        made: one more plot is there and follows the theme.
        shown: a plot came into view, and nothing is drawn in it.
    """

    made = Signal()
    shown = Signal(str)

    def __init__(self, theme: Theme, panel: QWidget) -> None:
        super().__init__(panel)
        self._theme, self._panel = theme, panel
        self.places = {name: QWidget() for name in PLOTS}
        for place in self.places.values():
            QVBoxLayout(place).setContentsMargins(0, 0, 0, 0)
            place.setMinimumSize(120, 40)
        self.places["speed"].setFixedHeight(SPEED_HEIGHT)
        self._made: dict[str, Plot | RankingPlot] = {}
        self._unseen: set[str] = set()
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._make_next)
        self._next.start(FIRST)

    @property
    def loss(self) -> Plot:
        """The loss, step by step."""
        return cast("Plot", self.plot("loss"))

    @property
    def speed(self) -> Plot:
        """Examples a second."""
        return cast("Plot", self.plot("speed"))

    @property
    def difference(self) -> Plot:
        """How far positives are ahead of negatives."""
        return cast("Plot", self.plot("difference"))

    @property
    def metrics(self) -> RankingPlot:
        """What is measured after each epoch."""
        return cast("RankingPlot", self.plot("metrics"))

    @property
    def ranks(self) -> Plot:
        """Where the held-out items of some users stand."""
        return cast("Plot", self.plot("ranks"))

    def plot(self, name: str) -> Plot | RankingPlot:
        """One of ``PLOTS``."""
        if name not in self._made:
            made = self._made[name] = make_plot(name, self._theme)
            made.hide()
            self._unseen.add(name)
            layout = self.places[name].layout()
            assert layout is not None
            layout.addWidget(made)
            self.made.emit()
        return self._made[name]

    def in_view(self, name: str) -> bool:
        """Whether a plot was made and shown."""
        return name in self._made and name not in self._unseen

    def show_everything(self) -> None:
        """Another run is drawn: what somebody has zoomed in to is no longer there."""
        for plot in self._made.values():
            plot.forget_range()

    def go_on(self) -> None:
        """Make and show what is missing, one after the other."""
        self._next.start(BETWEEN)

    def _make_next(self) -> None:
        """Make one more plot, or show one more with what was told so far."""
        for name in PLOTS:
            if name not in self._made:
                self.plot(name)
                break
            if name in self._unseen and self._panel.isVisible():
                self._show(name)
                break
        else:
            return
        self.go_on()

    def _show(self, name: str) -> None:
        plot = self.plot(name)
        self._unseen.discard(name)
        plot.show()
        self.shown.emit(name)

    def make_all(self) -> None:
        """Make and show the plots that are still missing, all at once."""
        for name in PLOTS:
            self._show(name)


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
        plot.setFixedHeight(SPEED_HEIGHT)
        plot.getPlotItem().hideAxis("bottom")
    if name != "difference":
        plot.getPlotItem().getAxis("left").setWidth(AXIS)
    return plot
