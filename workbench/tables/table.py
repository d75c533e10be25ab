"""A table on the screen: sorts by its headers, copies as TSV, is saved as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFileDialog, QHeaderView, QMenu, QTableView

from workbench.columns import csv_lines
from workbench.jobs.job import End, Job
from workbench.jobs.ordering import follow_saving, saving
from workbench.tables.model import LARGE, ColumnsModel, Index
from workbench.theme import with_digits
from workbench.widgets.parts import label

ROW = 26
MOST_COPIED = 100_000


class Table(QTableView):
    """Rows are chosen whole; ``chosen`` tells the row of the columns, ``opened`` a double click or Enter."""

    chosen = Signal(int)
    opened = Signal(int)

    def __init__(self, model: ColumnsModel, name: str, widths: Sequence[int] = (), stretch: int = -1) -> None:
        super().__init__()
        self._columns = model
        self._stretch, self._least = -1, 0
        self.setModel(model)
        self.setAccessibleName(name)
        self.setFont(with_digits(self.font()))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        down = self.verticalHeader()
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        down.setDefaultSectionSize(ROW)
        down.hide()
        across = self.horizontalHeader()
        across.setHighlightSections(False)
        across.setSortIndicatorShown(True)
        across.setSectionsClickable(True)
        across.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        across.sectionClicked.connect(self._sort)
        self._sorted = (-1, Qt.SortOrder.AscendingOrder)
        self.set_widths(widths, stretch)
        self.activated.connect(lambda index: self.opened.emit(model.row_at(index.row())))
        self._busy = label("", "busy")
        self._busy.setParent(self)
        self._busy.hide()
        model.busy_changed.connect(self._show_busy)
        model.modelReset.connect(self._forget_order)

    def set_widths(self, widths: Sequence[int], stretch: int = -1, least: int = 0) -> None:
        """Widths of the columns in pixels; ``stretch`` is the column that takes what is left.

        Args:
            least: what that column has at least; then there is more to see than has room, and the table is moved.
        """
        across = self.horizontalHeader()
        across.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for at, width in enumerate(widths[: self._columns.columnCount()]):
            self.setColumnWidth(at, width)
        self._stretch, self._least = stretch, least
        self._share_width()

    def _share_width(self) -> None:
        """Give the column that stretches what is left; Qt would take from it for the others, down to a letter."""
        across, at = self.horizontalHeader(), self._stretch
        if not 0 <= at < self._columns.columnCount():
            return
        left = self.viewport().width() - across.length() + across.sectionSize(at)
        stretches = not self._least or left >= self._least
        across.setSectionResizeMode(
            at, QHeaderView.ResizeMode.Stretch if stretches else QHeaderView.ResizeMode.Interactive
        )
        if not stretches:
            across.resizeSection(at, self._least)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Share the width again."""
        super().resizeEvent(event)
        self._share_width()

    def _sort(self, column: int) -> None:
        down, up = Qt.SortOrder.DescendingOrder, Qt.SortOrder.AscendingOrder
        first = down if self._columns.columns[column].first_down else up
        same = self._sorted[0] == column
        way = (up if self._sorted[1] == down else down) if same else first
        self.order_by(column, way)

    def order_by(self, column: int, way: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column, as a click on its header would; -1 takes the rows as they came."""
        self._sorted = (column, way)
        self.horizontalHeader().setSortIndicator(column, way)
        self._columns.sort(column, way)

    def _forget_order(self) -> None:
        self._sorted = (-1, Qt.SortOrder.AscendingOrder)
        self.horizontalHeader().setSortIndicator(*self._sorted)

    def _show_busy(self, text: str) -> None:
        self._busy.setText(text)
        self._busy.setVisible(bool(text))
        self._busy.adjustSize()
        room = self.viewport().geometry()
        self._busy.move(room.right() - self._busy.width() - 8, room.top() + 8)
        self._busy.raise_()

    def choose(self, row: int) -> None:
        """Select a row of the columns and bring it into view."""
        shown = self._columns.shown_at(row)
        if shown >= 0:
            self.selectRow(shown)
            self.scrollTo(self._columns.index(shown, 0))

    def chosen_rows(self) -> list[int]:
        """The selected rows of the columns, in the order of the table."""
        found = self.selectionModel().selectedRows()
        return [self._columns.row_at(index.row()) for index in sorted(found, key=QModelIndex.row)]

    def currentChanged(self, current: Index, previous: Index) -> None:  # noqa: N802 - Qt's name
        """Tell which row is now current."""
        super().currentChanged(current, previous)
        if current.isValid():
            self.chosen.emit(self._columns.row_at(current.row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Ctrl+C copies the selected rows with the header."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
            return
        super().keyPressEvent(event)

    def copy(self) -> None:
        """Copy the selected rows, or all when none is, as tab-separated text."""
        rows = sorted({index.row() for index in self.selectionModel().selectedRows()})
        shown = rows or list(range(min(self._columns.rowCount(), MOST_COPIED)))
        lines = ["\t".join(column.title for column in self._columns.columns)]
        lines += ["\t".join(" ".join(text.split()) for text in self._texts(row)) for row in shown[:MOST_COPIED]]
        QGuiApplication.clipboard().setText("\n".join(lines) + "\n")

    def csv_text(self) -> str:
        """All rows in the order shown, as CSV; texts that a spreadsheet would run are quoted."""
        return "".join(csv_lines(self._columns.columns, self._columns.order))

    def _texts(self, shown: int) -> list[str]:
        row = self._columns.row_at(shown)
        return [column.text(row) for column in self._columns.columns]

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        """Copy and save."""
        menu = QMenu(self)
        menu.addAction("Copy").triggered.connect(self.copy)
        menu.addAction("Save as CSV…").triggered.connect(self._save)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(event.globalPos())

    def _save(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, "Save the table", "table.csv", "CSV (*.csv)")
        if path:
            self.save(Path(path))

    def save(self, path: Path) -> None:
        """Write all rows in the order shown as CSV; many rows in a job."""
        start = self._columns.start
        if start is not None and self._columns.rowCount() >= LARGE // 10:
            work = saving(self._columns.columns, self._columns.order, path)
            job = Job("Saving the table", work, follow_saving)
            job.ended.connect(_raise)
            start(job)
            return
        from core import durable

        durable.write(path, self.csv_text().encode())

    def model(self) -> QAbstractItemModel:
        """The model, typed as Qt has it."""
        return self._columns


def _raise(end: End) -> None:
    """What could not be saved is told as if it had been saved here: the window shows what leaves a slot."""
    if end.error is not None:
        raise end.error
