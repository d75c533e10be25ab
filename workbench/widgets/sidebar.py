"""The bar of pages at the left: icons with names, icons alone where the window is low."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QToolButton, QWidget


class Sidebar(QWidget):
    """Holds the buttons; how they are drawn follows from its height alone."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._buttons: list[QToolButton] = []
        self._needed = 0

    def hold(self, buttons: Iterable[QToolButton]) -> None:
        """Take the buttons that are in the layout."""
        self._buttons = list(buttons)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """The names go where there is no room for them; tooltips and readers of the screen still have them."""
        super().resizeEvent(event)
        if self._buttons and self._buttons[0].toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextUnderIcon:
            self._needed = self.sizeHint().height()
        low = self.height() < self._needed
        style = Qt.ToolButtonStyle.ToolButtonIconOnly if low else Qt.ToolButtonStyle.ToolButtonTextUnderIcon
        for each in self._buttons:
            each.setToolButtonStyle(style)
