"""A map of many points: pan, zoom, hover, click, lasso; all points are painted into one image."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QGuiApplication,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from workbench.plots.dots import Mask, image_of_dots, radius_of_dots
from workbench.plots.lasso import inside
from workbench.plots.map_view import Points, View, whole
from workbench.plots.picture import offer_picture
from workbench.theme import Theme
from workbench.widgets.parts import tip

REACH = 9
"""Pixels from a point within which the pointer means it."""
LARGEST_IMAGE = 4096
NEAREST, FURTHEST = 400.0, 0.5
"""How far one can zoom in and out of what fits."""


class PointMap(QWidget):
    """Shows points; the widget knows numbers of points and nothing of what they stand for.

    Signals:
        clicked: number of the point that was clicked, -1 for none.
        encircled: numbers of the points within a lasso, an int64 array.
    """

    clicked = Signal(int)
    encircled = Signal(object)

    def __init__(self, theme: Theme, name: str, describe: Callable[[int], str]) -> None:
        super().__init__()
        self.theme, self._name, self._describe = theme, name, describe
        self.points: Points = np.zeros((0, 2), np.float32)
        self.shades: npt.NDArray[np.uint32] = np.zeros(0, np.uint32)
        self.lit: Mask | None = None
        self.pinned = self.hovered = -1
        self.lassoing = False
        self.view = View(0, 0, 1)
        self._fitted = 1.0
        self._free = False
        self._image: QImage | None = None
        self._image_of: object = None
        self._pressed: QPointF | None = None
        self._moved = False
        self._lasso: list[QPointF] = []
        self.setAccessibleName(name)
        self.setAccessibleDescription("Arrows move, plus and minus zoom, 0 shows everything; Shift and drag encircles")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(160, 120)
        self._hovering = QTimer(self)
        self._hovering.setSingleShot(True)
        self._hovering.setInterval(30)
        self._hovering.timeout.connect(self._hover)
        self._pointer = QPointF()
        theme.changed.connect(self._stale)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As large as there is room."""
        return QSize(560, 360)

    # --- what is shown ------------------------------------------------------------------------------------------

    def show_points(self, points: Points, keep_view: bool = False) -> None:
        """Replace the places ``[points, 2]``; colours are kept where there are as many points as before."""
        same = len(points) == len(self.points)
        self.points = np.ascontiguousarray(points, np.float32)
        if not same:
            self.shades = np.zeros(len(points), np.uint32)
            self.lit, self.pinned, self.hovered = None, -1, -1
        if not (keep_view and same and self._free):
            self.fit()
        self._stale()

    def show_shades(self, shades: npt.NDArray[np.uint32]) -> None:
        """Colour of each point, ``0xRRGGBB``, ``[points]``."""
        self.shades = np.ascontiguousarray(shades, np.uint32)
        self._stale()

    def light(self, lit: Mask | None) -> None:
        """Show some points before the others, ``[points]``; None shows all alike."""
        self.lit = lit
        self._stale()

    def pin(self, point: int) -> None:
        """Draw a ring around a point; -1 for none. It is brought into view."""
        self.pinned = point
        if point >= 0 and not self.rect().adjusted(4, 4, -4, -4).contains(self.place(point).toPoint()):
            self.look(float(self.points[point, 0]), float(self.points[point, 1]), self.view.scale)
        self.update()

    def _stale(self) -> None:
        self._image = None
        self.update()

    # --- where one looks ----------------------------------------------------------------------------------------

    def fit(self) -> None:
        """Show everything."""
        self._free = False
        self.view = whole(self.points, self.size())
        self._fitted = self.view.scale
        self._stale()

    def look(self, across: float, down: float, scale: float) -> None:
        """Look at a place with so many pixels a unit."""
        self._free = True
        scale = min(max(scale, self._fitted * FURTHEST), self._fitted * NEAREST)
        self.view = View(across, down, scale)
        self._stale()

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Come nearer or go away; what is under ``at`` stays there."""
        at = at if at is not None else QPointF(self.width() / 2, self.height() / 2)
        before = self.world(at)
        self.look(self.view.across, self.view.down, self.view.scale * factor)
        after = self.world(at)
        self.look(self.view.across + before.x() - after.x(), self.view.down + before.y() - after.y(), self.view.scale)

    def move_by(self, across: float, down: float) -> None:
        """Move what is seen by pixels."""
        moved = self.view.moved(across, down)
        self.look(moved.across, moved.down, moved.scale)

    def world(self, at: QPointF) -> QPointF:
        """The place of a pixel."""
        return self.view.world(at, self.size())

    def places(self) -> Points:
        """Pixels of all points, ``[points, 2]``."""
        return self.view.pixels(self.points, self.size())

    def place(self, point: int) -> QPointF:
        """The pixel of one point."""
        across, down = self.points[point].astype(float)
        return self.view.pixel(across, down, self.size())

    def radius(self) -> float:
        """Of a dot, in pixels."""
        return radius_of_dots(len(self.points), self.view.scale / self._fitted)

    # --- drawing ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The image of all points, then what lies over it."""
        painter = QPainter(self)
        key = (self.view, self.size(), self.devicePixelRatio())
        if self._image is None or self._image_of != key:
            self._image, self._image_of = self.image(self.devicePixelRatio()), key
        painter.drawImage(0, 0, self._image)
        self._overlay(painter)
        painter.end()

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Draw into a picture."""
        ratio = area.width() / max(self.width(), 1) * painter.device().devicePixelRatio()
        ratio = min(ratio, LARGEST_IMAGE / max(self.width(), self.height(), 1))
        painter.save()
        painter.translate(area.topLeft())
        painter.scale(area.width() / max(self.width(), 1), area.height() / max(self.height(), 1))
        painter.drawImage(QRectF(0, 0, self.width(), self.height()), self.image(ratio))
        self._overlay(painter)
        painter.restore()

    def image(self, ratio: float) -> QImage:
        """All points, ``ratio`` pixels of the image for one of the screen."""
        return image_of_dots(
            self.size(), ratio, self.places(), self.shades, self.lit, self.radius(), self.theme.colours
        )

    def _overlay(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self.theme.colours
        for point, colour, width, more in (
            (self.hovered, colours.text, 1.0, 3.0),
            (self.pinned, colours.accent, 2.5, 4.5),
        ):
            if 0 <= point < len(self.points):
                for pen in (QPen(QColor(colours.surface), width + 2), QPen(QColor(colour), width)):
                    painter.setPen(pen)
                    painter.drawEllipse(self.place(point), self.radius() + more, self.radius() + more)
        if len(self._lasso) > 1:
            fill = QColor(colours.accent)
            fill.setAlpha(28)
            painter.setPen(QPen(QColor(colours.accent), 1.5, Qt.PenStyle.DashLine))
            painter.setBrush(fill)
            painter.drawPolygon(QPolygonF(self._lasso))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    # --- pointer and keys ---------------------------------------------------------------------------------------

    def nearest(self, at: QPointF) -> int:
        """The point that a pixel means, -1 for none; those that are lit come before the others."""
        if not len(self.points):
            return -1
        places = self.places()
        away = (places[:, 0] - at.x()) ** 2 + (places[:, 1] - at.y()) ** 2
        away = np.where(np.isfinite(away), away, np.inf)
        within = (REACH if self.lit is None else REACH + 2) ** 2
        if self.lit is not None and (away[self.lit] <= within).any():
            away = np.where(self.lit, away, np.inf)
        found = int(away.argmin())
        return found if away[found] <= within else -1

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Begin to move, or to encircle."""
        if event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self._pressed, self._moved = event.position(), False
        if self.lassoing or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._lasso = [event.position()]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Move, encircle, or look what is under the pointer."""
        self._pointer = event.position()
        if self._pressed is None:
            if not self._hovering.isActive():
                self._hovering.start()
            return
        step = event.position() - self._pressed
        if not self._moved and step.manhattanLength() < QGuiApplication.styleHints().startDragDistance() / 2:
            return
        self._moved = True
        if self._lasso:
            self._lasso.append(event.position())
            self.update()
        else:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.move_by(step.x(), step.y())
            self._pressed = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """End of a move, a lasso, or a click."""
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            super().mouseReleaseEvent(event)
            return
        lasso, self._lasso, self._pressed = self._lasso, [], None
        self._show_cursor()
        self.update()
        if not self._moved:
            self.clicked.emit(self.nearest(event.position()))
        elif len(lasso) > 2:
            corners = np.array([[each.x(), each.y()] for each in lasso])
            self.encircled.emit(np.flatnonzero(inside(corners, self.places())))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Come nearer."""
        self.zoom(2.0, event.position())

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Zoom around the pointer."""
        self.zoom(1.0015 ** event.angleDelta().y(), event.position())
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Nothing is under the pointer."""
        self._hovering.stop()
        if self.hovered >= 0:
            self.hovered = -1
            self.update()

    def set_lassoing(self, on: bool) -> None:
        """Drag encircles instead of moving."""
        self.lassoing = on
        self._show_cursor()

    def _show_cursor(self) -> None:
        self.setCursor(Qt.CursorShape.CrossCursor if self.lassoing else Qt.CursorShape.ArrowCursor)

    def _hover(self) -> None:
        found = self.nearest(self._pointer)
        if found != self.hovered:
            self.hovered = found
            self.update()
            if found < 0:
                QToolTip.hideText()
            else:
                QToolTip.showText(self.mapToGlobal(self._pointer.toPoint() + QPoint(8, 8)), self._tip(found), self)

    def _tip(self, point: int) -> str:
        return tip(self._describe(point))

    def event(self, event: QEvent) -> bool:
        """The tooltip of the point under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            found = self.nearest(QPointF(event.pos()))
            if found >= 0:
                QToolTip.showText(event.globalPos(), self._tip(found), self)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Arrows move, plus and minus zoom, 0 shows everything."""
        step = 48.0
        moves = {
            Qt.Key.Key_Left: (step, 0.0),
            Qt.Key.Key_Right: (-step, 0.0),
            Qt.Key.Key_Up: (0.0, step),
            Qt.Key.Key_Down: (0.0, -step),
        }
        zooms = {Qt.Key.Key_Plus: 1.25, Qt.Key.Key_Equal: 1.25, Qt.Key.Key_Minus: 0.8}
        key = Qt.Key(event.key())
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            super().keyPressEvent(event)
        elif key in moves:
            self.move_by(*moves[key])
        elif key in zooms:
            self.zoom(zooms[key])
        elif key in (Qt.Key.Key_0, Qt.Key.Key_Home):
            self.fit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: object) -> None:  # noqa: N802
        """What was fitted stays so."""
        if not self._free:
            self.fit()
        self._stale()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        """Show all, copy, save."""
        offer_picture(self, self, self._name, event.globalPos(), self.fit)
