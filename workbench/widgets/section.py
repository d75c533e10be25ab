"""A part of a form under a title that folds it away."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from workbench.icons import icon
from workbench.theme import Theme
from workbench.widgets.parts import IconButton, label


class Section(QWidget):
    """A title with an arrow, a few words beside it, and a body.

    Args:
        ask: opens the guide at what the part is about; without it there is no question mark.

    Attributes:
        last: what one comes to with Tab before the body.

    Signals:
        opening: the body is about to be seen.
    """

    opening = Signal()

    def __init__(self, theme: Theme, title: str, open: bool = True, ask: Callable[[], object] | None = None) -> None:
        super().__init__()
        self._theme = theme
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(2)
        self.head = QToolButton()
        self.head.setText(title)
        self.head.setProperty("role", "section")
        self.head.setCheckable(True)
        self.head.setChecked(open)
        self.head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.head.setIconSize(QSize(14, 14))
        self.words = label("", "caption")
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.head)
        row.addWidget(self.words, 1)
        self.last: QWidget = self.head
        if ask is not None:
            self.last = IconButton(theme, "help", f"What {title} is, in the guide", ask)
            row.addWidget(self.last)
        outer.addLayout(row)
        self.body = QWidget()
        self.layout_ = QVBoxLayout(self.body)
        self.layout_.setContentsMargins(4, 0, 0, 6)
        self.layout_.setSpacing(4)
        outer.addWidget(self.body)
        self.head.toggled.connect(self._fold)
        theme.changed.connect(self._tint)
        self._fold(open)

    def add(self, widget: QWidget) -> None:
        """Put a widget at the end of the body."""
        self.layout_.addWidget(widget)

    def say(self, text: str) -> None:
        """A few words beside the title."""
        self.words.setText(text)

    def _fold(self, open: bool) -> None:
        if open:
            self.opening.emit()
        self.body.setVisible(open)
        self._tint()

    def _tint(self) -> None:
        name = "down" if self.head.isChecked() else "right"
        colour = self._theme.colours.muted
        self.head.setIcon(icon(name, colour, colour))
