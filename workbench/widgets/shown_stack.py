"""A stack of which only what is in view asks for room: a page that is empty needs no room for what it would show."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QStackedLayout, QWidget


class ShownStack(QStackedLayout):
    """Shows one of its widgets, in as little room as that one can do with."""

    def __init__(self, parent: QWidget | None = None) -> None:
        # QStackedLayout takes no None
        super().__init__(*([parent] if parent is not None else []))
        self.currentChanged.connect(self._ask_anew)

    def minimumSize(self) -> QSize:  # noqa: N802 - Qt's name
        """What the widget in view needs at least."""
        shown = self.currentWidget()
        if shown is None:
            return QSize(0, 0)
        return shown.minimumSizeHint().expandedTo(shown.minimumSize()).boundedTo(shown.maximumSize())

    def _ask_anew(self) -> None:
        self.invalidate()
        parent = self.parentWidget()
        if parent is not None:
            parent.updateGeometry()
