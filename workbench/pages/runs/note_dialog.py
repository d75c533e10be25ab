"""A dialog in which a note to a run is written."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from core.runs.marks import LONGEST_NOTE
from workbench.widgets.parts import label
from workbench.words import cell


class NoteDialog(QDialog):
    """Plain text; Ctrl+Enter or Save keeps it.

    Args:
        name: what the run is called.
    """

    def __init__(self, parent: QWidget, name: str, text: str) -> None:
        super().__init__(parent)
        self.setWindowTitle("Note")
        self.resize(460, 260)
        self.setModal(True)
        self.text = QPlainTextEdit()
        self.text.setPlainText(text)
        self.text.setAccessibleName("Note")
        self.text.setTabChangesFocus(True)
        self.said = label("", "error")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        self.save = buttons.button(QDialogButtonBox.StandardButton.Save)
        self.save.setShortcut("Ctrl+Return")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        layout.addWidget(label(f"Note to {cell(name, 60)}", "section"))
        layout.addWidget(self.text, 1)
        layout.addWidget(self.said)
        layout.addWidget(buttons)
        self.text.textChanged.connect(self._check)
        self.finished.connect(self.deleteLater)
        self._check()

    def _check(self) -> None:
        over = len(self.text.toPlainText()) - LONGEST_NOTE
        self.said.setText(f"{over:,} characters too long" if over > 0 else "")
        self.save.setEnabled(over <= 0)
