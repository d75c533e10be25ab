"""Which items are on which user's list: a grid of marks over the bars of their popularity."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

from workbench.pages.guide.canvas import CAPTION, Canvas
from workbench.theme import Theme

LISTS, ITEMS, USERS = 5, 10, 40
MET = np.array([36, 22, 15, 11, 8, 6, 4, 3, 2, 1], np.int64)
"""How many of the 40 training users met each item."""
FIRST = 3
"""Length of the lists at first: everybody gets the three most popular items."""
NAME = 52
BARS = 0.34
"""Share of the height that the bars take."""


class MarksCanvas(Canvas):
    """A row a list, a column an item, the most popular on the left.

    Signals:
        changed: a mark was set or taken away.
    """

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Items on the lists of five users")
        self.marks = self._popular()
        self.chosen = (0, 0)
        self.setMinimumSize(240, 200)
        self._describe()

    @staticmethod
    def _popular() -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        marks = np.zeros((LISTS, ITEMS), np.bool_)
        marks[:, :FIRST] = True
        return marks

    def reset(self) -> None:
        """Everybody gets the most popular items."""
        self.marks = self._popular()
        self._renew()

    def toggle(self, row: int, item: int) -> None:
        """Put an item on a list, or take it off."""
        self.chosen = (row, item)
        self.marks[row, item] = not self.marks[row, item]
        self._renew()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """The arrows move, Space sets a mark or takes it away."""
        steps = {
            Qt.Key.Key_Down: (1, 0),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Left: (0, -1),
        }
        step = steps.get(Qt.Key(event.key()))
        row, item = self.chosen
        if step is not None:
            self.chosen = ((row + step[0]) % LISTS, (item + step[1]) % ITEMS)
            self._describe()
            self.update()
        elif event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.toggle(row, item)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Set or take away the mark that is clicked."""
        grid = self._grid()
        x, y = event.position().x() - grid.left(), event.position().y() - grid.top()
        if 0 <= x < grid.width() and 0 <= y < grid.height():
            self.toggle(int(y / grid.height() * LISTS), int(x / grid.width() * ITEMS))

    def _grid(self) -> QRectF:
        return QRectF(NAME, 0, self.width() - NAME, min(self.height() * (1 - BARS) - 18, 220.0))

    def _renew(self) -> None:
        self._describe()
        self.update()
        self.changed.emit()

    def _describe(self) -> None:
        row, item = self.chosen
        state = "on the list" if self.marks[row, item] else "not on the list"
        self.setAccessibleDescription(f"Item {item + 1}, met by {MET[item]}, is {state} of user {row + 1}")

    def paint(self, painter: QPainter) -> None:
        """Marks, and below them the bars."""
        grid = self._grid()
        wide, tall = grid.width() / ITEMS, grid.height() / LISTS
        for row in range(LISTS):
            name = QRectF(0, grid.top() + row * tall, NAME - 6, tall)
            self.write(painter, name, f"user {row + 1}", "muted", CAPTION, Qt.AlignmentFlag.AlignLeft)
            for item in range(ITEMS):
                box = QRectF(grid.left() + item * wide + 1.5, grid.top() + row * tall + 1.5, wide - 3, tall - 3)
                painter.setPen(self.pen("line"))
                painter.setBrush(self.series(2) if self.marks[row, item] else self.pen("raised").color())
                if (row, item) == self.chosen and self.hasFocus():
                    painter.setPen(self.pen("accent", 2))
                painter.drawRoundedRect(box, 3, 3)
        floor = min(self.height() - 18.0, grid.bottom() + 160)
        room = floor - grid.bottom() - 18
        for item in range(ITEMS):
            height = max(room * float(MET[item]) / USERS, 1.0)
            left = grid.left() + item * wide
            painter.fillRect(QRectF(left + 3, floor - height, wide - 6, height), self.faint(1, 0.35))
            above = QRectF(left - 4, floor - height - 15, wide + 8, 14)
            self.write(painter, above, str(MET[item]), "muted", CAPTION)
        words = f"training users, of {USERS}, who met the item"
        self.write(painter, QRectF(0, floor + 2, self.width(), 16), words, "muted", CAPTION)
