"""A button with a menu of check boxes that stays open while one ticks them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QPushButton

from workbench.theme import Theme
from workbench.widgets.parts import set_icon, tip
from workbench.words import cell

NARROWEST = 112
"""Pixels that a button with a long text takes at least."""


class StayingMenu(QMenu):
    """Ticking an entry does not close it."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Tick, and stay."""
        if not self._tick(self.actionAt(event.position().toPoint())):
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Space ticks, Enter ticks and closes."""
        if event.key() != Qt.Key.Key_Space or not self._tick(self.activeAction()):
            super().keyPressEvent(event)

    def _tick(self, action: QAction | None) -> bool:
        if action is None or not action.isCheckable() or not action.isEnabled():
            return False
        action.trigger()
        return True


class CheckMenu(QPushButton):
    """Several of a few entries.

    Args:
        name: what is chosen, for who does not see the button.
        least, most: how many may be ticked.

    Signals:
        changed: the user ticked or unticked one.
    """

    changed = Signal()

    def __init__(self, theme: Theme, name: str, least: int = 0, most: int = 1000) -> None:
        super().__init__(name)
        self._name, self._least, self._most = name, least, most
        self._whole = name
        self._actions: dict[str, QAction] = {}
        self.setProperty("role", "chip")
        self.entries = StayingMenu(self)
        self.setMenu(self.entries)
        self.setAccessibleName(name)
        set_icon(self, theme, "down")

    def offer(self, entries: Iterable[tuple[str, str]], ticked: Iterable[str]) -> None:
        """Replace the entries, (key, text); those that are ticked and not there are forgotten."""
        entries, wanted = list(entries), set(ticked)
        if [(key, text) for key, text in entries] != [(key, each.text()) for key, each in self._actions.items()]:
            self.entries.clear()
            self._actions = {}
            for key, text in entries:
                action = self.entries.addAction(cell(text, 60).replace("&", "&&"))
                action.setCheckable(True)
                action.triggered.connect(lambda _=False, key=key: self._ticked(key))
                self._actions[key] = action
        for key, action in self._actions.items():
            action.setChecked(key in wanted)
        self.setEnabled(bool(self._actions))
        self._settle()

    @property
    def keys(self) -> Sequence[str]:
        """All entries."""
        return list(self._actions)

    @property
    def ticked(self) -> list[str]:
        """The keys that are ticked, in the order of the menu."""
        return [key for key, action in self._actions.items() if action.isChecked()]

    def say(self, text: str) -> None:
        """What stands on the button."""
        self._whole = cell(text, 48)
        self.setAccessibleName(f"{self._name}: {text}")
        self._fit()
        self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for the whole text, however much of it is shown now."""
        hint, metrics = super().sizeHint(), self.fontMetrics()
        shown = self.text().replace("&&", "&")
        return QSize(
            hint.width() + metrics.horizontalAdvance(self._whole) - metrics.horizontalAdvance(shown), hint.height()
        )

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """The beginning of a long text is enough."""
        hint = self.sizeHint()
        return QSize(min(hint.width(), NARROWEST), hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """There is more or less room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        metrics, hint = self.fontMetrics(), self.sizeHint().width()
        shown = self._whole.replace("&", "&&")
        if self.width() < hint:
            # not where all of it fits: on fine screens a text is wider by a part of a pixel than it says
            room = metrics.horizontalAdvance(self._whole) - (hint - self.width())
            shown = metrics.elidedText(self._whole, Qt.TextElideMode.ElideRight, room).replace("&", "&&")
        if shown != self.text():
            self.setText(shown)
            self.setToolTip(tip(self._whole) if shown.replace("&&", "&") != self._whole else "")

    def _ticked(self, key: str) -> None:
        if len(self.ticked) < self._least:
            self._actions[key].setChecked(True)
            return
        self._settle()
        self.changed.emit()

    def _settle(self) -> None:
        """When as many are ticked as may be, the others cannot be."""
        full = len(self.ticked) >= self._most
        for action in self._actions.values():
            action.setEnabled(action.isChecked() or not full)
