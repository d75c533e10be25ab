"""Eight ratings and the predictions of them, which can be moved."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from workbench.pages.guide.canvas import CAPTION
from workbench.pages.guide.columns_canvas import ColumnsCanvas
from workbench.theme import Theme

GIVEN = (4.0, 5.0, 3.0, 2.0, 4.0, 1.0, 5.0, 3.0)
START = (4.2, 4.4, 3.3, 2.8, 3.9, 2.5, 4.6, 3.1)
LOW, HIGH = 0.5, 5.5
AXIS = 22


class RatingsCanvas(ColumnsCanvas):
    """A column an event: ring, dot, and the error between them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Given and predicted ratings", START, (LOW, HIGH), AXIS)

    def words(self) -> str:
        """Which rating, given and predicted."""
        at = self.chosen
        return f"Rating {at + 1}: given {GIVEN[at]:g}, predicted {self.values[at]:g}"

    def paint(self, painter: QPainter) -> None:
        """The scale, then each column."""
        for stars in range(1, 6):
            y = self.height_of(stars)
            painter.setPen(self.pen("line"))
            painter.drawLine(QPointF(AXIS, y), QPointF(self.width(), y))
            self.write(painter, QRectF(0, y - 8, AXIS - 6, 16), str(stars), "muted", CAPTION)
        for at, (given, predicted) in enumerate(zip(GIVEN, self.values, strict=True)):
            x = AXIS + (at + 0.5) * self.wide
            above, below = self.height_of(given), self.height_of(predicted)
            painter.setPen(self.pen(self.series(1), 2))
            painter.drawLine(QPointF(x, above), QPointF(x, below))
            painter.setBrush(self.pen("surface").color())
            painter.setPen(self.pen("text", 1.5))
            painter.drawEllipse(QPointF(x, above), 6, 6)
            painter.setBrush(self.series(0))
            painter.setPen(self.pen("accent", 2) if at == self.chosen and self.hasFocus() else self.pen("surface"))
            painter.drawEllipse(QPointF(x, below), 5, 5)
