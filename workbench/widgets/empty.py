"""What a page shows while what it needs is missing: one picture, one sentence, one button."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from workbench.icons import pixmap
from workbench.theme import Theme
from workbench.widgets.parts import button, label

SIZE = 56


class Empty(QWidget):
    """Centred in the page."""

    def __init__(self, theme: Theme, name: str, text: str, action: str, do: Callable[[], object]) -> None:
        super().__init__()
        self._theme, self._name = theme, name
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addStretch(2)
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.text = label(text, "muted", wrap=True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.button = button(action, do, "primary")
        column.addWidget(self._picture)
        column.addWidget(self.text)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(3)
        theme.changed.connect(self._tint)
        self._tint()

    def _tint(self) -> None:
        self._picture.setPixmap(pixmap(self._name, self._theme.colours.muted, SIZE))
