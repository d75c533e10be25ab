"""A line that names a file: typed, chosen or dropped."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from workbench.settings import Settings
from workbench.theme import Theme
from workbench.widgets.parts import IconButton, tip


class DropEdit(QLineEdit):
    """A line of text into which a file can be dropped."""

    dropped = Signal(str)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Files, and text as ever."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
        else:
            super().dragEnterEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """The first file's path takes the place of the text."""
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            self.setText(paths[0])
            self.dropped.emit(paths[0])
            event.acceptProposedAction()
        else:
            super().dropEvent(event)


class FileField(QWidget):
    """A line and a button.

    Signals:
        changed: the user (never ``show_path``) named another file.
    """

    changed = Signal()

    def __init__(self, theme: Theme, settings: Settings, name: str, hint: str, help: str) -> None:
        super().__init__()
        self._settings, self._name = settings, name
        self.edit = DropEdit()
        self.edit.setPlaceholderText(hint)
        self.edit.setAccessibleName(name)
        self.edit.setToolTip(tip(help))
        self.edit.setClearButtonEnabled(True)
        self.edit.textEdited.connect(lambda _: self.changed.emit())
        self.edit.dropped.connect(lambda _: self.changed.emit())
        self.edit.textChanged.connect(lambda text: None if text else self.changed.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.edit, 1)
        row.addWidget(IconButton(theme, "folder", f"Choose: {name.lower()}", self._ask))
        self.setFocusProxy(self.edit)

    def path(self) -> str:
        """What stands in the line."""
        return self.edit.text().strip()

    def show_path(self, path: str) -> None:
        """Show a path without telling."""
        self.edit.blockSignals(True)
        self.edit.setText(path)
        self.edit.blockSignals(False)

    def _ask(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, self._name, self._settings.text("folder"))
        if path:
            self.show_path(path)
            self.changed.emit()
