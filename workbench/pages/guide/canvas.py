"""A surface that is painted in the colours of the theme and can be used by keyboard."""

from __future__ import annotations

from abc import abstractmethod

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from workbench.plots.picture import offer_picture
from workbench.theme import Colours, Theme, mixed

CAPTION, BODY = 11, 13


class Canvas(QWidget):
    """Draws itself anew when it or the theme changes."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.theme = theme
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.changed.connect(self.update)

    @property
    def colours(self) -> Colours:
        """Those of the theme in force."""
        return self.theme.colours

    def series(self, which: int) -> QColor:
        """A colour of the series."""
        return QColor(self.colours.series[which % len(self.colours.series)])

    def faint(self, which: int, share: float = 0.8) -> QColor:
        """A colour of the series, mostly surface."""
        return mixed(self.series(which).name(), self.colours.surface, share)

    def letters(self, size: int = BODY, bold: bool = False) -> QFont:
        """The font of the window in one of its sizes."""
        font = QFont(self.font())
        font.setPixelSize(size)
        font.setBold(bold)
        return font

    def pen(self, colour: str | QColor, width: float = 1.0) -> QPen:
        """A pen in a colour of the theme, by name, or in any colour."""
        named = getattr(self.colours, colour, colour) if isinstance(colour, str) else colour
        return QPen(QColor(named), width)

    def write(
        self,
        painter: QPainter,
        place: QRectF,
        text: str,
        colour: str | QColor = "text",
        size: int = BODY,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignCenter,
        bold: bool = False,
    ) -> None:
        """A line of text, cut with an ellipsis where it does not fit."""
        painter.setFont(self.letters(size, bold))
        painter.setPen(self.pen(colour))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(place.width()) + 1)
        painter.drawText(place, int(align | Qt.AlignmentFlag.AlignVCenter), shown)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint with a fresh painter."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint(painter)
        painter.end()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        """Copy, save."""
        offer_picture(self, self, self.accessibleName(), event.globalPos())

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Draw into a picture."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(area.topLeft())
        painter.scale(area.width() / max(self.width(), 1), area.height() / max(self.height(), 1))
        self.paint(painter)
        painter.restore()

    @abstractmethod
    def paint(self, painter: QPainter) -> None:
        """Draw everything."""

    def arrow(self, painter: QPainter, start: QPointF, end: QPointF, colour: str | QColor = "muted") -> None:
        """A line with a head at its end."""
        pen = self.pen(colour, 1.2)
        painter.setPen(pen)
        painter.drawLine(start, end)
        line = end - start
        length = max((line.x() ** 2 + line.y() ** 2) ** 0.5, 1e-6)
        along = QPointF(line.x() / length, line.y() / length)
        across = QPointF(-along.y(), along.x())
        painter.setBrush(pen.color())
        painter.drawPolygon([end, end - along * 6 + across * 3, end - along * 6 - across * 3])
        painter.setBrush(Qt.BrushStyle.NoBrush)
