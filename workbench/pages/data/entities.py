"""Searchable tables of users and of items."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from core.data.interactions import Events, Interactions
from workbench.jobs.calling import calling
from workbench.jobs.job import End, Job
from workbench.page import Context, message_of
from workbench.tables.model import Column, ColumnsModel
from workbench.tables.table import Table
from workbench.widgets.parts import label, tip
from workbench.words import cell

TYPING = 200
"""Milliseconds after the last letter until the search begins."""


class EntityPanel(QWidget):
    """A search field over a table.

    Args:
        pin: called with the id of a row that was double-clicked.
    """

    def __init__(self, context: Context, hint: str, name: str, pin: Callable[[str | None], None]) -> None:
        super().__init__()
        self._context = context
        self._asked = 0
        self.model = ColumnsModel(start=context.jobs.start)
        self.table = Table(self.model, name)
        self.table.opened.connect(lambda row: pin(str(self.model.columns[0].value(row))))
        self.table.setToolTip(tip("A double click keeps the row in view on all pages"))
        self.search = QLineEdit()
        self.search.setPlaceholderText(hint)
        self.search.setAccessibleName(hint)
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(420)
        self.count = label("", "caption")
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING)
        self._typing.timeout.connect(self._search)
        self.search.textChanged.connect(lambda _: self._typing.start())
        row = QHBoxLayout()
        row.addWidget(self.search, 3)
        row.addWidget(self.count, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.addLayout(row)
        column.addWidget(self.table, 1)
        self.model.layoutChanged.connect(self._count)
        self.model.modelReset.connect(self._count)

    def describe(self, make: Callable[[], Sequence[Column]], stretch: int) -> None:
        """Show other rows; the columns are made in a thread, for the sums over all events take their time."""
        self._asked += 1
        asked = self._asked
        self._typing.stop()
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        self.model.replace(())
        self.count.setText("counting…")
        job = Job("Counting", calling(make), quiet=True)
        job.ended.connect(lambda end: self._described(asked, end, stretch))
        self._context.jobs.start(job)

    def _described(self, asked: int, end: End, stretch: int) -> None:
        if asked != self._asked:
            return
        if end.error is not None:
            self._context.tell(message_of(end.error, end.details))
            return
        columns: Sequence[Column] = end.value
        self.model.replace(columns)
        self.table.set_widths([160 if column.is_text else 120 for column in columns], stretch)
        if self.search.text():
            self._search()

    def _search(self) -> None:
        self.model.search(self.search.text())

    def _count(self) -> None:
        shown, total = self.model.rowCount(), self.model.total
        self.count.setText(f"{shown:,} of {total:,}" if shown != total else f"{total:,}")


def user_columns(interactions: Interactions) -> list[Column]:
    """One row a user: id, interactions, first and last, mean rating."""
    events = interactions.events
    columns = [
        Column("User", interactions.users.ids, cell),
        Column("Interactions", np.diff(events.indptr), _count, True, first_down=True),
    ]
    starts, stops = events.indptr[:-1], events.indptr[1:]
    some = stops > starts
    if events.times is not None and interactions.clock == "utc" and len(events):
        first = np.where(some, events.times[np.minimum(starts, len(events) - 1)], 0)
        last = np.where(some, events.times[np.maximum(stops - 1, 0)], 0)
        columns += [Column("First", first, _date, True), Column("Last", last, _date, True, first_down=True)]
    if events.weights is not None and interactions.weights == "rating":
        columns.append(
            Column("Mean rating", _means(events, events.users, events.n_users), _mean, True, first_down=True)
        )
    return columns


def item_columns(interactions: Interactions) -> list[Column]:
    """One row an item: id, what the catalogue says, interactions, mean rating."""
    events, catalogue = interactions.events, interactions.catalogue.frame
    columns = [Column("Item", interactions.items.ids, cell)]
    for name in ("title", "genres"):
        if name in catalogue.columns:
            texts = pa.Array.from_pandas(catalogue[name], type=pa.large_string())
            columns.append(Column(name.capitalize(), texts, _genres if name == "genres" else cell))
    if len(columns) == 1:
        columns.append(Column("Known as", interactions.items.ids, cell, help="There is no catalogue with titles"))
    columns.append(Column("Interactions", events.item_counts, _count, True, first_down=True))
    if events.weights is not None and interactions.weights == "rating":
        columns.append(
            Column("Mean rating", _means(events, events.items, events.n_items), _mean, True, first_down=True)
        )
    return columns


def _means(events: Events, rows: npt.NDArray[np.int32], size: int) -> npt.NDArray[np.float64]:
    assert events.weights is not None
    counts = np.bincount(rows, minlength=size)
    totals = np.bincount(rows, weights=events.weights, minlength=size)
    means: npt.NDArray[np.float64] = np.divide(totals, counts, out=np.full(size, np.nan), where=counts > 0)
    return means


def _count(value: object) -> str:
    return f"{value:,}"


def _mean(value: float) -> str:
    return f"{value:.2f}" if value == value else "–"


def _date(value: int) -> str:
    return str(np.datetime64(int(value), "us").astype("datetime64[D]")) if value else "–"


def _genres(value: str) -> str:
    return cell(value.replace("|", ", "))
