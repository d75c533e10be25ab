"""A plot in the colours of the theme: lines, bars, dashed levels, pictures of it to keep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QFontMetrics, QPainter, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGraphicsItem

from workbench.plots.axis import NumberAxis
from workbench.plots.bare_item import BareItem
from workbench.plots.buckets import Line, bucketed
from workbench.plots.level import Level, part_names
from workbench.plots.pens import line_pen
from workbench.plots.picture import offer_picture
from workbench.plots.ranges import Range
from workbench.theme import Theme

pg.setConfigOptions(antialias=False, useOpenGL=False)

NAME_MARGIN = 8
"""Pixels beside the name of a line."""
MOST_SPARE = 16
"""Lines that were taken away and are held for the next ones."""


class Plot(pg.PlotWidget):  # type: ignore[misc]
    """One coordinate system.

    Args:
        theme: colours, followed.
        name: accessible name; also the name of saved files.
        x, y: what the axes show, with units.
        log: logarithmic axes, (x, y).
    """

    def __init__(
        self, theme: Theme, name: str, x: str = "", y: str = "", log: tuple[bool, bool] = (False, False)
    ) -> None:
        axes = {side: NumberAxis(side) for side in ("left", "bottom", "right", "top")}
        super().__init__(plotItem=BareItem(axisItems=axes, viewBox=pg.ViewBox(enableMenu=False)))
        axes["bottom"].whole = x == "epoch"
        self.theme, self._name = theme, name
        self._marks: tuple[tuple[float, str], ...] = ()
        self.setAccessibleName(name)
        self._titles = {"bottom": x, "left": y}
        self._unnamed: set[str] = set()
        self._log = log
        self._raw: dict[str, tuple[Line, Line]] = {}
        self._curves: dict[str, Any] = {}
        self._styles: dict[str, tuple[int | str, float, bool | tuple[float, ...]]] = {}
        self._levels: dict[str, Level] = {}
        self._spare_curves: list[Any] = []
        self._highest = 0
        self._spare_levels: dict[str, Level] = {}
        self._bars: dict[str, tuple[Any, int | str]] = {}
        self._points: dict[str, tuple[Any, int | str]] = {}
        plot = self.getPlotItem()
        for side in ("right", "top"):
            plot.hideAxis(side)
        plot.hideButtons()
        plot.setLogMode(*log)
        plot.getViewBox().setDefaultPadding(0.03)
        plot.setContentsMargins(0, 4, 6, 0)
        self._shown: tuple[Range, Range] | None = None
        self._zoomed = False
        plot.getViewBox().sigXRangeChanged.connect(self._thin)
        plot.getViewBox().sigRangeChangedManually.connect(self._zoom)
        plot.getViewBox().sigRangeChanged.connect(self._part_names)
        plot.getViewBox().sigResized.connect(self._part_names)
        self._stale = False
        theme.changed.connect(self._follow)
        for side in ("left", "bottom"):
            # the grid belongs to the axes and is to lie behind what is drawn
            plot.getAxis(side).setZValue(-1000)
            # an axis costs more than all lines together and seldom changes
            plot.getAxis(side).setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self.setMinimumSize(120, 90)
        self.tint()

    def _follow(self) -> None:
        """Another theme: a plot that is not seen takes its colours when it is seen again."""
        self._stale = not self.isVisible()
        if not self._stale:
            self.tint()

    def _catch_up(self) -> None:
        if self._stale:
            self._stale = False
            self.tint()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """The theme may be another one now."""
        self._catch_up()
        super().showEvent(event)

    def name_axis(self, side: str, named: bool) -> None:
        """Show the title and the numbers of an axis or not, in this theme and the next."""
        (self._unnamed.discard if named else self._unnamed.add)(side)
        self.getPlotItem().getAxis(side).setStyle(showValues=named)
        self.getPlotItem().showLabel(side, named)

    def tint(self) -> None:
        """Take the colours of the theme."""
        colours = self.theme.colours
        self.setBackground(colours.surface)
        font = self._small_font()
        for side, title in self._titles.items():
            axis = self.getPlotItem().getAxis(side)
            axis.setPen(pg.mkPen(colours.line))
            axis.setTextPen(pg.mkPen(colours.muted))
            axis.setStyle(tickFont=font, tickLength=-4, autoReduceTextSpace=True, maxTickLevel=1)
            if title:
                axis.setLabel(title, **{"color": colours.muted, "font-size": "11px"})
                axis.showLabel(side not in self._unnamed)
        self.getPlotItem().showGrid(x=False, y=True, alpha=0.25)
        for key in self._curves:
            self._curves[key].setPen(self._pen(*self._styles[key]))
        for line in self._levels.values():
            self._style_level(line)
        for item, colour in self._bars.values():
            item.setOpts(brush=self.colour(colour), pen=pg.mkPen(None))
        for item, colour in self._points.values():
            item.setBrush(self.colour(colour))

    def colour(self, which: int | str) -> QColor:
        """A colour of the series by number, or of the theme by name, or as ``#RRGGBB``."""
        colours = self.theme.colours
        if isinstance(which, int):
            return QColor(colours.series[which % len(colours.series)])
        return QColor(getattr(colours, which, which))

    def _pen(self, colour: int | str, width: float, dash: bool | tuple[float, ...]) -> QPen:
        return line_pen(self.colour(colour), width, dash)

    def line(
        self,
        key: str,
        x: npt.ArrayLike,
        y: npt.ArrayLike,
        colour: int | str = 0,
        *,
        width: float = 1,
        dash: bool | tuple[float, ...] = False,
        symbol: str | None = None,
    ) -> None:
        """Draw or replace a line; long ones are thinned to what can be seen. ``dash`` can be a pattern of its own."""
        style = (colour, width, dash)
        if key not in self._curves:
            self._curves[key] = self._new_curve(self._pen(*style))
            self._styles[key] = style
        elif self._styles[key] != style:
            self._styles[key] = style
            self._curves[key].setPen(self._pen(*style))
        self._raw[key] = (np.asarray(x, np.float64), np.asarray(y, np.float64))
        if symbol:
            brush = self.colour(colour)
            self._curves[key].setSymbol(symbol)
            self._curves[key].setSymbolSize(5)
            self._curves[key].setSymbolBrush(brush)
            self._curves[key].setSymbolPen(pg.mkPen(None))
        self._draw(key)

    def _new_curve(self, pen: QPen) -> Any:
        if not self._spare_curves:
            return self._on_top(self.getPlotItem().plot(pen=pen))
        curve = self._spare_curves.pop()
        curve.setPen(pen)
        curve.show()
        return self._on_top(curve)

    def _on_top(self, item: Any) -> Any:
        """What is drawn later covers what is there, also where an item is used again; bars lie below all of them."""
        self._highest += 1
        item.setZValue(1e-6 * self._highest)
        return item

    def keep_lines(self, keys: Sequence[str]) -> None:
        """Take away the lines that are not named."""
        for key in [each for each in self._curves if each not in keys]:
            curve = self._curves.pop(key)
            if curve.opts["symbol"] is None and len(self._spare_curves) < MOST_SPARE:
                # to make one takes longer than to draw it, and the next run has as many
                curve.hide()
                curve.setData([], [])
                self._spare_curves.append(curve)
            else:
                self.getPlotItem().removeItem(curve)
            self._raw.pop(key)
            self._styles.pop(key)

    def points(self, key: str, x: npt.ArrayLike, y: npt.ArrayLike, colour: int | str, symbol: str) -> None:
        """Draw or replace marks without a line."""
        places = {"x": np.asarray(x, np.float64), "y": np.asarray(y, np.float64)}
        if key not in self._points:
            item = pg.ScatterPlotItem(size=7, symbol=symbol, brush=self.colour(colour), pen=pg.mkPen(None))
            self.getPlotItem().addItem(item)
            self._points[key] = (self._on_top(item), colour)
        elif self._points[key][1] != colour:
            self._points[key] = (self._points[key][0], colour)
            self._points[key][0].setBrush(self.colour(colour))
        self._points[key][0].setData(**places)

    def keep_points(self, keys: Sequence[str]) -> None:
        """Take away the marks that are not named."""
        for key in [each for each in self._points if each not in keys]:
            self.getPlotItem().removeItem(self._points.pop(key)[0])

    def keep_levels(self, keys: Sequence[str]) -> None:
        """Take away the dashed levels that are not named."""
        for key in [each for each in self._levels if each not in keys]:
            self.level(key, None)

    def _thin(self, *_: object) -> None:
        for key, (points, _heights) in self._raw.items():
            if len(points) > 4 * max(self.width(), 16):
                self._draw(key)

    def _draw(self, key: str) -> None:
        x, y = self._raw[key]
        if len(x) > 4 * max(self.width(), 16) and not self._log[0]:
            low, high = self.getPlotItem().getViewBox().viewRange()[0]
            first, last = np.searchsorted(x, [low, high])
            span = last - first
            # while everything is in view new points on the right belong to it
            if 0 < span < 0.9 * len(x):
                x, y = x[max(first - 1, 0) : last + 1], y[max(first - 1, 0) : last + 1]
        self._curves[key].setData(*bucketed(x, y, self.width()), connect="finite", skipFiniteCheck=False)

    def bars(
        self, key: str, x: npt.ArrayLike, heights: npt.ArrayLike, width: float | npt.ArrayLike, colour: int | str = 0
    ) -> None:
        """Draw or replace bars standing at ``x``."""
        options = {"x": np.asarray(x, np.float64), "height": np.asarray(heights, np.float64), "width": width}
        if key in self._bars:
            item, before = self._bars[key]
            item.setOpts(**options, **({} if colour == before else {"brush": self.colour(colour)}))
            self._bars[key] = (item, colour)
            return
        item = pg.BarGraphItem(**options, brush=self.colour(colour), pen=pg.mkPen(None))
        self.getPlotItem().addItem(item)
        self._bars[key] = (item, colour)

    def level(self, key: str, value: float | None, text: str = "", upright: bool = False) -> None:
        """A dashed line across at a height (or upright at a place), with its name on it; None takes it away."""
        if value is None:
            if key in self._levels:
                self._spare_levels[key] = self._levels.pop(key)
                self._spare_levels[key].hide()
            return
        # the label is a format of which nothing is to be filled in
        text = text.replace("{", "{{").replace("}", "}}")
        if key in self._spare_levels:
            self._levels[key] = self._spare_levels.pop(key)
            # a name that is not shown does not follow its line
            self._levels[key].show()
            self._style_level(self._levels[key])
        if key not in self._levels:
            self._levels[key] = Level(text, upright)
            self._style_level(self._levels[key])
            self.getPlotItem().addItem(self._levels[key])
        if self._levels[key].stand(value, text):
            self._style_level(self._levels[key])
            self._part_names()

    def _part_names(self, *_: object) -> None:
        part_names(self._levels.values(), self.getPlotItem().getViewBox())

    def share_of(self, text: str) -> float:
        """What the name of a line takes of the width of the plot, 0..; over 1 it is cut."""
        width = self.getPlotItem().getViewBox().width()
        return float((QFontMetrics(self._small_font()).horizontalAdvance(text) + NAME_MARGIN) / max(width, 1.0))

    def _style_level(self, line: Level) -> None:
        line.wear(self.theme.colours, self._small_font())

    def _small_font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(11)
        return font

    def name_places(self, marks: Sequence[tuple[float, str]]) -> None:
        """Name places on the lower axis; as many names are shown as there is room for."""
        self._marks = tuple(marks)
        self._show_marks()

    def _show_marks(self) -> None:
        if not self._marks:
            return
        widest = max(self.fontMetrics().horizontalAdvance(text) for _, text in self._marks) + 6
        room = max((self.width() - 70) // max(widest, 1), 1)
        step = -(-len(self._marks) // room)
        self.getPlotItem().getAxis("bottom").setTicks([list(self._marks[::step])])

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """There is room for more or fewer names."""
        super().resizeEvent(event)
        if hasattr(self, "_marks"):
            self._show_marks()

    def stand_on_zero(self) -> None:
        """Begin the upright axis at 0: what is shown are counts."""
        self.getPlotItem().getViewBox().setLimits(yMin=0)

    def fit(self) -> None:
        """Show everything."""
        self._zoomed = False
        if self._shown is not None:
            self._set_range()
        else:
            self.getPlotItem().enableAutoRange()

    def _zoom(self, *_: object) -> None:
        self._zoomed = True

    def show_range(self, x: Range, y: Range) -> None:
        """Show these ranges from now on, in units of the axes (logarithms on a logarithmic one).

        Somebody who has zoomed in keeps what is in view until everything is asked for.
        """
        if (x, y) != self._shown:
            self._shown = (x, y)
            if not self._zoomed:
                self._set_range()

    def _set_range(self) -> None:
        assert self._shown is not None
        x, y = self._shown
        self.getPlotItem().getViewBox().setRange(xRange=x, yRange=y, padding=0.03, disableAutoRange=True)

    def forget_range(self) -> None:
        """Something else is drawn from now on: its range is shown, also to somebody who has zoomed in."""
        self._shown, self._zoomed = None, False

    def clear_all(self) -> None:
        """Take away all lines, bars and levels."""
        self.forget_range()
        self.keep_lines([])
        self.keep_points([])
        for item, _ in self._bars.values():
            self.getPlotItem().removeItem(item)
        self._bars.clear()
        for key in list(self._levels):
            self.level(key, None)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        """Show all, copy, save."""
        offer_picture(self, self, self._name, event.globalPos(), self.fit)

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Draw into a picture."""
        self._catch_up()
        self.render(painter, area)
