"""The log in words: follows its end unless one has scrolled back, can be copied and saved."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QResizeEvent, QTextCursor
from PySide6.QtWidgets import QFileDialog, QPlainTextEdit

from core import durable

MOST_LINES = 5000


class LogView(QPlainTextEdit):
    """Lines of text; what was read stays where it was when the window changes its size."""

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setMaximumBlockCount(MOST_LINES)
        self.setAccessibleName("Log")
        self.setMinimumHeight(56)

    @property
    def at_end(self) -> bool:
        """The last line is in view."""
        bar = self.verticalScrollBar()
        return bar.value() >= bar.maximum()

    def add(self, lines: Sequence[str]) -> None:
        """Write lines at the end; the end stays in view if it was."""
        follow = self.at_end
        self.appendPlainText("\n".join(lines))
        if follow:
            self._to_end()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the end in view, or the line that was uppermost."""
        follow, first = self.at_end, self.firstVisibleBlock().blockNumber()
        super().resizeEvent(event)
        if follow:
            self._to_end()
            return
        block = self.document().findBlockByNumber(first)
        self.verticalScrollBar().setValue(block.firstLineNumber())

    def _to_end(self) -> None:
        bar = self.verticalScrollBar()
        bar.setValue(bar.maximum())
        self.horizontalScrollBar().setValue(0)

    def copy_all(self) -> None:
        """Put the whole log on the clipboard."""
        QGuiApplication.clipboard().setText(self.toPlainText())

    def ask_save(self) -> None:
        """Ask for a file and write the log into it."""
        path, _ = QFileDialog.getSaveFileName(self, "Save the log", "training.log", "Text (*.log *.txt)")
        if path:
            self.save(Path(path))

    def save(self, path: Path) -> None:
        """Write the log into a file."""
        durable.write(path, (self.toPlainText() + "\n").encode())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        """Copy, select, copy everything, save."""
        menu = self.createStandardContextMenu()
        menu.addSeparator()
        menu.addAction("Copy the whole log").triggered.connect(lambda: self.copy_all())
        menu.addAction("Save the log…").triggered.connect(lambda: self.ask_save())
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(event.globalPos())

    def begin(self) -> None:
        """Forget everything."""
        self.clear()
        self.moveCursor(QTextCursor.MoveOperation.Start)
