"""Labels, buttons and cards in the roles that the style sheet knows."""

from __future__ import annotations

import html
from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.icons import icon
from workbench.theme import Theme


def label(text: str = "", role: str = "", wrap: bool = False, selectable: bool = False) -> QLabel:
    """A label that shows plain text, whatever is in it."""
    made = QLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setText(text)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    if selectable:
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        made.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    return made


def restyle(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet looks at."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def tip(text: str) -> str:
    """A tooltip that shows a text as it is; Qt would read markup in it."""
    return "<p>" + html.escape(text).replace("\n", "<br>") + "</p>" if text else ""


def button(text: str, action: Callable[[], object] | None = None, role: str = "", help: str = "") -> QPushButton:
    """A button; ``role`` is ``primary``, ``chip`` or none."""
    made = QPushButton(text.replace("&", "&&"))
    if role:
        made.setProperty("role", role)
    if help:
        made.setToolTip(tip(help))
    if action is not None:
        made.clicked.connect(lambda: action())
    return made


class IconButton(QToolButton):
    """A button with an icon of the theme's colour, and a name for who does not see it."""

    def __init__(self, theme: Theme, name: str, help: str, action: Callable[[], object] | None = None) -> None:
        super().__init__()
        self._theme, self._name = theme, name
        self.setToolTip(tip(help))
        self.setAccessibleName(help)
        self.setIconSize(QSize(16, 16))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if action is not None:
            self.clicked.connect(lambda: action())
        self._drawn = False
        theme.changed.connect(self._tint)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """The icon is drawn when it is first seen: many are in bars that are empty."""
        super().showEvent(event)
        if not self._drawn:
            self._tint()

    def show_icon(self, name: str, help: str) -> None:
        """Another icon and meaning."""
        self._name = name
        self.setToolTip(tip(help))
        self.setAccessibleName(help)
        self._tint()

    def _tint(self) -> None:
        self._drawn = self.isVisible()
        if not self._drawn:
            return
        colours = self._theme.colours
        self.setIcon(icon(self._name, colours.muted, colours.accent, colours.line))


def set_icon(widget: QPushButton, theme: Theme, name: str, colour: str = "muted") -> None:
    """Give a button an icon that follows the theme."""

    def tint() -> None:
        colours = theme.colours
        widget.setIcon(icon(name, str(getattr(colours, colour)), disabled=colours.muted))

    theme.changed.connect(tint, Qt.ConnectionType.AutoConnection)
    widget.destroyed.connect(lambda: _let_go(theme, tint))
    widget.setIconSize(QSize(16, 16))
    tint()


def _let_go(theme: Theme, slot: Callable[[], None]) -> None:
    theme.changed.disconnect(slot)


class Card(QFrame):
    """A surface with a thin border and an optional title."""

    def __init__(self, title: str = "", caption: str = "") -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(12, 8, 12, 10)
        self.body.setSpacing(6)
        self.head = QHBoxLayout()
        self.head.setSpacing(8)
        self.title = label(title, "section")
        self.caption = label(caption, "caption")
        if title or caption:
            self.head.addWidget(self.title)
            self.head.addWidget(self.caption)
            self.head.addStretch(1)
            self.body.addLayout(self.head)
        else:
            for unused in (self.title, self.caption):
                # a widget without a parent is a window, and outlives the card
                unused.setParent(self)
                unused.hide()


class FigureCard(QFrame):
    """One number and what it counts."""

    def __init__(self, name: str, value: str = "–", help: str = "") -> None:
        super().__init__()
        self.setProperty("role", "card")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 8, 14, 8)
        layout.setSpacing(0)
        self.value = label(value, "figure", selectable=True)
        self.name = label(name, "caption")
        layout.addWidget(self.value)
        layout.addWidget(self.name)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        if help:
            self.setToolTip(tip(help))


def scrolled(inner: QWidget) -> QScrollArea:
    """A widget that scrolls up and down when there is too little room."""
    area = QScrollArea()
    inner.setObjectName("scrolled")
    area.setWidget(inner)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFrameShape(QFrame.Shape.NoFrame)
    return area


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and let it go."""
    while layout.count():
        item = layout.takeAt(0)
        if item is None:
            return
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear(inner)
