"""The bar with a button for each page."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QToolButton, QVBoxLayout

from workbench.icons import icon
from workbench.pages import PAGES
from workbench.theme import Colours
from workbench.widgets.parts import tip
from workbench.widgets.sidebar import Sidebar


class PageBar(Sidebar):
    """The pages from top to bottom, in the order of their table."""

    def __init__(self, go: Callable[[str], None]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 4, 6, 4)
        column.setSpacing(2)
        self.buttons: dict[str, QToolButton] = {}
        for number, key in enumerate(PAGES, 1):
            made = self.buttons[key] = page_button(key, number)
            made.clicked.connect(lambda _=False, key=key: go(key))
            column.addWidget(made)
        column.addStretch(1)
        self.hold(self.buttons.values())

    def tint(self, colours: Colours) -> None:
        """Draw the icons in other colours."""
        for key, each in self.buttons.items():
            each.setIcon(icon(PAGES[key].icon, colours.muted, colours.accent))


def page_button(key: str, number: int) -> QToolButton:
    """The button of one page, without its icon."""
    entry = PAGES[key]
    made = QToolButton()
    made.setProperty("role", "page")
    made.setText(entry.label)
    made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
    made.setIconSize(QSize(22, 22))
    made.setFixedWidth(74)
    made.setCheckable(True)
    made.setAutoExclusive(True)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setToolTip(tip(f"{entry.help} (Ctrl+{number})"))
    made.setAccessibleName(entry.label)
    return made
