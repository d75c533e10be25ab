"""Points of users: one run against the other, a diagonal, the nearest point under the mouse."""

from __future__ import annotations

import html
from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtWidgets import QToolTip

from workbench.plots.plot import Plot
from workbench.theme import Theme
from workbench.widgets.parts import tip

MOST_DRAWN = 20_000
REACH = 10.0
"""Pixels around the mouse in which a point is found."""
Values = npt.NDArray[np.float64]


class Scatter(Plot):
    """Pairs of values; logarithmic where asked.

    Signals:
        picked: the place of the point that was clicked.
    """

    picked = Signal(int)

    def __init__(self, theme: Theme, name: str) -> None:
        self._x = self._y = np.zeros(0)
        self._words: Any = str
        super().__init__(theme, name)
        self._dots = pg.ScatterPlotItem(size=5, pen=None, pxMode=True)
        self._pin = pg.ScatterPlotItem(size=13, pxMode=True, brush=None)
        self._diagonal = pg.PlotDataItem()
        for item in (self._diagonal, self._dots, self._pin):
            self.getPlotItem().addItem(item)
        self._diagonal.setZValue(-10)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self._pressed: QPointF | None = None
        theme.changed.connect(self._tint_dots)
        self._tint_dots()

    def _tint_dots(self) -> None:
        colours = self.theme.colours
        shade = QColor(colours.accent)
        shade.setAlpha(110)
        self._dots.setBrush(shade)
        self._pin.setPen(pg.mkPen(colours.error, width=2))
        self._diagonal.setPen(self._pen("muted", 1, True))

    def name_axes(self, x: str, y: str) -> None:
        """What the axes show."""
        # the label of an axis reads markup, and a name can hold some
        self._titles = {"bottom": html.escape(x), "left": html.escape(y)}
        self.tint()

    def show_points(self, x: Values, y: Values, words: Any, logarithmic: bool = False) -> int:
        """Draw points, ``[points]`` each; of very many a random part. Gives how many are drawn.

        Args:
            words: from the place of a point to what is said of it.
        """
        self._words = words
        self._x, self._y = (np.log10(x), np.log10(y)) if logarithmic else (x, y)
        drawn = np.arange(len(x))
        if len(x) > MOST_DRAWN:
            drawn = np.sort(np.random.default_rng(0).choice(len(x), MOST_DRAWN, replace=False))
        self.getPlotItem().getAxis("bottom").setLogMode(logarithmic)
        self.getPlotItem().getAxis("left").setLogMode(logarithmic)
        self._dots.setData(x=self._x[drawn], y=self._y[drawn])
        self._pin.setData([], [])
        ends = [float(min(self._x.min(), self._y.min())), float(max(self._x.max(), self._y.max()))] if len(x) else []
        self._diagonal.setData(ends, ends)
        self.fit()
        return len(drawn)

    def pin(self, place: int | None) -> None:
        """Ring a point."""
        at = [] if place is None else [place]
        self._pin.setData(x=self._x[at], y=self._y[at])

    def nearest(self, position: QPointF) -> int | None:
        """The point next to a place of the widget, within reach."""
        if not len(self._x):
            return None
        box = self.getPlotItem().getViewBox()
        scene = self.mapToScene(position.toPoint())
        if not box.sceneBoundingRect().contains(scene):
            return None
        here = box.mapSceneToView(scene)
        width, height = box.viewPixelSize()
        if not width or not height:
            return None
        distance = ((self._x - here.x()) / width) ** 2 + ((self._y - here.y()) / height) ** 2
        place = int(np.argmin(distance))
        return place if distance[place] <= REACH**2 else None

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Remember where: a click is not a drag."""
        self._pressed = event.position()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """A click picks the point under the mouse."""
        super().mouseReleaseEvent(event)
        pressed, self._pressed = self._pressed, None
        if pressed is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if (event.position() - pressed).manhattanLength() < 4:
            place = self.nearest(event.position())
            if place is not None:
                self.picked.emit(place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Say what is under the mouse."""
        super().mouseMoveEvent(event)
        place = self.nearest(event.position()) if not event.buttons() else None
        if place is None:
            QToolTip.hideText()
            self.unsetCursor()
            return
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        QToolTip.showText(event.globalPosition().toPoint(), tip(self._words(place)), self)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Nothing is under the mouse."""
        QToolTip.hideText()
        super().leaveEvent(event)
