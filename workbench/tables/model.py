"""A table model over columns: an own index array for order and filter, cells made when they are seen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QBrush, QFont, QGuiApplication, QPalette

from workbench.columns import Arrangement, Column, Rows, arranged
from workbench.jobs.job import End, Job
from workbench.jobs.ordering import ordering
from workbench.widgets.parts import tip

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
LARGE = 200_000
"""From this number of rows on they are sorted and searched in a thread."""


class ColumnsModel(QAbstractTableModel):
    """Shows rows of columns in an order of its own.

    Args:
        start: starts a job, for tables that can be large; without it everything is done at once.

    Signals:
        busy_changed: what is being done to the rows, such as ``sorting…``; empty when it is done.
    """

    busy_changed = Signal(str)

    def __init__(self, columns: Sequence[Column] = (), start: Callable[[Job], object] | None = None) -> None:
        super().__init__()
        self.start = start
        self._job: Job | None = None
        self._wanted = Arrangement()
        self._ordered: tuple[tuple[int, bool] | None, Rows] | None = None
        self.columns: tuple[Column, ...] = ()
        self.marked: frozenset[int] = frozenset()
        self.faint: frozenset[int] = frozenset()
        self.order: Rows = np.zeros(0, np.int32)
        self.replace(columns)

    def replace(
        self,
        columns: Sequence[Column],
        marked: Collection[int] = (),
        faint: Collection[int] = (),
        gaps: Collection[int] = (),
    ) -> None:
        """Show other columns; order and filter are let go.

        Args:
            marked, faint: rows drawn bold, and greyed.
            gaps: rows that stand for others left out; sorting and searching leave them out.
        """
        self._let_go()
        self.beginResetModel()
        self.marked, self.faint = frozenset(marked), frozenset(faint) | frozenset(gaps)
        self.columns = tuple(columns)
        self._wanted, self._ordered = Arrangement(gaps=frozenset(gaps)), None
        self.order = np.arange(self._rows(), dtype=np.int32)
        self.endResetModel()

    @property
    def busy(self) -> bool:
        """Rows are being sorted or searched in a thread."""
        return self._job is not None

    @property
    def total(self) -> int:
        """Rows without the filter."""
        return self._rows()

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
        column, row = self.columns[index.column()], int(self.order[index.row()])
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(column.text(row))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.FontRole and row in self.marked:
            font = QFont()
            font.setBold(True)
            return font
        if role == Qt.ItemDataRole.ForegroundRole and row in self.faint:
            # the palette follows the theme
            return QBrush(
                QGuiApplication.palette().color(QPalette.ColorGroup.Active, QPalette.ColorRole.PlaceholderText)
            )
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
            return _alignment(column)
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by a column; -1 takes the rows as they came."""
        if column < len(self.columns):
            by = (column, order == Qt.SortOrder.DescendingOrder) if column >= 0 else None
            self._renew(replace(self._wanted, by=by), "sorting…")

    def search(self, text: str) -> None:
        """Show the rows in which a column of texts holds ``text``; an empty text shows all."""
        self._renew(replace(self._wanted, asked=text.strip()), "searching…")

    def restrict(self, within: npt.NDArray[np.bool_] | None) -> None:
        """Show no other rows than these, ``[rows]``; None lets go. Order and search stay."""
        self._renew(replace(self._wanted, within=within), "filtering…")

    def row_at(self, shown: int) -> int:
        """The row of the columns behind a row of the table."""
        return int(self.order[shown])

    def shown_at(self, row: int) -> int:
        """The row of the table that shows a row of the columns, -1 when it is filtered out."""
        found = np.flatnonzero(self.order == row)
        return int(found[0]) if len(found) else -1

    def _renew(self, wanted: Arrangement, doing: str) -> None:
        """Arrange the rows anew: at once, or where they are many in a thread, the old order staying meanwhile."""
        self._let_go()
        self._wanted = wanted
        known = self._ordered[1] if self._ordered is not None and self._ordered[0] == wanted.by else None
        if self.start is None or self._rows() < LARGE:
            self._take(wanted, arranged(self.columns, self._rows(), wanted, known))
            return
        job = Job(doing.rstrip("…").capitalize(), ordering(self.columns, self._rows(), wanted, known), quiet=True)
        self._job = job
        job.ended.connect(lambda end: self._arranged(job, wanted, end))
        self.busy_changed.emit(doing)
        self.start(job)

    def _arranged(self, job: Job, wanted: Arrangement, end: End) -> None:
        if job is not self._job:
            return
        self._job = None
        if end.value is not None:
            self._take(wanted, end.value)
        self.busy_changed.emit("")

    def _let_go(self) -> None:
        """What is being arranged is no longer wanted."""
        if self._job is not None:
            self._job.stop()
            self._job = None
            self.busy_changed.emit("")

    def _take(self, wanted: Arrangement, found: tuple[Rows, Rows]) -> None:
        self.layoutAboutToBeChanged.emit()
        before = [(index, self.row_at(index.row())) for index in self.persistentIndexList()]
        self.order, ordered = found
        self._ordered = (wanted.by, ordered)
        # few rows are looked for one by one, many by turning the order around
        place = None
        if len({row for _, row in before}) > 8:
            place = np.full(self._rows(), -1, np.int32)
            place[self.order] = np.arange(len(self.order), dtype=np.int32)
        for index, row in before:
            now = self.shown_at(row) if place is None else int(place[row])
            self.changePersistentIndex(index, self.index(now, index.column()) if now >= 0 else QModelIndex())
        self.layoutChanged.emit()


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


__all__ = ["Column", "ColumnsModel"]
