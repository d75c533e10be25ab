"""The timeline: every item of a user in time order, and the bracket of a window that is dragged or stepped over it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent

from core.insight.timeline import NOBODY, PARTS, Window, Windows
from workbench.pages.sequences.chips import CHIP, EDGE, HIGH, Chip, ChipRow
from workbench.theme import Theme

ABOVE, BELOW = 22, 16
LEAP = 10
"""Windows that page up and page down step over."""

Look = Callable[[int], Chip]
Describe = Callable[[int], str]


class TimelineStrip(ChipRow):
    """``stepped`` tells the window that is asked for.

    Slots are the left padding of the first window, the events, and one for what is not known yet.
    """

    stepped = Signal(int)
    keeps_bar = True

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Timeline", ABOVE, BELOW)
        self.windows: Windows | None = None
        self.at = 0
        self.window_: Window | None = None
        self._look: Look = lambda place: Chip("")
        self._describe: Describe = lambda place: ""
        self._padding = 0
        self._grabbed: int | None = None
        self._inputs: frozenset[int] = frozenset()
        self._targets: frozenset[int] = frozenset()

    def show_windows(self, windows: Windows | None, look: Look, describe: Describe) -> None:
        """Show another timeline; ``look`` and ``describe`` say what an event, by its place, looks like."""
        self.windows, self._look, self._describe = windows, look, describe
        self.window_, self._grabbed = None, None
        self._inputs = self._targets = frozenset()
        self._padding = 0
        if windows is not None:
            self._padding = int((windows.window(0).inputs == NOBODY).sum())
        self.renew()

    def clear(self) -> None:
        """Show nothing."""
        self.show_windows(None, self._look, self._describe)

    def choose(self, at: int) -> None:
        """Put the bracket over a window."""
        assert self.windows is not None
        self.at, self.window_ = at, self.windows.window(at)
        self._inputs = frozenset(self._slots(self.window_.inputs))
        held_out = self.window_.true_next.tolist() or ([len(self.windows.timeline)] if self._is_next() else [])
        self._targets = frozenset(self._padding + place for place in held_out)
        self._bring_into_view()
        self.viewport().update()

    def _bring_into_view(self) -> None:
        anchor = self._anchor()
        first = max(min(self._inputs, default=anchor), anchor - self._in_view() + 2)
        self.reveal(first, min(max(self._targets, default=anchor), first + self._in_view() - 1))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """The bracket stays in view."""
        super().resizeEvent(event)
        if self.window_ is not None:
            self._bring_into_view()

    def _is_next(self) -> bool:
        return self.window_ is not None and self.window_.part == "next"

    def _in_view(self) -> int:
        return max(self.viewport().width() // self.pitch - 1, 1)

    def _slots(self, inputs: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[int]:
        """Slots of the inputs; paddings lie right before the first event."""
        missing = int((inputs == NOBODY).sum())
        own = [self._padding + int(place) for place in inputs[missing:]]
        first = own[0] if own else self._padding
        return [*range(first - missing, first), *own]

    # --- chips --------------------------------------------------------------------------------------------------

    def count(self) -> int:
        """Padding, events, and what comes next."""
        return 0 if self.windows is None else self._padding + len(self.windows.timeline) + 1

    def wanted(self) -> int:
        """The window, and a little before it."""
        windows = self.windows
        return windows.length + windows.targets + 1 if windows is not None and windows.length else 0

    def chip(self, slot: int) -> Chip:
        """The look of a slot, framed where the window is."""
        assert self.windows is not None
        place = slot - self._padding
        accent, target = self.theme.colours.accent, self.theme.colours.series[1]
        frame = target if slot in self._targets else accent if slot in self._inputs else ""
        if place < 0:
            return Chip("", "padding", frame=frame, tinted=bool(frame))
        if place == len(self.windows.timeline):
            return Chip("", "what comes next", frame=frame, tinted=bool(frame), brief="next")
        own = self._look(place)
        return Chip(own.title, own.below, own.colour, frame, bool(frame), own.brief)

    def words(self, slot: int) -> str:
        """The tooltip of a slot."""
        assert self.windows is not None
        place = slot - self._padding
        if place < 0:
            return "Padding: there is no earlier item; its vector is zero and stays so."
        if place == len(self.windows.timeline):
            return "What comes after all that is known."
        return self._describe(place)

    def decorate(self, painter: QPainter, first: int, last: int) -> None:
        """The bracket over the window, the numbers and parts under the chips."""
        window = self.window_
        if self.windows is None or window is None:
            return
        colours = self.theme.colours
        inputs, missing = len(window.inputs), int((window.inputs == NOBODY).sum())
        words = f"{inputs:,} inputs" if inputs != 1 else "1 input"
        words += f", {missing} padding" if missing else ""
        self._bracket(painter, self._inputs, colours.accent, words)
        held_out, masked = len(window.true_next), int((window.targets == NOBODY).sum())
        words = f"{held_out} targets" if held_out != 1 else "target"
        words += f", {masked} masked" if masked else ""
        self._bracket(painter, self._targets, colours.series[1], "not known" if self._is_next() else words)
        timeline = self.windows.timeline
        painter.setFont(self.small)
        for slot in range(max(first, self._padding), min(last + 1, self._padding + len(timeline))):
            area = self.area(slot)
            part = PARTS[timeline.parts[slot - self._padding]]
            number = f"{slot - self._padding + 1:,}"
            painter.setPen(QColor(colours.muted if part == "train" else colours.text))
            below = QRectF(area.left() - 16, self.above + HIGH, area.width() + 32, BELOW)
            text = number if part == "train" else f"{number} · {part}"
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, text)

    def _bracket(self, painter: QPainter, slots: frozenset[int], colour: str, words: str) -> None:
        painter.setFont(self.small)
        for at, (first, last) in enumerate(runs(sorted(slots))):
            left, right = self.area(first).left() + 1, self.area(last).right() - 1
            if right < 0 or left > self.viewport().width():
                continue
            painter.setPen(QPen(QColor(colour), 2))
            y = self.above - 5
            painter.drawLine(QPointF(left, y), QPointF(right, y))
            for x in (left, right):
                painter.drawLine(QPointF(x, y), QPointF(x, y + 4))
            if at == 0:
                painter.setPen(QColor(colour))
                # the words stay in view while the bracket reaches out of it
                begin = max(left, EDGE)
                room = QRectF(begin, 0, max(right - begin, CHIP), self.above - 7)
                painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)

    # --- moving the window --------------------------------------------------------------------------------------

    def step(self, by: int) -> None:
        """Go some windows on."""
        if self.windows is not None:
            self._ask(self.at + by)

    def _ask(self, at: int) -> None:
        assert self.windows is not None
        wanted = min(max(at, 0), len(self.windows) - 1)
        if wanted != self.at:
            self.stepped.emit(wanted)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Arrows step, page up and page down leap, home and end go to the first and last window."""
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_PageUp: -LEAP,
            Qt.Key.Key_PageDown: LEAP,
            Qt.Key.Key_Home: -(1 << 40),
            Qt.Key.Key_End: 1 << 40,
        }
        by = steps.get(Qt.Key(event.key()))
        if by is None or self.windows is None:
            super().keyPressEvent(event)
            return
        self.step(by)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Take the bracket, or call it to the chip that is to come next."""
        if self.windows is None or event.button() != Qt.MouseButton.LeftButton:
            return
        slot = self.slot_at(event.position(), clamped=True)
        if slot in self._inputs or slot in self._targets:
            self._grabbed = self._anchor() - slot
        else:
            self._grabbed = 0
            self._ask(self.windows.followed_by(slot - self._padding))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Drag the bracket from window to window."""
        if self.windows is not None and self._grabbed is not None:
            slot = self.slot_at(event.position(), clamped=True)
            self._ask(self.windows.followed_by(slot + self._grabbed - self._padding))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Let the bracket go."""
        self._grabbed = None

    def _anchor(self) -> int:
        """The slot of the next item."""
        return min(self._targets, default=max(self._inputs, default=0) + 1)


def runs(slots: Sequence[int]) -> list[tuple[int, int]]:
    """First and last of each run of neighbours among ascending numbers."""
    found: list[tuple[int, int]] = []
    for slot in slots:
        if found and found[-1][1] == slot - 1:
            found[-1] = (found[-1][0], slot)
        else:
            found.append((slot, slot))
    return found
