"""The cards of the Sequences page with buttons in their heads: the timeline, and what if."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QLineEdit

from workbench.pages.sequences.editor import WindowEditor
from workbench.pages.sequences.finder import ItemFinder
from workbench.pages.sequences.strip import TimelineStrip
from workbench.plots.legend import Legend
from workbench.theme import Theme
from workbench.widgets.parts import Card, IconButton, button, label

FINDER = 272
USER = 96
"""Pixels of the fields."""


class TimelineCard(Card):
    """The events of a user, and buttons that step the bracket over them."""

    def __init__(
        self, theme: Theme, strip: TimelineStrip, go_to_test: Callable[[], None], explain: Callable[[], None]
    ) -> None:
        super().__init__("Timeline", " ")
        self.legend = Legend(theme)
        self.user = QLineEdit()
        self.user.setPlaceholderText("User id")
        self.user.setAccessibleName("User to look at")
        self.user.setFixedWidth(USER)
        self.first = button("First", lambda: strip.step(-(1 << 40)), "chip", "The first window (Home)")
        self.previous = button("‹", lambda: strip.step(-1), "chip", "The window before (Left)")
        self.next = button("›", lambda: strip.step(1), "chip", "The next window (Right)")
        self.test = button("Test", go_to_test, "chip", "The window that ranks the test item")
        for each, name in ((self.previous, "Previous window"), (self.next, "Next window")):
            each.setAccessibleName(name)
        help = IconButton(theme, "help", "What this page shows", explain)
        for widget in (self.first, self.previous, self.next, self.test, self.user, help):
            self.head.addWidget(widget)
        self.where = label("", "caption", selectable=True)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.where)
        foot.addWidget(self.legend, 1)
        self.body.addWidget(strip)
        self.body.addLayout(foot)

    def enable(self, at: int, last: int) -> None:
        """Offer the steps that there are from a window."""
        self.first.setEnabled(at > 0)
        self.previous.setEnabled(at > 0)
        self.next.setEnabled(at < last)


class WhatIfCard(Card):
    """The window in hand, and buttons that change it."""

    def __init__(self, editor: WindowEditor, finder: ItemFinder) -> None:
        super().__init__("What if", "remove, move or insert items; the list ranks again")
        self._editor = editor
        self.remove = button("Remove", editor.remove, "chip", "Take the chosen item out (Delete)")
        self.earlier = button("‹", lambda: editor.shift(-1), "chip", "Move the chosen item back (Ctrl+Left)")
        self.later = button("›", lambda: editor.shift(1), "chip", "Move the chosen item on (Ctrl+Right)")
        self.reset = button("Reset", editor.reset, "chip", "Back to the items that came in the sequence")
        self.earlier.setAccessibleName("Move the chosen item back")
        self.later.setAccessibleName("Move the chosen item on")
        finder.setFixedWidth(FINDER)
        for each in (finder, self.remove, self.earlier, self.later, self.reset):
            self.head.addWidget(each)
        self.body.addWidget(editor)

    def enable(self) -> None:
        """Offer what can be done with the chosen item."""
        editor = self._editor
        self.remove.setEnabled(editor.chosen >= 0)
        self.earlier.setEnabled(editor.chosen > 0)
        self.later.setEnabled(0 <= editor.chosen < len(editor.items) - 1)
        self.reset.setEnabled(editor.is_edited)
