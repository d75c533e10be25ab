"""All items in a table: searched, sorted, and narrowed to what is chosen on the map."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from workbench.jobs.items import ItemTable
from workbench.page import Context
from workbench.tables.model import Column, ColumnsModel
from workbench.tables.table import Table
from workbench.widgets.parts import Card, button, tip
from workbench.words import cell

TYPING = 200
"""Milliseconds after the last letter until the search begins."""
WIDTHS = {"Id": 70, "Genres": 112, "Interactions": 102, "Mean rating": 98, "Training": 82}
LEAST = 132
"""Pixels that the names of the items have at least."""
GIVEN_UP = ("Id", "Genres", "Mean rating")
"""Columns that are not shown where there is no room for them, the first one first; copying has them all the same."""
Mask = npt.NDArray[np.bool_]


class ListPanel(Card):
    """The table of items.

    Signals:
        chosen: an item row was chosen by hand.
        shown_changed: other rows are shown or selected.
        let_go: what was chosen on the map is to be let go.
    """

    chosen = Signal(int)
    shown_changed = Signal()
    let_go = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__("Items", " ")
        self.model = ColumnsModel(start=context.jobs.start)
        self.table = Table(self.model, "Items")
        self.table.setMinimumHeight(90)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find an item by title or id")
        self.search.setAccessibleName("Find an item by title or id")
        self.search.setToolTip(tip("Ctrl+F. What is found is lit on the map."))
        self.search.setClearButtonEnabled(True)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING)
        self._typing.timeout.connect(lambda: self.model.search(self.search.text()))
        self.search.textChanged.connect(lambda _: self._typing.start())
        self.search.returnPressed.connect(self._take_first)
        self.clear = button(
            "Show all items",
            self.let_go.emit,
            "chip",
            "Let go of what is chosen on the map; so does a click beside the points",
        )
        self.clear.hide()
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.search, 1)
        row.addWidget(self.clear)
        self.body.addLayout(row)
        self.body.addWidget(self.table, 1)
        self.within: Mask | None = None
        self._silent = False
        self.model.layoutChanged.connect(self._renewed)
        self.model.modelReset.connect(self._renewed)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._selected())

    def add_shortcuts(self, owner: QWidget) -> None:
        """A key that works anywhere on the page."""
        made = QShortcut(QKeySequence("Ctrl+F"), owner)
        made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        made.activated.connect(self.search.setFocus)

    def show_items(self, table: ItemTable | None) -> None:
        """Show other items, none while they are being counted."""
        self._typing.stop()
        with QSignalBlocker(self.search):
            self.search.clear()
        self.within = None
        self.clear.hide()
        if table is None:
            self.model.replace(())
            return
        columns = item_columns(table)
        cold = np.flatnonzero(table.popularity.cold)
        self.model.replace(columns, faint=cold.tolist())
        self.table.set_widths([WIDTHS.get(column.title, LEAST) for column in columns], 0)
        most = [column.title for column in columns].index("Interactions")
        self.table.order_by(most, Qt.SortOrder.DescendingOrder)
        self._fit()

    def restrict(self, within: Mask | None) -> None:
        """Show what is chosen on the map, ``[items]``; None shows all."""
        if within is None and self.within is None:
            return
        self.within = within
        self.clear.setVisible(within is not None)
        self.model.restrict(within)

    def choose(self, row: int) -> None:
        """Select an item without telling."""
        if self._selected_rows().tolist() == [row]:
            return
        self._silent = True
        self.table.clearSelection()
        self.table.choose(row)
        self._silent = False

    def lit(self) -> Mask | None:
        """Items that the table holds before the others, ``[items]``; None when it shows them all alike."""
        lit = np.zeros(self.model.total, np.bool_)
        selected = self._selected_rows()
        if len(selected) > 1:
            lit[selected] = True
        elif self.within is not None or self.search.text().strip():
            lit[self.model.order] = True
        else:
            return None
        return lit

    def _selected(self) -> None:
        if self._silent:
            return
        rows = self._selected_rows()
        if len(rows) == 1:
            self.chosen.emit(int(rows[0]))
        self.shown_changed.emit()

    def _selected_rows(self) -> npt.NDArray[np.int32]:
        """Selected items by their ranges: one index object for each of 100,000 rows takes seconds."""
        found = self.table.selectionModel().selection()
        ranges = [found.at(each) for each in range(found.count())]
        parts = [self.model.order[each.top() : each.bottom() + 1] for each in ranges]
        return np.unique(np.concatenate(parts)) if parts else np.zeros(0, np.int32)

    def _take_first(self) -> None:
        if self._typing.isActive():
            self._typing.stop()
            self.model.search(self.search.text())
        if self.model.rowCount() and not self.model.busy:
            row = self.model.row_at(0)
            self.choose(row)
            self.chosen.emit(row)

    def _renewed(self) -> None:
        shown, total = self.model.rowCount(), self.model.total
        self.caption.setText(f"{shown:,} of {total:,}" if shown != total else f"{total:,}" if total else "")
        self.shown_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """What there is no room for is not shown."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Give columns up until the names have room; genres take a fifth where there is more."""
        titles = [column.title for column in self.model.columns]
        room = self.table.viewport().width()
        left = room - sum(WIDTHS.get(title, LEAST) for title in titles)
        hidden: set[str] = set()
        for title in (each for each in GIVEN_UP if each in titles and left < 0):
            hidden.add(title)
            left += WIDTHS[title]
        for at, title in enumerate(titles):
            self.table.setColumnHidden(at, title in hidden)
        if "Genres" in titles:
            width = max(min(room // 5, WIDTHS["Genres"] + left), WIDTHS["Genres"])
            self.table.setColumnWidth(titles.index("Genres"), width)


def item_columns(table: ItemTable) -> list[Column]:
    """One row an item."""
    interactions, figures = table.interactions, table.popularity
    frame = interactions.catalogue.frame
    columns = [Column("Item", table.names, cell)]
    if "title" in frame.columns:
        columns.append(Column("Id", interactions.items.ids, cell))
    if "genres" in frame.columns:
        columns.append(Column("Genres", pa.Array.from_pandas(frame["genres"], type=pa.large_string()), genre_words))
    columns.append(Column("Interactions", figures.counts, count_words, True, first_down=True))
    if figures.means is not None:
        columns.append(Column("Mean rating", figures.means, mean_words, True, first_down=True))
    columns.append(
        Column("Training", figures.trained, trained_words, True, "Interactions that training sees", first_down=True)
    )
    return columns


def count_words(value: int) -> str:
    """A count with commas."""
    return f"{value:,}"


def trained_words(value: int) -> str:
    """A count with commas; none at all is what is called cold."""
    return f"{value:,}" if value else "cold"


def mean_words(value: float) -> str:
    """A mean rating, a dash where there is none."""
    return f"{value:.2f}" if value == value else "–"


def genre_words(value: str) -> str:
    """``Crime, Drama``."""
    return cell(str(value).replace("|", ", "))
