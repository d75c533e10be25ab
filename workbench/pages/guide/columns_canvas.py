"""What is moved column by column in a drawing of the guide, with the mouse or the arrow keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent

from workbench.pages.guide.canvas import Canvas
from workbench.theme import Theme

STEP = 0.1


class ColumnsCanvas(Canvas):
    """A value a column, each between two bounds and to a tenth.

    Signals:
        changed: a value was moved.
    """

    changed = Signal()

    def __init__(self, theme: Theme, name: str, start: Sequence[float], bounds: tuple[float, float], axis: int) -> None:
        super().__init__(theme, name)
        self._start, self._bounds, self._axis = tuple(start), bounds, axis
        self.values = list(start)
        self.chosen = 0
        self._held = False
        self.setMinimumSize(220, 180)
        self.setAccessibleDescription(self.words())

    def words(self) -> str:
        """What is chosen, for a reader of the screen."""
        raise NotImplementedError

    def reset(self) -> None:
        """As they were."""
        self.values = list(self._start)
        self._renew()

    def move_to(self, at: int, value: float) -> None:
        """Move the value of a column, to a tenth."""
        self.chosen = at
        low, high = self._bounds
        self.values[at] = round(min(max(value, low), high), 1)
        self._renew()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Left and right choose a column, up and down move its value."""
        sideways = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
        upright = {Qt.Key.Key_Up: STEP, Qt.Key.Key_Down: -STEP}
        key = Qt.Key(event.key())
        if key in sideways:
            self.chosen = (self.chosen + sideways[key]) % len(self.values)
            self.setAccessibleDescription(self.words())
            self.update()
        elif key in upright:
            self.move_to(self.chosen, self.values[self.chosen] + upright[key])
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Take hold of the value of a column."""
        column = (event.position().x() - self._axis) / max(self.wide, 1e-6)
        if 0 <= column < len(self.values):
            self._held = True
            self.move_to(int(column), self._value(event.position().y()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """The value follows."""
        if self._held:
            self.move_to(self.chosen, self._value(event.position().y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Let go."""
        self._held = False

    @property
    def wide(self) -> float:
        """Pixels of a column."""
        return (self.width() - self._axis) / len(self.values)

    def height_of(self, value: float) -> float:
        """Where a value lies, in pixels from above."""
        low, high = self._bounds
        return 8 + (high - value) / (high - low) * (self.height() - 16)

    def _value(self, y: float) -> float:
        low, high = self._bounds
        return high - (y - 8) / max(self.height() - 16, 1) * (high - low)

    def _renew(self) -> None:
        self.setAccessibleDescription(self.words())
        self.update()
        self.changed.emit()
