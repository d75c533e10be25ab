"""The command palette: type a few letters of what you want, Enter does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget


def matches(asked: str, text: str) -> bool:
    """Every word that was typed occurs in the text."""
    return all(word in text.casefold() for word in asked.casefold().split())


class CommandPalette(QDialog):
    """Lists commands that hold all words typed.

    Args:
        commands: what is done, by ``name<tab>shortcut``.
    """

    def __init__(self, parent: QWidget, commands: Mapping[str, Callable[[], object]]) -> None:
        super().__init__(parent)
        self.setWindowTitle("Commands")
        self.resize(520, 380)
        self._commands = commands
        layout = QVBoxLayout(self)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Type what you want to do")
        self.search.setAccessibleName("Search commands")
        self.list = QListWidget()
        self.list.setAccessibleName("Commands")
        layout.addWidget(self.search)
        layout.addWidget(self.list)
        self.search.textChanged.connect(self._fill)
        self.search.installEventFilter(self)
        self.list.itemActivated.connect(self._do)
        self.finished.connect(self.deleteLater)
        self._fill("")

    def _fill(self, asked: str) -> None:
        self.list.clear()
        for name in self._commands:
            if matches(asked, name):
                text, _, keys = name.partition("\t")
                item = QListWidgetItem(f"{text}    {keys}" if keys else text)
                item.setData(Qt.ItemDataRole.UserRole, name)
                self.list.addItem(item)
        self.list.setCurrentRow(0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Up and down move in the list while one types; Enter does what is chosen."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            moves = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
            if event.key() in moves and self.list.count():
                row = (self.list.currentRow() + moves[Qt.Key(event.key())]) % self.list.count()
                self.list.setCurrentRow(row)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._do(self.list.currentItem())
                return True
        return super().eventFilter(watched, event)

    def _do(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            command = self._commands[item.data(Qt.ItemDataRole.UserRole)]
            self.accept()
            # after the dialog is gone, so that what is done can open one of its own
            QTimer.singleShot(0, command)
