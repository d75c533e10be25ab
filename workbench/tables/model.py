"""A table model over columns: an own index array for order and filter, cells made when they are seen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from workbench.widgets.parts import tip

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()


@dataclass(frozen=True, eq=False)
class Column:
    """One column.

    Attributes:
        values: a numpy array or a pyarrow array of texts, ``[rows]``.
        show: a value as a cell shows it.
        right: numbers are aligned on the right.
        help: tooltip of the header.
        first_down: a click on the header sorts the largest first.
    """

    title: str
    values: Any
    show: Callable[[Any], str] = str
    right: bool = False
    help: str = ""
    first_down: bool = False

    @property
    def is_text(self) -> bool:
        """Whether a search looks into it."""
        return isinstance(self.values, pa.Array | pa.ChunkedArray)

    def value(self, row: int) -> Any:
        """The value of a row."""
        found = self.values[row]
        return found.as_py() if self.is_text else found

    def text(self, row: int) -> str:
        """The cell of a row."""
        return self.show(self.value(row))

    def order(self, descending: bool) -> npt.NDArray[np.int32]:
        """Rows in the order of this column, the earlier row first among equals, ``[rows]``."""
        if self.is_text:
            way = "descending" if descending else "ascending"
            found: npt.NDArray[np.int32] = (
                pc.sort_indices(self.values, sort_keys=[("", way)]).to_numpy().astype(np.int32)
            )
            return found
        keys = np.asarray(self.values)
        if descending:
            # a stable sort of the reversed rows, read backwards, keeps the earlier row first
            return (len(keys) - 1 - np.argsort(keys[::-1], kind="stable")[::-1]).astype(np.int32)
        return np.argsort(keys, kind="stable").astype(np.int32)

    def holds(self, text: str) -> npt.NDArray[np.bool_]:
        """Which rows hold a text, small and capital letters alike, ``[rows]``."""
        found = pc.match_substring(self.values, text, ignore_case=True)
        return np.asarray(found.fill_null(False).to_numpy(zero_copy_only=False), np.bool_)


class ColumnsModel(QAbstractTableModel):
    """Shows rows of columns in an order of its own."""

    def __init__(self, columns: Sequence[Column] = ()) -> None:
        super().__init__()
        self.columns: tuple[Column, ...] = ()
        self.marked: frozenset[int] = frozenset()
        self._asked = ""
        self._sorted: tuple[int, bool] | None = None
        self.order: npt.NDArray[np.int32] = np.zeros(0, np.int32)
        self.replace(columns)

    def replace(self, columns: Sequence[Column], marked: Collection[int] = ()) -> None:
        """Show other columns; order and filter are let go. Marked rows are drawn bold."""
        self.beginResetModel()
        self.marked = frozenset(marked)
        self.columns = tuple(columns)
        self._asked, self._sorted = "", None
        self.order = np.arange(self._rows(), dtype=np.int32)
        self.endResetModel()

    def _rows(self) -> int:
        return len(self.columns[0].values) if self.columns else 0

    def rowCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """Rows that pass the filter."""
        return 0 if parent.isValid() else len(self.order)

    def columnCount(self, parent: Index = ROOT) -> int:  # noqa: N802
        """Number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One cell."""
        if not index.isValid():
            return None
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(int(self.order[index.row()]))
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(column.text(int(self.order[index.row()])))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.FontRole and int(self.order[index.row()]) in self.marked:
            font = QFont()
            font.setBold(True)
            return font
        return None

    def headerData(self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: N802
        """Titles across; no numbers down."""
        if way != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(column.help) or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by a column."""
        if 0 <= column < len(self.columns):
            self._sorted = (column, order == Qt.SortOrder.DescendingOrder)
            self._renew()

    def search(self, text: str) -> None:
        """Show the rows in which a column of texts holds ``text``; an empty text shows all."""
        self._asked = text.strip()
        self._renew()

    def row_at(self, shown: int) -> int:
        """The row of the columns behind a row of the table."""
        return int(self.order[shown])

    def shown_at(self, row: int) -> int:
        """The row of the table that shows a row of the columns, -1 when it is filtered out."""
        found = np.flatnonzero(self.order == row)
        return int(found[0]) if len(found) else -1

    def _renew(self) -> None:
        self.layoutAboutToBeChanged.emit()
        before = [(index, self.row_at(index.row())) for index in self.persistentIndexList()]
        order = np.arange(self._rows(), dtype=np.int32)
        if self._sorted is not None:
            order = self.columns[self._sorted[0]].order(self._sorted[1])
        if self._asked:
            keep = np.zeros(self._rows(), np.bool_)
            for column in self.columns:
                if column.is_text:
                    keep |= column.holds(self._asked)
            order = order[keep[order]]
        self.order = order
        if before:
            place = np.full(self._rows(), -1, np.int64)
            place[order] = np.arange(len(order))
            for index, row in before:
                now = int(place[row])
                self.changePersistentIndex(index, self.index(now, index.column()) if now >= 0 else QModelIndex())
        self.layoutChanged.emit()
