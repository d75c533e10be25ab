"""All users of a run: found by id, by chance, or by how hard they are."""

from __future__ import annotations

import random

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from workbench.forms.editors import StillCombo
from workbench.jobs.user_lists import UserTable
from workbench.page import Context
from workbench.pages.users.texts import rank
from workbench.tables.model import Column, ColumnsModel
from workbench.tables.table import Table
from workbench.widgets.parts import Card, button, tip
from workbench.words import cell, score

TYPING = 200
"""Milliseconds after the last letter until the search begins."""
WIDTH = 280
LEAST, AROUND = 46, 18
"""Pixels of a column of numbers, and those that a number has around it: a number that is cut tells nothing."""
UP, DOWN = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
ORDERS: dict[str, tuple[str, int, Qt.SortOrder]] = {
    "data": ("As in the data", -1, UP),
    "hardest": ("Hardest first", 2, DOWN),
    "easiest": ("Easiest first", 2, UP),
    "active": ("Most active first", 1, DOWN),
    "quiet": ("Least active first", 1, UP),
}
"""Key -> what it is called, the column it sorts by, and which way."""


class Finder(Card):
    """A search field and a table of users.

    Signals:
        chosen: a user row was chosen by hand.
    """

    chosen = Signal(int)

    def __init__(self, context: Context) -> None:
        super().__init__("Users", " ")
        self.setFixedWidth(WIDTH)
        self.users = ColumnsModel(start=context.jobs.start)
        self.table = Table(self.users, "Users")
        self.table.chosen.connect(self._chosen)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find a user by id")
        self.search.setAccessibleName("Find a user by id")
        self.search.setToolTip(tip("Ctrl+F. Down goes to the table."))
        self.search.setClearButtonEnabled(True)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING)
        self._typing.timeout.connect(lambda: self.users.search(self.search.text()))
        self.search.textChanged.connect(lambda _: self._typing.start())
        self.search.returnPressed.connect(self._take_first)
        self.sort = StillCombo()
        self.sort.setAccessibleName("Order of the users")
        for key, (name, *_) in ORDERS.items():
            self.sort.addItem(name, key)
        self.sort.activated.connect(lambda _: self._sort())
        self.by_chance = button("Random", self._random, "chip", help="A user drawn by chance (Ctrl+R)")
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.sort, 1)
        row.addWidget(self.by_chance)
        self.body.addWidget(self.search)
        self.body.addLayout(row)
        self.body.addWidget(self.table, 1)
        self.users.layoutChanged.connect(self._count)
        self.users.modelReset.connect(self._count)
        self._silent = False

    def add_shortcuts(self, owner: QWidget) -> None:
        """Keys that work anywhere on the page."""
        for keys, action in (("Ctrl+F", self.search.setFocus), ("Ctrl+R", self._random)):
            made = QShortcut(QKeySequence(keys), owner)
            made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            made.activated.connect(action)

    def show_users(self, found: UserTable | None) -> None:
        """Show the users of a run, none while it is being opened."""
        self._typing.stop()
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        if found is None:
            self.users.replace(())
            return
        among = " among the candidates" if found.sampled else ""
        self.users.replace(
            [
                Column("User", found.run.interactions.users.ids, cell),
                Column("Items", found.events, lambda value: f"{value:,}", True, first_down=True),
                Column("Rank", found.ranks, rank, True, f"Rank of the held-out item of the test part{among}"),
                Column("AUC", found.auc, score, True, f"Share of the other items{among} that it is ahead of"),
            ]
        )
        widest = (f"{int(found.events.max(initial=0)):,}", rank(np.nanmax(found.ranks, initial=0)), score(1.0))
        wide = self.table.fontMetrics().horizontalAdvance
        self.table.set_widths([LEAST, *(max(LEAST, wide(text) + AROUND) for text in widest)], 0)
        _, column, way = ORDERS[self.sort.currentData()]
        if column >= 0:
            self.table.order_by(column, way)

    def choose(self, row: int) -> None:
        """Select a user without telling."""
        self._silent = True
        self.table.choose(row)
        self._silent = False

    def sort_by(self, key: str) -> None:
        """Order the users, and take the first one."""
        self.sort.setCurrentIndex(self.sort.findData(key))
        self._sort()

    def _sort(self) -> None:
        if not self.users.columns:
            return
        _, column, way = ORDERS[self.sort.currentData()]
        self.table.order_by(column, way)
        if not self.users.busy:
            self._take_first()

    def _take_first(self) -> None:
        if self._typing.isActive():
            self._typing.stop()
            self.users.search(self.search.text())
        if self.users.rowCount() and not self.users.busy:
            row = self.users.row_at(0)
            self.choose(row)
            self.chosen.emit(row)

    def _chosen(self, row: int) -> None:
        if not self._silent:
            self.chosen.emit(row)

    def _random(self) -> None:
        if self.users.rowCount():
            row = self.users.row_at(random.randrange(self.users.rowCount()))
            self.choose(row)
            self.chosen.emit(row)

    def _count(self) -> None:
        shown, total = self.users.rowCount(), self.users.total
        self.caption.setText(f"{shown:,} of {total:,}" if shown != total else f"{total:,}" if total else "")


def most_active(found: UserTable) -> int:
    """The user with most interactions: there is something to see."""
    return int(np.argmax(found.events))
