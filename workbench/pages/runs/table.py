"""The table of runs on the screen: keys, stars that are clicked, intervals drawn as bars."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from workbench.pages.runs.rows import HIT, NAME, STAR, Interval, RunsModel
from workbench.tables.table import Table
from workbench.theme import Theme, mixed

NUMBER = 44
"""Pixels of the number beside a bar."""
MOST_NAME = 320
"""Pixels that the name takes of what is left, at most."""


class IntervalDelegate(QStyledItemDelegate):
    """Draws a value as a bar with its interval, and the number beside it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """The cell with its number, then the bar on its left."""
        super().paint(painter, option, index)
        found = index.data(Qt.ItemDataRole.UserRole)
        if isinstance(found, Interval) and math.isfinite(found.value):
            area = QRectF(option.rect).adjusted(6, 7, -NUMBER - 4, -7)
            draw_interval(painter, area, found, self._theme, "accent")


def draw_interval(painter: QPainter, area: QRectF, found: Interval, theme: Theme, colour: str) -> None:
    """A bar from 0 to the value, the interval as a darker band around its end."""
    if area.width() < 8:
        return
    colours = theme.colours
    shade = QColor(str(getattr(colours, colour, colour)))

    def across(value: float) -> float:
        return area.left() + area.width() * min(max(value / found.scale, 0.0), 1.0)

    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(mixed(shade.name(), colours.surface, 0.72))
    painter.drawRect(QRectF(area.left(), area.top(), across(found.value) - area.left(), area.height()))
    painter.setBrush(shade)
    if math.isfinite(found.low) and math.isfinite(found.high):
        middle = area.center().y()
        painter.drawRect(QRectF(across(found.low), middle - 1.5, across(found.high) - across(found.low), 3))
    painter.drawRect(QRectF(across(found.value) - 1, area.top(), 2, area.height()))
    painter.restore()


class RunsTable(Table):
    """Signals what a person wants with the rows that are chosen.

    Signals:
        starred: toggle the star of the chosen runs.
        star_clicked: a row of the columns whose star was clicked.
        deleted: move the chosen runs to the trash.
        asked: the menu is wanted at a global position.
    """

    starred = Signal()
    star_clicked = Signal(int)
    deleted = Signal()
    noted = Signal()
    asked = Signal(object)

    def __init__(self, model: RunsModel, theme: Theme) -> None:
        super().__init__(model, "Runs")
        self._runs = model
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self._delegate = IntervalDelegate(theme, self)
        self.setItemDelegateForColumn(HIT, self._delegate)
        self.clicked.connect(self._clicked)
        # a header with the table's selection asks each cell of thousands of chosen rows whether it is selected
        self.horizontalHeader().setSelectionModel(QItemSelectionModel(model, self))
        # the colour that the run has in every plot
        self.setIconSize(QSize(8, 8))
        self._widths: tuple[int, ...] = ()

    @property
    def editing(self) -> bool:
        """A name is being typed."""
        return self.state() == QAbstractItemView.State.EditingState

    def shown_chosen(self) -> list[int]:
        """The selected rows of the table, ascending; read from ranges, for Qt asks each cell of thousands of rows."""
        selected = self.selectionModel().selection()
        ranges = [selected.at(at) for at in range(selected.count())]
        return sorted({row for each in ranges for row in range(each.top(), each.bottom() + 1)})

    def chosen_rows(self) -> list[int]:
        """The selected rows of the columns, in the order of the table."""
        return [self._runs.row_at(row) for row in self.shown_chosen()]

    def rename_current(self) -> None:
        """Edit the name of the current run in place."""
        index = self.currentIndex()
        if index.isValid() and not self.editing:
            target = self._runs.index(index.row(), NAME)
            self.scrollTo(target)
            if self._runs.flags(target) & Qt.ItemFlag.ItemIsEditable:
                self.setFocus()
                self.edit(target)

    def take_widths(self, widths: Sequence[int]) -> None:
        """Widths of the columns; the name takes what is left."""
        self._widths = tuple(widths)
        self.set_widths(widths)
        self._fit_name()

    def _fit_name(self) -> None:
        if len(self._widths) > NAME:
            left = self.viewport().width() - sum(self._widths)
            self.setColumnWidth(NAME, self._widths[NAME] + min(max(left, 0), MOST_NAME))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """The name takes what is left."""
        super().resizeEvent(event)
        self._fit_name()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """F2 renames wherever in the row one is, S stars, N annotates, Del deletes."""
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        keys = {
            Qt.Key.Key_F2: self.rename_current,
            Qt.Key.Key_S: self.starred.emit,
            Qt.Key.Key_N: self.noted.emit,
            Qt.Key.Key_Delete: self.deleted.emit,
        }
        action = keys.get(Qt.Key(event.key())) if plain else None
        if action is not None:
            action()
            event.accept()
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        """What can be done with the chosen runs."""
        self.asked.emit(event.globalPos())

    def _clicked(self, index: QModelIndex) -> None:
        if index.column() == STAR:
            self.star_clicked.emit(self._runs.row_at(index.row()))
