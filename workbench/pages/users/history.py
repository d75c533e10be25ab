"""What a user is known to have met, latest first, with what the data tells of it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent

from core.data.interactions import Interactions
from workbench.jobs.user_lists import UserView
from workbench.pages.users.texts import date, genres, texts, titles
from workbench.tables.model import Column, ColumnsModel
from workbench.tables.table import Table
from workbench.widgets.parts import Card
from workbench.words import cell

ROOM = {"Genres": 360, "Date": 240, "Rating": 180, "Times": 180}
"""Pixels that the table needs before these columns are shown; copying has them all the same."""


class HistoryPanel(Card):
    """The history of one user.

    Signals:
        item_opened: an item row was double-clicked.
    """

    item_opened = Signal(int)

    def __init__(self) -> None:
        super().__init__("History", " ")
        self.history = ColumnsModel()
        self.table = Table(self.history, "History")
        self.table.opened.connect(self._open)
        self._view: UserView | None = None
        self.body.addWidget(self.table, 1)

    def show_nothing(self) -> None:
        """Nobody is in view."""
        self._view = None
        self.history.replace(())
        self.title.setText("History")
        self.caption.setText("")

    def show_history(self, view: UserView, interactions: Interactions) -> None:
        """Show what a user met before the test."""
        self._view = view
        self.title.setText(f"History of {cell(interactions.users.id(view.user), 24)}")
        self.caption.setText(f"{len(view.history):,} items")
        latest = view.history[::-1]
        columns = [Column("Item", texts(titles(interactions, latest)), cell)]
        widths = [150]
        if view.times is not None and interactions.clock == "utc":
            columns.insert(0, Column("Date", view.times[::-1], date, help="In UTC", first_down=True))
            widths.insert(0, 94)
        named = genres(interactions, latest)
        if named is not None:
            columns.append(Column("Genres", texts(named), cell))
            widths.append(130)
        if view.ratings is not None and interactions.weights in ("rating", "count"):
            what = "Rating" if interactions.weights == "rating" else "Times"
            columns.append(Column(what, view.ratings[::-1], lambda value: f"{value:g}", True, first_down=True))
            widths.append(58)
        self.history.replace(columns)
        self.table.set_widths(widths, [column.title for column in columns].index("Item"))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """What there is no room for is not shown."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        for at, column in enumerate(self.history.columns):
            self.table.setColumnHidden(at, self.table.width() < ROOM.get(column.title, 0))

    def _open(self, row: int) -> None:
        if self._view is not None:
            self.item_opened.emit(int(self._view.history[::-1][row]))
