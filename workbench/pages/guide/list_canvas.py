"""A ranked list of ten items of which some are held out: mark them, move them."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

from workbench.pages.guide.canvas import CAPTION, Canvas
from workbench.theme import Theme

LENGTH = 10
START = (1, 4)
"""Places of the held-out items at first."""
PLACE_WIDTH, GAIN_WIDTH = 28, 64


class ListCanvas(Canvas):
    """Draws the list, best item first; a line lies below the first k.

    Signals:
        changed: an item was marked or moved, or k changed.
    """

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "A ranked list of ten items")
        self.marks = [place in START for place in range(LENGTH)]
        self.names = [chr(ord("A") + place) for place in range(LENGTH)]
        self.k = 5
        self.chosen = START[0]
        self._held: int | None = None
        self._moved = False
        self.setMinimumSize(200, 20 * LENGTH)
        self._describe()

    def reset(self) -> None:
        """The list as it was."""
        self.marks = [place in START for place in range(LENGTH)]
        self.names = [chr(ord("A") + place) for place in range(LENGTH)]
        self._renew()

    def show_k(self, k: int) -> None:
        """Another length of the list that counts."""
        self.k = k
        self._renew()

    def toggle(self, place: int) -> None:
        """Mark or unmark the item at a place."""
        self.marks[place] = not self.marks[place]
        self._renew()

    def carry(self, source: int, target: int) -> None:
        """Take an item out and put it at another place."""
        self.marks.insert(target, self.marks.pop(source))
        self.names.insert(target, self.names.pop(source))
        self.chosen = target
        self._renew()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """The arrows move the cursor, with Shift the item; Space marks."""
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        step = steps.get(Qt.Key(event.key()))
        if step is not None:
            target = min(max(self.chosen + step, 0), LENGTH - 1)
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.carry(self.chosen, target)
            else:
                self.chosen = target
                self._describe()
                self.update()
        elif event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.toggle(self.chosen)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Take hold of an item."""
        self.chosen = self._held = self._place(event.position().y())
        self._moved = False
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """The item follows the mouse."""
        place = self._place(event.position().y())
        if self._held is not None and place != self._held:
            self.carry(self._held, place)
            self._held, self._moved = place, True

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """An item that was not moved is marked or unmarked."""
        if self._held is not None and not self._moved:
            self.toggle(self._held)
        self._held = None

    def _place(self, y: float) -> int:
        return min(max(int(y / max(self._tall, 1)), 0), LENGTH - 1)

    @property
    def _tall(self) -> float:
        return min(self.height() / LENGTH, 40.0)

    def _renew(self) -> None:
        self._describe()
        self.update()
        self.changed.emit()

    def _describe(self) -> None:
        held = ", ".join(str(place + 1) for place, mark in enumerate(self.marks) if mark)
        self.setAccessibleDescription(f"Held-out items at {held or 'no place'}; the cursor is at {self.chosen + 1}")

    def paint(self, painter: QPainter) -> None:
        """Items from the top; those below k are pale."""
        tall, left = self._tall, Qt.AlignmentFlag.AlignLeft
        for place, (mark, name) in enumerate(zip(self.marks, self.names, strict=True)):
            counts = place < self.k
            row = QRectF(0, place * tall, self.width(), tall)
            number = QRectF(0, row.top(), PLACE_WIDTH - 8, tall)
            self.write(
                painter, number, str(place + 1), "text" if counts else "muted", align=Qt.AlignmentFlag.AlignRight
            )
            box = QRectF(PLACE_WIDTH, row.top() + 2, self.width() - PLACE_WIDTH - 2, tall - 4)
            painter.setPen(self.pen("line"))
            painter.setBrush(self.pen("raised" if counts else "surface").color())
            if mark:
                painter.setPen(self.pen(self.series(2), 1.5))
                painter.setBrush(self.faint(2, 0.55 if counts else 0.88))
            if place == self.chosen and self.hasFocus():
                painter.setPen(self.pen("accent", 2))
            painter.drawRoundedRect(box, 4, 4)
            words = f"item {name}, held out" if mark else f"item {name}"
            self.write(painter, box.adjusted(10, 0, -GAIN_WIDTH, 0), words, "text" if mark else "muted", align=left)
            if mark:
                note = "a hit" if counts else "a miss"
                self.write(painter, box.adjusted(0, 0, -10, 0), note, "text", CAPTION, Qt.AlignmentFlag.AlignRight)
        if self.k < LENGTH:
            painter.setPen(self.pen("accent", 2))
            y = round(self.k * tall)
            painter.drawLine(0, y, self.width(), y)
