"""The window in hand: its inputs can be removed, reordered and added to; what came next stands beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QApplication

from workbench.pages.sequences.chips import HIGH, Chip, ChipRow
from workbench.theme import Theme

ABOVE, BELOW = 18, 8
Look = Callable[[int], Chip]
Describe = Callable[[int], str]


class WindowEditor(ChipRow):
    """``edited`` tells the items, oldest first, when they were changed by hand.

    Slots are the L places of the window, an arrow, and the true next items. Keys: left and right choose an item,
    with Ctrl they move it; Delete takes it out.
    """

    edited = Signal(tuple)
    chosen_changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Window", ABOVE, BELOW)
        self.length = 0
        self.items: list[int] = []
        self.original: tuple[int, ...] = ()
        self.true_next: tuple[int, ...] = ()
        self.chosen = -1
        self._covered: range = range(0)
        self._dragged = False
        self._pressed: QPointF | None = None
        self._look: Look = lambda item: Chip("")
        self._describe: Describe = lambda item: ""

    def show_window(
        self, length: int, items: Sequence[int], true_next: Sequence[int], look: Look, describe: Describe
    ) -> None:
        """Show another window, unedited; ``look`` and ``describe`` take item rows."""
        self.length, self.items, self.original = length, list(items), tuple(items)
        self.true_next, self._look, self._describe = tuple(true_next), look, describe
        self.chosen, self._covered, self._pressed = -1, range(0), None
        self._changed()
        self.reveal(0, self.count() - 1)

    def clear(self) -> None:
        """Show nothing."""
        self.show_window(0, (), (), self._look, self._describe)

    def cover(self, places: range) -> None:
        """Mark places of the window that a filter covers."""
        self._covered = places
        self.viewport().update()

    @property
    def is_edited(self) -> bool:
        """It differs from what came in the sequence."""
        return tuple(self.items) != self.original

    # --- editing ------------------------------------------------------------------------------------------------

    def insert(self, item: int) -> None:
        """Put an item behind the chosen one, else last; from a full window the oldest item falls out."""
        at = self.chosen + 1 if self.chosen >= 0 else len(self.items)
        self.items.insert(at, item)
        self.chosen = at
        if len(self.items) > self.length:
            self.items.pop(0)
            self.chosen -= 1
        self._tell()

    def remove(self) -> None:
        """Take the chosen item out."""
        if self.chosen >= 0:
            del self.items[self.chosen]
            self.chosen = min(self.chosen, len(self.items) - 1)
            self._tell()

    def shift(self, by: int) -> None:
        """Move the chosen item among the others."""
        to = self.chosen + by
        if self.chosen >= 0 and 0 <= to < len(self.items):
            self.items.insert(to, self.items.pop(self.chosen))
            self.chosen = to
            self._tell()

    def reset(self) -> None:
        """Back to what came in the sequence."""
        if self.is_edited:
            self.items, self.chosen = list(self.original), -1
            self._tell()

    def choose(self, at: int) -> None:
        """Choose an item by its place among the items, -1 for none."""
        self.chosen = at if 0 <= at < len(self.items) else -1
        self._changed()

    def _tell(self) -> None:
        self._changed()
        self.edited.emit(tuple(self.items))

    def _changed(self) -> None:
        named = [self._look(item).title for item in self.items]
        chosen = f"; chosen: {named[self.chosen]}" if self.chosen >= 0 else ""
        self.setAccessibleDescription(f"{len(named)} of {self.length} items, oldest first: {', '.join(named)}{chosen}")
        self.renew()
        if self.chosen >= 0:
            self.reveal(self._padding + self.chosen, self._padding + self.chosen)
        self.chosen_changed.emit()

    # --- chips --------------------------------------------------------------------------------------------------

    @property
    def _padding(self) -> int:
        return self.length - len(self.items)

    def count(self) -> int:
        """The window, an arrow, and what came next."""
        return self.length + 1 + len(self.true_next) if self.length else 0

    def wanted(self) -> int:
        """All."""
        return self.count()

    def _item(self, slot: int) -> int | None:
        if slot > self.length:
            return self.true_next[slot - self.length - 1]
        return self.items[slot - self._padding] if self._padding <= slot < self.length else None

    def chip(self, slot: int) -> Chip:
        """The look of a slot."""
        item, colours = self._item(slot), self.theme.colours
        if item is None:
            return Chip("", "padding", frame=colours.accent if slot < self.length else "")
        own = self._look(item)
        if slot > self.length:
            return Chip(own.title, own.below, own.colour, colours.series[1], True)
        held = slot - self._padding == self.chosen
        return Chip(own.title, own.below, own.colour, colours.accent, held)

    def words(self, slot: int) -> str:
        """The tooltip of a slot."""
        item = self._item(slot)
        if item is None:
            return "" if slot == self.length else "Padding: no item, a vector of zeros."
        return self._describe(item)

    def draw_chip(self, painter: QPainter, area: QRectF, chip: Chip) -> None:
        """The arrow is no chip."""
        if area == self.area(self.length):
            self._draw_arrow(painter, area)
        else:
            super().draw_chip(painter, area, chip)

    def _draw_arrow(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(QPen(QColor(self.theme.colours.muted), 1.5))
        y, tail, head = area.center().y(), area.center().x() - 22, area.center().x() + 22
        painter.drawLine(QPointF(tail, y), QPointF(head, y))
        for side in (-5, 5):
            painter.drawLine(QPointF(head, y), QPointF(head - 6, y + side))

    def decorate(self, painter: QPainter, first: int, last: int) -> None:
        """The lags over the chips, and what a filter covers under them."""
        colours = self.theme.colours
        painter.setFont(self.small)
        for slot in range(first, last + 1):
            area = self.area(slot)
            over = QRectF(area.left(), 0, area.width(), self.above - 2)
            text = lag(self.length, slot)
            if slot > self.length:
                text = "came next" if slot == self.length + 1 else f"{slot - self.length}"
            elif slot == self.length:
                text = "" if self.true_next else "not known yet"
            painter.setPen(QColor(colours.muted))
            painter.drawText(over, Qt.AlignmentFlag.AlignCenter, text)
        if self._covered:
            left, right = self.area(self._covered[0]).left(), self.area(self._covered[-1]).right()
            painter.setPen(QPen(QColor(colours.accent), 4))
            y = self.above + HIGH + 4
            painter.drawLine(QPointF(left + 3, y), QPointF(right - 3, y))

    # --- hands --------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose an item."""
        if event.button() == Qt.MouseButton.LeftButton:
            slot = self.slot_at(event.position())
            self.choose(slot - self._padding if 0 <= slot < self.length else -1)
            self._pressed, self._dragged = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Drag the chosen item to another place; the list follows while one drags."""
        if self._pressed is None or self.chosen < 0:
            return
        far = (event.position() - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        self._dragged = self._dragged or far
        if self._dragged:
            slot = self.slot_at(event.position(), clamped=True)
            to = min(max(slot - self._padding, 0), len(self.items) - 1)
            if to != self.chosen:
                self.shift(to - self.chosen)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Let it go."""
        self._pressed = None

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Choose, move, remove."""
        ways = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        key = Qt.Key(event.key())
        if key in ways and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.shift(ways[key])
        elif key in ways:
            last = len(self.items) - 1
            self.choose(min(max(self.chosen + ways[key], 0), last) if self.chosen >= 0 else last)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove()
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.choose(0 if key == Qt.Key.Key_Home else len(self.items) - 1)
        else:
            super().keyPressEvent(event)


def lag(length: int, place: int) -> str:
    """A place of a window as its distance from the next item: ``t−1`` is the latest."""
    return f"t−{length - place}"
