"""Random hands on a window that trains; run as a program with seed, number of events and an empty folder."""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QWidget

from workbench.pages import PAGES
from workbench.proving.living import Living, say

KEYS = (
    *(Qt.Key.Key_Tab, Qt.Key.Key_Space, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Left, Qt.Key.Key_Right),
    *(Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Backspace, Qt.Key.Key_Delete, Qt.Key.Key_Home, Qt.Key.Key_End),
    *(Qt.Key.Key_A, Qt.Key.Key_9, Qt.Key.Key_0, Qt.Key.Key_Minus, Qt.Key.Key_PageDown, Qt.Key.Key_F5),
)
MODIFIERS = (Qt.KeyboardModifier.NoModifier,) * 6 + (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
WEARY = 40
"""Events in one dialog or menu, after which it is left."""


class Monkey:
    """Acts from a timer, so that it acts in dialogs and menus too, which have event loops of their own."""

    def __init__(self, living: Living, seed: int, events: int) -> None:
        self.living, self.hand, self.left = living, random.Random(seed), events
        self.total = events
        self.longest = 0.0
        self._within = 0
        self._said = time.monotonic()
        self.timer = QTimer()
        self.timer.timeout.connect(self.act)
        self.timer.start(0)

    def act(self) -> None:
        """One event somewhere."""
        window = self.living.window
        if self.left <= 0:
            self._end()
            return
        self.left -= 1
        if time.monotonic() - self._said > 1:
            self._said = time.monotonic()
            self.tell()
        inner = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        self._within = self._within + 1 if inner is not None else 0
        began = time.monotonic()
        if inner is not None and self._within > WEARY:
            self._within = 0
            inner.reject() if isinstance(inner, QDialog) else inner.close()
        elif inner is None and self.hand.random() < 0.03:
            window.go(self.hand.choice(list(PAGES)))
        elif inner is None and self.hand.random() < 0.005 and len(window.jobs.queue) < 2:
            self.living.train()
        elif inner is None and self.hand.random() < 0.002:
            self.living.open_data()
        else:
            self._touch(inner or window)
        self.longest = max(self.longest, time.monotonic() - began)

    def _touch(self, inside: QWidget) -> None:
        seen = [each for each in inside.findChildren(QWidget) if each.isVisible() and each.isEnabled()] or [inside]
        target = self.hand.choice(seen)
        place = QPoint(self.hand.randrange(max(target.width(), 1)), self.hand.randrange(max(target.height(), 1)))
        if isinstance(target, QMenu) and target is not QApplication.activePopupWidget():
            return
        way = self.hand.random()
        if way < 0.4:
            QTest.keyClick(target, self.hand.choice(KEYS), self.hand.choice(MODIFIERS))
        elif way < 0.85:
            QTest.mouseClick(target, Qt.MouseButton.LeftButton, pos=place)
        elif way < 0.9:
            QTest.mouseDClick(target, Qt.MouseButton.LeftButton, pos=place)
        elif way < 0.95:
            QTest.mouseMove(target, place)
        else:
            QTest.mouseClick(target, Qt.MouseButton.RightButton, pos=place)

    def tell(self) -> None:
        """Say how far it is."""
        done = self.total - self.left
        say(
            {
                "done": done,
                "total": self.total,
                "shown": {"trainings": self.living.trainings, "exceptions": len(self.living.exceptions)},
                "events": done,
                "trainings": self.living.trainings,
                "exceptions": self.living.exceptions[:20],
                "longest": round(self.longest, 3),
            }
        )

    def _end(self) -> None:
        inner = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        if inner is not None:
            inner.reject() if isinstance(inner, QDialog) else inner.close()
            return
        self.living.window.jobs.stop_all()
        if not self.living.window.jobs.running:
            self.timer.stop()
            self.tell()
            self.living.window.removeEventFilter(self.living)
            self.living.window.close()
            QApplication.exit(0)


def main(seed: int, events: int, home: Path) -> int:
    """Live, act, end."""
    living = Living(home, seed)
    monkey = Monkey(living, seed, events)
    code = living.application.exec()
    del monkey
    return code


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
