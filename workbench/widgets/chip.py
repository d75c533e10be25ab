"""A small button that names something open: cut with an ellipsis where there is little room."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy

from workbench.widgets.parts import restyle, tip

BESIDE = 24
"""Pixels of padding and border beside the text."""
LEAST, MOST = 64, 260


class Chip(QPushButton):
    """Shows ``whole``, or its beginning; the tooltip has all of it.

    Args:
        help: what a click does.
    """

    def __init__(self, action: Callable[[], object], help: str) -> None:
        super().__init__()
        self.whole, self._help = "", help
        self.setProperty("role", "chip")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.clicked.connect(lambda: action())

    def show_text(self, text: str, empty: bool = False) -> None:
        """Show a text; ``empty`` draws it as a place that nothing has taken."""
        self.whole = text
        self.setAccessibleName(text)
        self.setToolTip(tip(f"{text}\n{self._help}"))
        restyle(self, "empty", "true" if empty else "false")
        self.updateGeometry()
        self._fit()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for the whole text, unless it is very long."""
        width = min(self.fontMetrics().horizontalAdvance(self.whole) + BESIDE, MOST)
        return QSize(width, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """A few letters are enough."""
        return QSize(min(LEAST, self.sizeHint().width()), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """There is more or less room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = max(self.width() - BESIDE + 2, 1)
        shown = self.fontMetrics().elidedText(self.whole, Qt.TextElideMode.ElideRight, room).replace("&", "&&")
        if shown != self.text():
            self.setText(shown)
