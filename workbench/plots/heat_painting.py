"""Painting heat maps: cells, frames of winners, names of columns, numbers of rows, the colour bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPen

from workbench.plots.colour_scale import ColourScale, scale_text
from workbench.plots.heat_layout import BAR, CAPTION, GAP, Cell, Layout
from workbench.theme import Colours


@dataclass(frozen=True, eq=False)
class Sheet:
    """What is painted.

    Attributes:
        images: of each block, one pixel a cell.
        scrolled: how far, to the right and down.
        cell: the one that is pointed at.
    """

    layout: Layout
    images: Sequence[QImage]
    scale: ColourScale
    scrolled: QPointF
    cell: Cell | None
    colours: Colours
    metrics: QFontMetrics

    @property
    def room(self) -> QRectF:
        """Where blocks are seen."""
        return QRectF(0, 0, self.layout.view.width() - self.layout.bar - 2, self.layout.view.height())


def paint_sheet(painter: QPainter, sheet: Sheet) -> None:
    """Paint everything that is in view."""
    if not sheet.layout.blocks:
        return
    painter.save()
    painter.setClipRect(sheet.room)
    taken = 0.0
    for at, start in enumerate(sheet.layout.starts):
        taken = _paint_block(painter, sheet, at, start - sheet.scrolled.x(), taken)
    painter.restore()
    _paint_rows(painter, sheet)
    _paint_bar(painter, sheet)


def _paint_block(painter: QPainter, sheet: Sheet, at: int, x: float, taken: float) -> float:
    """Paint a block at ``x``; names of columns begin right of ``taken``, where the last one ended."""
    layout, colours, room = sheet.layout, sheet.colours, sheet.room
    block = layout.blocks[at]
    width, height = layout.cell
    rows, columns = block.values.shape
    area = QRectF(x, CAPTION - sheet.scrolled.y(), columns * width, rows * height)
    if area.right() + 60 < room.left() or area.left() > room.right():
        return taken
    painter.drawImage(area, sheet.images[at])
    frames = block.outlined if block.outlined is not None else np.full(0, -1)
    for row, column in enumerate(frames):
        if column >= 0:
            _paint_frame(painter, QRectF(x + column * width, area.top() + row * height, width, height))
    if sheet.cell is not None and sheet.cell[0] == at:
        painter.setPen(QPen(QColor(colours.accent), 2))
        painter.drawRect(layout.rectangle(sheet.cell).translated(-sheet.scrolled).adjusted(-1, -1, 1, 1))
    painter.fillRect(QRectF(x, 0, max(area.width(), layout.widths[at]) + GAP, CAPTION), QColor(colours.surface))
    painter.setPen(QColor(colours.muted))
    painter.drawText(QPointF(x, sheet.metrics.ascent()), block.title)
    below = min(area.bottom(), room.bottom() - CAPTION)
    painter.fillRect(QRectF(x, below, area.width() + GAP, CAPTION), QColor(colours.surface))
    return _paint_columns(painter, sheet, block.columns, QPointF(x, below), taken)


def _paint_columns(painter: QPainter, sheet: Sheet, names: Sequence[str], place: QPointF, taken: float) -> float:
    """Names below a block, as many as there is room for; where the last one ends."""
    width = sheet.layout.cell[0]
    widest = max((sheet.metrics.horizontalAdvance(each) for each in names), default=0) + 4
    step = max(int(np.ceil(widest / width)), 1)
    for column in sorted(range(len(names) - 1, -1, -step)):
        middle = place.x() + (column + 0.5) * width
        half = sheet.metrics.horizontalAdvance(names[column]) / 2
        if middle - half >= taken:
            where = QRectF(middle - 30, place.y(), 60, CAPTION)
            painter.drawText(where, Qt.AlignmentFlag.AlignCenter, names[column])
            taken = middle + half + 3
    return taken


def _paint_frame(painter: QPainter, area: QRectF) -> None:
    """A frame that is seen on dark and on light cells."""
    inner = 0.5
    if area.height() >= 9:
        painter.setPen(QPen(QColor("#000000"), 1))
        painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))
        inner = 1.5
    painter.setPen(QPen(QColor("#FFFFFF"), 1))
    painter.drawRect(area.adjusted(inner, inner, -inner, -inner))


def _paint_rows(painter: QPainter, sheet: Sheet) -> None:
    layout, colours = sheet.layout, sheet.colours
    tall, height = layout.view.height(), layout.cell[1]
    step = max(int(np.ceil(sheet.metrics.height() / height)), 1)
    painter.fillRect(QRectF(0, 0, layout.left - 2, tall - CAPTION), QColor(colours.surface))
    painter.setPen(QColor(colours.muted))
    for row in range(0, layout.rows, step):
        y = CAPTION + row * height - sheet.scrolled.y()
        if CAPTION - 1 <= y <= tall - CAPTION:
            where = QRectF(0, y + height / 2 - 8, layout.left - 4, 16)
            painter.drawText(where, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(row + 1))


def _paint_bar(painter: QPainter, sheet: Sheet) -> None:
    layout, colours, scale = sheet.layout, sheet.colours, sheet.scale
    tall = max(min(layout.rows * layout.cell[1], layout.view.height() - 2 * CAPTION), 40)
    area = QRectF(min(layout.right + GAP, layout.view.width() - layout.bar), CAPTION, BAR, tall)
    painter.drawImage(area, scale.bar())
    painter.setPen(QColor(colours.line))
    painter.drawRect(area)
    painter.setPen(QColor(colours.muted))
    ends = [(area.top(), scale.top), (area.bottom(), scale.bottom)]
    if scale.diverging and tall > 3 * CAPTION:
        ends.append((area.center().y(), 0.0))
    for y, value in ends:
        y = min(max(y, area.top() + 6), area.bottom() - 6)
        where = QRectF(area.right() + 4, y - 8, layout.bar, 16)
        painter.drawText(where, Qt.AlignmentFlag.AlignVCenter, scale_text(value))
