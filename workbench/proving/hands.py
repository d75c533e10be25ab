"""Random hands on a window: keys, clicks, drags, wheels, commands, dropped files, as the window system gives them."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TextIO

from PySide6.QtCore import QMimeData, QObject, QPoint, QPointF, QSize, Qt, QThread, QTimer, QUrl, Signal
from PySide6.QtGui import QAction, QDropEvent, QGuiApplication, QKeySequence, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QWidget
from shiboken6 import isValid

from workbench.main_window import MainWindow
from workbench.pages import PAGES

KEYS = (
    *(Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Escape),
    *(Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End),
    *(Qt.Key.Key_PageDown, Qt.Key.Key_PageUp, Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_F2, Qt.Key.Key_Menu),
    *(Qt.Key.Key_A, Qt.Key.Key_N, Qt.Key.Key_S, Qt.Key.Key_9, Qt.Key.Key_0, Qt.Key.Key_1, Qt.Key.Key_Minus),
)
NONE = Qt.KeyboardModifier.NoModifier
MODIFIERS = (NONE,) * 8 + (Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier)
SHORTCUTS = ("Ctrl+A", "Ctrl+C", "Ctrl+V", "Ctrl+X", "Ctrl+Z", "Ctrl+F", "Ctrl+Shift+Z", "Alt+Down", "Shift+F10")
"""Keys that pages and texts hear beside those of the menus."""
LEAVING = ("Quit",)
"""Actions that are never done: they end the window."""
TYPED = (
    "",
    "a",
    "1e400",
    "-1",
    "0.5",
    "u1",
    "<b>",
    "i3",
    "99999999999999999999",
    "\u202eabc",
    "😀",
    "'\"\\%s{0}",
    "x" * 3000,
)
SIZES = (QSize(900, 560), QSize(1024, 700), QSize(1100, 760), QSize(1920, 1200))
WEARY, GIVEN_UP = 40, 60
"""Events in one dialog or menu, after which Escape is pressed, or it is closed from the code."""
REMEMBERED = 40
"""Acts that are told when something breaks."""
STAYING = 0.1
"""How often a widget is taken that holds others."""
LOOKED = 20
"""Shortcuts between two looks at which there are."""
SLOW = 1.0
"""Seconds after which an act is remembered as one that held the window."""


class Hands(QObject):
    """Acts from timers, one for each event: so it goes on in dialogs and menus, which have event loops of their own.

    Args:
        window: shown, with all libraries loaded.
        seed: what is done follows from it, as far as clocks and threads let it.
        events: how many.
        extras: what else may be done, such as starting a training.
        files: that may be dropped on the window.
        log: where each act is written before it is done, for the day that the process dies of one.

    Signals:
        finished: all is done, and no dialog or menu is open.
    """

    finished = Signal()

    def __init__(
        self,
        window: MainWindow,
        seed: int,
        events: int,
        extras: Sequence[Callable[[], object]] = (),
        files: Sequence[Path] = (),
        log: TextIO | None = None,
    ) -> None:
        super().__init__()
        self.window, self.hand, self.total = window, random.Random(seed), events
        self.done = 0
        self.longest = 0.0
        self.slow: list[str] = []
        self.acts: deque[str] = deque(maxlen=REMEMBERED)
        self._extras, self._files, self._log = extras, files, log
        self._frames: list[int] = []
        self._actions: list[QAction] = []
        self._shortcuts = 0
        self._held: QWidget | None = None
        self._planned: deque[Callable[[], object]] = deque()
        self._within: tuple[QWidget | None, int] = (None, 0)
        self._ways: dict[Callable[[], object], float] = {
            self._click: 40,
            self._key: 30,
            self._shortcut: 8,
            self._type: 4,
            self._wheel: 4,
            self._drag: 3,
            self._move: 3,
            self._turn: 3,
            self._command: 1,
            self._resize: 0.5,
            self._drop: 0.2 if files else 0,
            self._extra: 1 if extras else 0,
        }
        for action in window.findChildren(QAction):
            if action.text().replace("&", "") in LEAVING:
                action.setEnabled(False)

    def begin(self) -> None:
        """Act until all is done."""
        QTimer.singleShot(1, self, self._step)

    def _step(self) -> None:
        level = QThread.currentThread().loopLevel()
        if self._frames and self._frames[-1] == level:
            # an event is being delivered, and no dialog has opened on it: wait until it is
            QTimer.singleShot(1, self, self._step)
            return
        inner = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        if self.done >= self.total:
            if inner is None and not self._frames:
                self.finished.emit()
                return
            self._leave(inner)
            QTimer.singleShot(1, self, self._step)
            return
        self.done += 1
        # the next one is ordered first: what is done now may open a dialog and not come back before it is left
        QTimer.singleShot(1, self, self._step)
        self._frames.append(level)
        before, began = self.done, time.monotonic()
        try:
            self._act(inner)
        finally:
            self._frames.remove(level)
            took = time.monotonic() - began
            if self.done == before:
                # nothing else was done meanwhile: no dialog was open
                self.longest = max(self.longest, took)
                if took > SLOW and self.acts:
                    self.slow.append(f"{took:.1f} s: {self.acts[-1]}")

    def _act(self, inner: QWidget | None) -> None:
        if QApplication.activeWindow() is None:
            # not every platform gives a window the keys by itself when a dialog is gone
            self.window.activateWindow()
        last, times = self._within
        self._within = (inner, times + 1 if inner is not None and inner is last else 0)
        if self._within[1] > GIVEN_UP:
            self._note("leave")
            self._leave(inner)
        elif self._within[1] > WEARY:
            self._press(Qt.Key.Key_Escape)
        elif self._planned:
            self._planned.popleft()()
        else:
            self.hand.choices(list(self._ways), list(self._ways.values()))[0]()

    def _leave(self, inner: QWidget | None) -> None:
        if isinstance(inner, QDialog):
            inner.reject()
        elif inner is not None:
            inner.close()

    # --- ways -----------------------------------------------------------------------------------------------------

    def _click(self) -> None:
        _, place, target = self._place()
        button = self.hand.choices((Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton), (9, 1))[0]
        modifier = self.hand.choice(MODIFIERS)
        twice = self.hand.random() < 0.1
        self._note(f"{'double ' if twice else ''}click {button.name} {modifier.name} at {named(target)}")
        for _ in range(2 if twice else 1):
            # what a press has opened or closed takes the release, and what that has, the next press
            for event in (QTest.mousePress, QTest.mouseRelease):
                handle = self._handle()
                event(handle, button, modifier, inside(handle, place))

    def _key(self) -> None:
        self._press(self.hand.choice(KEYS), self.hand.choice(MODIFIERS))

    def _press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        if modifier & Qt.KeyboardModifier.AltModifier and QApplication.activePopupWidget() is not None:
            # Alt alone ends a menu, and QTest sends the key after it into the window that is gone
            modifier = NONE
        self._note(f"key {key.name} {modifier.name} in {named(QApplication.focusWidget())}")
        QTest.keyPress(self._handle(), key, modifier)
        # the window that was pressed in may be gone by now
        QTest.keyRelease(self._handle(), key, modifier)

    def _shortcut(self) -> None:
        if self._shortcuts % LOOKED == 0:
            # to look for them takes longer than most acts
            self._actions = self.window.findChildren(QAction)
        self._shortcuts += 1
        own = [each.shortcut().toString() for each in self._actions if isValid(each) and each.isEnabled()]
        self._chord(self.hand.choice([*SHORTCUTS, *filter(None, own)]))

    def _chord(self, keys: str) -> None:
        chord = QKeySequence(keys)[0]  # type: ignore[index]
        self._press(chord.key(), chord.keyboardModifiers())

    def _type(self) -> None:
        text = self.hand.choice(TYPED)
        if text.isascii() and len(text) < 30:
            self._write(text)
        else:
            QGuiApplication.clipboard().setText(text)
            self._planned.append(partial(self._chord, "Ctrl+V"))
        if self.hand.random() < 0.5:
            self._planned.append(partial(self._press, Qt.Key.Key_Return))

    def _write(self, text: str) -> None:
        self._note(f"type {text!r} in {named(QApplication.focusWidget())}")
        for letter in text:
            QTest.keyPress(self._handle(), ord(letter))
            QTest.keyRelease(self._handle(), ord(letter))

    def _wheel(self) -> None:
        handle, place, target = self._place()
        by = QPoint(0, self.hand.choice((-1200, -120, 120, 1200)))
        self._note(f"wheel {by.y()} at {named(target)}")
        QTest.wheelEvent(handle, QPointF(place), by)

    def _move(self) -> None:
        handle, place, target = self._place()
        self._note(f"move to {named(target)}")
        QTest.mouseMove(handle, place)

    def _drag(self) -> None:
        handle, place, target = self._place()
        self._note(f"drag from {named(target)}")
        QTest.mousePress(handle, Qt.MouseButton.LeftButton, NONE, place)
        for _ in range(3):
            to = place + QPoint(self.hand.randint(-300, 300), self.hand.randint(-200, 200))
            self._planned.append(partial(self._drag_to, handle, to, False))
        self._planned.append(partial(self._drag_to, handle, place + QPoint(self.hand.randint(-90, 90), 9), True))

    def _drag_to(self, handle: QWindow, to: QPoint, end: bool) -> None:
        if handle is not self._handle():
            handle = self._handle()
        self._note("drop" if end else "drag on")
        to = inside(handle, to)
        QTest.mouseMove(handle, to)
        if end:
            QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, NONE, to)

    def _turn(self) -> None:
        key = self.hand.choice(list(PAGES))
        self._note(f"go to {key}")
        if QApplication.activeModalWidget() is None:
            self.window.go(key)

    def _command(self) -> None:
        """Call the palette and type what one of its commands begins with."""
        if QApplication.activeModalWidget() is not None or QApplication.activePopupWidget() is not None:
            return
        text = self.hand.choice(list(self.window.commands())).partition("\t")[0]
        letters = "".join(each for each in text if each.isascii() and each.isprintable())[: self.hand.randint(1, 24)]
        self._planned.extend((partial(self._write, letters), partial(self._press, Qt.Key.Key_Return)))
        self._chord("Ctrl+K")

    def _resize(self) -> None:
        size = self.hand.choice(SIZES)
        self._note(f"resize to {size.width()}x{size.height()}")
        self.window.resize(size)

    def _drop(self) -> None:
        if QApplication.activeModalWidget() is not None:
            return
        file = self.hand.choice(self._files)
        self._note(f"drop {file.name} on {self.window.current}")
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(file))])
        copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
        QApplication.sendEvent(self.window, QDropEvent(QPointF(400, 300), copy, data, left, NONE))

    def _extra(self) -> None:
        if QApplication.activeModalWidget() is None:
            extra = self.hand.choice(self._extras)
            self._note(getattr(extra, "__name__", "extra"))
            extra()

    # --- where ----------------------------------------------------------------------------------------------------

    def _top(self) -> QWidget:
        return QApplication.activePopupWidget() or QApplication.activeModalWidget() or self.window

    def _handle(self) -> QWindow:
        """The window that takes the next event; the handle of a menu that goes just now is none."""
        for top in (QApplication.activePopupWidget(), QApplication.activeModalWidget(), self.window):
            handle = top.window().windowHandle() if top is not None else None
            if handle is not None and isValid(handle):
                # a handle in Python lives no longer than the widget that it was asked of
                self._held = top
                return handle
        raise RuntimeError("the window is gone")

    def _place(self) -> tuple[QWindow, QPoint, QWidget]:
        """A point on a widget that is seen, in its window."""
        top = self._top().window()
        target = self._descend(top)
        room = target.visibleRegion().boundingRect()
        within = QPoint(
            self.hand.randint(room.left(), max(room.right(), room.left())),
            self.hand.randint(room.top(), max(room.bottom(), room.top())),
        )
        handle = self._handle()
        return handle, inside(handle, target.mapTo(top, within) if target is not top else within), target

    def _descend(self, widget: QWidget) -> QWidget:
        """A widget that is seen: from the window downwards, now and then one that holds others."""
        while widget.isWindow() or self.hand.random() > STAYING:
            inner = [
                each
                for each in widget.children()
                if isinstance(each, QWidget) and each.isVisible() and not each.isWindow()
            ]
            seen = [each for each in inner if not each.visibleRegion().isEmpty()]
            if not seen:
                break
            # the more a widget holds, the likelier it is, so that a bar with two buttons does not take half of all
            widget = self.hand.choices(seen, [1 + len(each.children()) for each in seen])[0]
        return widget

    def _note(self, act: str) -> None:
        self.acts.append(f"{self.done} [{self.window.current}] {act}")
        if self._log is not None:
            self._log.write(f"{self.acts[-1]}\n")
            self._log.flush()


def inside(handle: QWindow, place: QPoint) -> QPoint:
    """The place, or the nearest to it in the window."""
    return QPoint(min(max(place.x(), 0), handle.width() - 1), min(max(place.y(), 0), handle.height() - 1))


def named(widget: QWidget | None) -> str:
    """A widget in few words."""
    if widget is None:
        return "nothing"
    name = widget.accessibleName() or widget.objectName()
    if not name and isinstance(widget, QLabel | QAbstractButton):
        name = widget.text()
    parent = widget.parentWidget()
    return f"{type(widget).__name__} {name[:40]!r} of {type(parent).__name__ if parent else 'nobody'}"
