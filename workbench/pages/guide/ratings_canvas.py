"""Eight ratings and the predictions of them, which can be moved."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

from workbench.pages.guide.canvas import CAPTION, Canvas
from workbench.theme import Theme

GIVEN = (4.0, 5.0, 3.0, 2.0, 4.0, 1.0, 5.0, 3.0)
START = (4.2, 4.4, 3.3, 2.8, 3.9, 2.5, 4.6, 3.1)
LOW, HIGH, STEP = 0.5, 5.5, 0.1
AXIS = 22


class RatingsCanvas(Canvas):
    """A column an event: ring, dot, and the error between them.

    Signals:
        changed: a prediction was moved.
    """

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Given and predicted ratings")
        self.predicted = list(START)
        self.chosen = 0
        self._held = False
        self.setMinimumSize(220, 180)
        self._describe()

    def reset(self) -> None:
        """The predictions as they were."""
        self.predicted = list(START)
        self._renew()

    def predict(self, at: int, rating: float) -> None:
        """Move a prediction, to a tenth of a star."""
        self.chosen = at
        self.predicted[at] = round(min(max(rating, LOW), HIGH), 1)
        self._renew()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Left and right choose a prediction, up and down move it."""
        sideways = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
        upright = {Qt.Key.Key_Up: STEP, Qt.Key.Key_Down: -STEP}
        key = Qt.Key(event.key())
        if key in sideways:
            self.chosen = (self.chosen + sideways[key]) % len(GIVEN)
            self._describe()
            self.update()
        elif key in upright:
            self.predict(self.chosen, self.predicted[self.chosen] + upright[key])
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Take hold of the prediction of a column."""
        column = (event.position().x() - AXIS) / max(self._wide, 1e-6)
        if 0 <= column < len(GIVEN):
            self._held = True
            self.predict(int(column), self._rating(event.position().y()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """The prediction follows."""
        if self._held:
            self.predict(self.chosen, self._rating(event.position().y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Let go."""
        self._held = False

    @property
    def _wide(self) -> float:
        return (self.width() - AXIS) / len(GIVEN)

    def _height(self, rating: float) -> float:
        return 8 + (HIGH - rating) / (HIGH - LOW) * (self.height() - 16)

    def _rating(self, y: float) -> float:
        return HIGH - (y - 8) / max(self.height() - 16, 1) * (HIGH - LOW)

    def _renew(self) -> None:
        self._describe()
        self.update()
        self.changed.emit()

    def _describe(self) -> None:
        at = self.chosen
        self.setAccessibleDescription(f"Rating {at + 1}: given {GIVEN[at]:g}, predicted {self.predicted[at]:g}")

    def paint(self, painter: QPainter) -> None:
        """The scale, then each column."""
        for stars in range(1, 6):
            y = self._height(stars)
            painter.setPen(self.pen("line"))
            painter.drawLine(QPointF(AXIS, y), QPointF(self.width(), y))
            self.write(painter, QRectF(0, y - 8, AXIS - 6, 16), str(stars), "muted", CAPTION)
        for at, (given, predicted) in enumerate(zip(GIVEN, self.predicted, strict=True)):
            x = AXIS + (at + 0.5) * self._wide
            above, below = self._height(given), self._height(predicted)
            painter.setPen(self.pen(self.series(1), 2))
            painter.drawLine(QPointF(x, above), QPointF(x, below))
            painter.setBrush(self.pen("surface").color())
            painter.setPen(self.pen("text", 1.5))
            painter.drawEllipse(QPointF(x, above), 6, 6)
            painter.setBrush(self.series(0))
            painter.setPen(self.pen("accent", 2) if at == self.chosen and self.hasFocus() else self.pen("surface"))
            painter.drawEllipse(QPointF(x, below), 5, 5)
