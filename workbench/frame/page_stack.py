"""The pages that were made, one of them in view; a page is made when it is first turned to."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget

from workbench.page import Context, Page
from workbench.pages import PAGES
from workbench.widgets.room import Room
from workbench.widgets.splits import keep_splits, restore_splits


class PageStack(QStackedWidget):
    """Turns from page to page.

    Attributes:
        current: key of the page in view, also while it is still to be made.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._pages: dict[str, Page] = {}
        self._rooms: dict[str, Room] = {}
        self.current = ""

    def leave(self) -> None:
        """Tell the page in view, where it was made, that it is left."""
        before = self._pages.get(self.current)
        if before is not None:
            before.left()

    def enter(self) -> None:
        """Show the current page, once what it needs is loaded."""
        key = self.current
        if key in self._pages:
            self._show(key)
        else:
            self._context.when_warm(PAGES[key].needs, lambda: self._make_in_view(key))

    def page(self, key: str) -> Page | None:
        """A page that was made."""
        return self._pages.get(key)

    def made(self, key: str) -> Page:
        """A page, made where it is not; what is in view stays."""
        if key not in self._pages:
            page = self._pages[key] = PAGES[key].make(self._context)
            self._rooms[key] = Room(page)
            self.addWidget(self._rooms[key])
            self._context.theme.dress(self._rooms[key], patient=True)
            page.share_room()
            restore_splits(page, key, self._context.settings)
        return self._pages[key]

    def _make_in_view(self, key: str) -> None:
        self.made(key)
        if key == self.current:
            self._show(key)

    def _show(self, key: str) -> None:
        self._context.theme.dress(self._rooms[key], patient=True)
        self.setCurrentWidget(self._rooms[key])
        self._pages[key].setFocus()
        self._rooms[key].go_to_start()
        self._pages[key].entered()

    def remember(self) -> None:
        """Keep how the pages were divided."""
        for key, page in self._pages.items():
            keep_splits(page, key, self._context.settings)
