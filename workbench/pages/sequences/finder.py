"""A field that finds items by title or id while one types, and gives the one that is chosen."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QStringListModel, QTimer, Signal
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from workbench.jobs.job import End
from workbench.jobs.jobs import Jobs
from workbench.jobs.latest import Latest
from workbench.jobs.sequencing import Sequenced, finding
from workbench.words import cell

TYPING = 120
LONGEST = 60


class ItemFinder(QLineEdit):
    """``found`` tells the row of the item that was chosen; Enter takes the first that is offered."""

    found = Signal(int)

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self.setPlaceholderText("Insert an item: type a part of its title")
        self.setAccessibleName("Find an item to insert")
        self.setClearButtonEnabled(True)
        self.rows: list[int] = []
        self._sequenced: Sequenced | None = None
        self._asked = ""
        self._latest = Latest(jobs, "Searching")
        self._offers = QStringListModel(self)
        completer = QCompleter(self._offers, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setMaxVisibleItems(12)
        chosen = completer.activated[QModelIndex]  # type: ignore[index]
        chosen.connect(lambda index: self._take(index.row()))
        self.setCompleter(completer)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING)
        self._typing.timeout.connect(self._search)
        self.textEdited.connect(lambda _: self._typing.start())
        self.returnPressed.connect(self._first)

    def look_in(self, sequenced: Sequenced | None) -> None:
        """Search the items of another run."""
        self._sequenced = sequenced
        self.clear()

    def offered(self) -> list[str]:
        """The titles that are offered."""
        return list(self._offers.stringList())

    def _search(self) -> None:
        if self._sequenced is not None:
            asked = self.text()
            self._latest.ask(finding(self._sequenced, asked), lambda end: self._offer(asked, end))

    def _offer(self, asked: str, end: End) -> None:
        sequenced = self._sequenced
        if sequenced is None or asked != self.text() or end.error is not None:
            return
        self.rows, self._asked = list(end.value), asked
        ids = sequenced.run.interactions.items
        titles = [cell(sequenced.names[row].as_py(), LONGEST) for row in self.rows]
        twice = {title for title in titles if titles.count(title) > 1}
        named = zip(titles, self.rows, strict=True)
        self._offers.setStringList(
            [f"{title} ({cell(ids.id(row), 20)})" if title in twice else title for title, row in named]
        )
        if self.rows and self.hasFocus():
            self._dress_offers()
            self.completer().complete()

    def _dress_offers(self) -> None:
        """The list is a window of its own: no style sheet is handed down to it."""
        above: QWidget | None = self
        while above is not None and not above.styleSheet():
            above = above.parentWidget()
        offers = self.completer().popup()
        if above is not None and offers is not None and offers.styleSheet() != above.styleSheet():
            offers.setStyleSheet(above.styleSheet())

    def _first(self) -> None:
        if self._typing.isActive():
            # typed faster than it was searched: take the first once it is found
            self._typing.stop()
            self._search()
            return
        if self.rows and self._asked == self.text() and self.text():
            self._take(0)

    def _take(self, at: int) -> None:
        if 0 <= at < len(self.rows):
            row, self.rows = self.rows[at], []
            # the completer writes the title into the field after it told what was chosen
            QTimer.singleShot(0, self, self.clear)
            self.found.emit(row)
