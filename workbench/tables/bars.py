"""A column of shares as small bars under their figures."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from workbench.tables.model import ColumnsModel
from workbench.theme import Theme, mixed

HEIGHT = 12


class BarDelegate(QStyledItemDelegate):
    """Draws the value of a column as the length of a bar behind its text; the largest takes all the room.

    Args:
        model: whose columns hold the values.
        colour: number of the colour in the theme's series.
    """

    def __init__(self, theme: Theme, model: ColumnsModel, parent: QWidget, colour: int = 0) -> None:
        super().__init__(parent)
        self._theme, self._model, self._colour = theme, model, colour

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """The bar from the left, then the cell as ever."""
        column = self._model.columns[index.column()]
        most = float(np.max(column.values))
        value = float(column.value(self._model.row_at(index.row()))) / most if most > 0 else 0.0
        colours = self._theme.colours
        rect = QRectF(option.rect)
        if value > 0:
            length = max((rect.width() - 8) * min(value, 1.0), 1.0)
            bar = QRectF(rect.left() + 4, rect.center().y() - HEIGHT / 2, length, HEIGHT)
            painter.fillRect(bar, mixed(colours.series[self._colour], colours.surface, 0.55))
        painter.setPen(QColor(colours.text))
        painter.setFont(option.font)
        text = str(index.data(Qt.ItemDataRole.DisplayRole))
        painter.drawText(rect.adjusted(6, 0, -6, 0), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
