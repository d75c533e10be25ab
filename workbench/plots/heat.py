"""Heat maps side by side on one colour scale: cells, winners outlined, a colour bar, the number under the mouse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip

from workbench.plots.picture import offer_picture
from workbench.theme import Theme
from workbench.widgets.parts import tip
from workbench.words import number

VIRIDIS = ("#440154", "#482878", "#3E4989", "#31688E", "#26828E", "#1F9E89", "#35B779", "#6DCD59", "#B4DE2C", "#FDE725")
"""Ten points of viridis (van der Walt and Smith 2015, CC0), even in lightness."""
DIVERGING = ("#0B4F8A", "#3C8CC4", "#A9CFE8", "#FFFFFF", "#F7CE94", "#E59730", "#A35A00")
CAPTION, GAP, BAR = 16, 12, 10
SMALLEST, LARGEST = (8.0, 4.0), (34.0, 22.0)
SHADES = 256

Cell = tuple[int, int, int]
"""Number of the block, row, column."""


@dataclass(frozen=True, eq=False)
class Block:
    """One heat map.

    Attributes:
        values: ``[rows, columns]``.
        columns: names of the columns, short.
        outlined: column of each row that has a frame, -1 for none, ``[rows]``; None: no frames.
    """

    title: str
    values: npt.NDArray[np.float32]
    columns: tuple[str, ...]
    outlined: npt.NDArray[np.int64] | None = None


def shades(anchors: Sequence[str]) -> npt.NDArray[np.uint32]:
    """256 colours between anchors, as Qt's RGB32."""
    points = np.array([[QColor(each).red(), QColor(each).green(), QColor(each).blue()] for each in anchors], np.float64)
    at = np.linspace(0, len(anchors) - 1, SHADES)
    mixed = np.stack([np.interp(at, np.arange(len(anchors)), points[:, part]) for part in range(3)], 1).round()
    red, green, blue = mixed.astype(np.uint32).T
    made: npt.NDArray[np.uint32] = (np.uint32(0xFF000000) | red << 16 | green << 8 | blue).astype(np.uint32)
    return made


class HeatMap(QAbstractScrollArea):
    """Blocks from left to right; ``pointed`` tells the cell that the mouse or the keys are at, None for none.

    Args:
        name: accessible name; also the name of saved files.
        words: what a cell says of itself.
        diverging: blue below 0, white at 0, orange above; else viridis from 0 up.
    """

    pointed = Signal(object)

    def __init__(self, theme: Theme, name: str, words: Callable[[Cell], str], diverging: bool = False) -> None:
        super().__init__()
        self.theme, self._name, self._words, self._diverging = theme, name, words, diverging
        self.blocks: tuple[Block, ...] = ()
        self.cell: Cell | None = None
        self.top = 1.0
        self._shades = shades(DIVERGING if diverging else VIRIDIS)
        self._images: list[QImage] = []
        self._chosen = False
        self._size: tuple[float, float] = LARGEST
        self._begins: list[float] = []
        font = QFont(self.font())
        font.setPixelSize(11)
        self.setFont(font)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.setMinimumSize(100, 72)
        theme.changed.connect(self.viewport().update)

    def show_blocks(self, blocks: Sequence[Block]) -> None:
        """Replace what is drawn; the chosen cell stays where there still is one."""
        self.blocks = tuple(blocks)
        largest = max((float(np.abs(block.values).max()) for block in blocks if block.values.size), default=0.0)
        self.top = largest if np.isfinite(largest) and largest > 0 else 1.0
        self._images = [self._image(block.values) for block in blocks]
        if self.cell is not None and not self._exists(self.cell):
            self._point(None)
        self._renew_bars()
        self.viewport().update()

    def _image(self, values: npt.NDArray[np.float32]) -> QImage:
        share = (values / self.top + 1) / 2 if self._diverging else values / self.top
        at = np.clip(np.nan_to_num(share) * (SHADES - 1), 0, SHADES - 1).round().astype(np.int64)
        pixels = np.ascontiguousarray(self._shades[at])
        rows, columns = pixels.shape
        return QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32).copy()

    def _exists(self, cell: Cell) -> bool:
        block, row, column = cell
        return block < len(self.blocks) and all(
            0 <= each < size for each, size in zip((row, column), self.blocks[block].values.shape, strict=True)
        )

    # --- places -------------------------------------------------------------------------------------------------

    @property
    def _rows(self) -> int:
        return max((len(block.values) for block in self.blocks), default=1)

    @property
    def _columns(self) -> int:
        return max(sum(len(block.columns) for block in self.blocks), 1)

    def _bar_width(self) -> int:
        ends = (self._text(self.top), self._text(-self.top if self._diverging else 0.0))
        widest: int = max(self.fontMetrics().horizontalAdvance(each) for each in ends)
        return BAR + 5 + widest

    def _text(self, value: float) -> str:
        return number(value) if value else "0"

    def _left(self) -> int:
        return self.fontMetrics().horizontalAdvance(str(self._rows)) + 6

    def _lay_out(self) -> None:
        self._size = self._sized()
        self._begins = self._begun()

    def _cell_size(self) -> tuple[float, float]:
        return self._size

    def _starts(self) -> list[float]:
        return self._begins

    def _sized(self) -> tuple[float, float]:
        room = self.viewport().width() - self._left() - self._bar_width() - GAP - GAP * (len(self.blocks) - 1)
        down = self.viewport().height() - 2 * CAPTION
        across = min(max(self._widest(room), SMALLEST[0]), LARGEST[0])
        return across, min(max(down / self._rows, SMALLEST[1]), LARGEST[1])

    def _widest(self, room: float) -> float:
        """Width of a cell at which all blocks fill the room; a block is at least as wide as its title."""
        fixed, columns = 0.0, self._columns
        width = room / columns
        for block in sorted(self.blocks, key=lambda each: each.values.shape[1]):
            own = block.values.shape[1]
            if own * width >= self._least(block) or columns == own:
                break
            fixed, columns = fixed + self._least(block), columns - own
            width = (room - fixed) / columns
        return width

    def _begun(self) -> list[float]:
        width, _ = self._size
        found, x = [], float(self._left())
        for block in self.blocks:
            found.append(x)
            # a title needs room even over one column
            x += max(block.values.shape[1] * width, self._least(block)) + GAP
        return found

    def _right(self) -> float:
        """Where the last block ends, unscrolled."""
        if not self.blocks:
            return 0.0
        width, last = self._cell_size()[0], self.blocks[-1]
        return self._starts()[-1] + max(len(last.columns) * width, self._least(last))

    def _least(self, block: Block) -> float:
        return float(self.fontMetrics().horizontalAdvance(block.title) + 2) if len(self.blocks) > 1 else 0.0

    def _rectangle(self, cell: Cell) -> QRectF:
        width, height = self._cell_size()
        x = self._starts()[cell[0]] + cell[2] * width - self.horizontalScrollBar().value()
        return QRectF(x, CAPTION + cell[1] * height - self.verticalScrollBar().value(), width, height)

    def cell_at(self, place: QPointF) -> Cell | None:
        """The cell under a place of the viewport."""
        width, height = self._cell_size()
        row = int((place.y() - CAPTION + self.verticalScrollBar().value()) // height)
        for at, start in enumerate(self._starts()):
            column = int((place.x() + self.horizontalScrollBar().value() - start) // width)
            if self._exists((at, row, column)):
                return (at, row, column)
        return None

    def _renew_bars(self) -> None:
        self._lay_out()
        _, height = self._cell_size()
        right = self._right()
        room = self.viewport().width() - self._bar_width() - GAP
        for bar, needed, there in (
            (self.horizontalScrollBar(), right, room),
            (self.verticalScrollBar(), 2 * CAPTION + self._rows * height, self.viewport().height()),
        ):
            bar.setRange(0, max(int(np.ceil(needed - there - 0.5)), 0))
            bar.setPageStep(max(there, 1))
            bar.setSingleStep(16)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """There is more or less room."""
        super().resizeEvent(event)
        self._renew_bars()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Cells of a good size."""
        return QSize(int(self._left() + 20 * self._columns + self._bar_width() + 40), 2 * CAPTION + 14 * self._rows)

    # --- pointing -----------------------------------------------------------------------------------------------

    def _point(self, cell: Cell | None) -> None:
        if cell != self.cell:
            self.cell = cell
            self.setAccessibleDescription("" if cell is None else self._words(cell))
            self.viewport().update()
            self.pointed.emit(cell)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Point at the cell under the mouse until one is chosen by a click."""
        if not self._chosen:
            self._point(self.cell_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Choose a cell; beside the cells, or on the chosen one, choose none."""
        cell = self.cell_at(event.position())
        self._chosen = cell is not None and not (self._chosen and cell == self.cell)
        self._point(cell)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Point at nothing but what was chosen."""
        super().leaveEvent(event)
        if not self._chosen:
            self._point(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Arrows go from cell to cell, also from block to block."""
        steps = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None or not self.blocks:
            super().keyPressEvent(event)
            return
        self._chosen = True
        self._point((0, 0, 0) if self.cell is None else self._beside(self.cell, *step))
        if self.cell is not None:
            self._reveal(self.cell)

    def _beside(self, cell: Cell, down: int, across: int) -> Cell:
        block, row, column = cell
        row = min(max(row + down, 0), self.blocks[block].values.shape[0] - 1)
        column += across
        if column < 0 and block > 0:
            block, column = block - 1, self.blocks[block - 1].values.shape[1] - 1
        elif column >= self.blocks[block].values.shape[1] and block + 1 < len(self.blocks):
            block, column = block + 1, 0
        return block, row, min(max(column, 0), self.blocks[block].values.shape[1] - 1)

    def _reveal(self, cell: Cell) -> None:
        area = self._rectangle(cell)
        room = self.viewport().width() - self._bar_width() - GAP
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        if area.left() < self._left():
            across.setValue(int(across.value() + area.left() - self._left()))
        elif area.right() > room:
            across.setValue(int(across.value() + area.right() - room))
        if area.top() < CAPTION:
            down.setValue(int(down.value() + area.top() - CAPTION))
        elif area.bottom() > self.viewport().height() - CAPTION:
            down.setValue(int(down.value() + area.bottom() - self.viewport().height() + CAPTION))

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802
        """The tooltip of a cell."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cell = self.cell_at(QPointF(event.pos()))
            if cell is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), tip(self._words(cell)), self)
            return True
        return super().viewportEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        """Copy, save."""
        offer_picture(self, self, self._name, event.globalPos())

    # --- drawing ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw what is in view."""
        painter = QPainter(self.viewport())
        self._draw(painter)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self.theme.colours.accent), 1, Qt.PenStyle.DotLine))
            painter.drawRect(QRectF(self.viewport().rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Show that the keys act here."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """They no longer do."""
        super().focusOutEvent(event)
        self.viewport().update()

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Draw into a picture."""
        painter.save()
        painter.translate(area.topLeft())
        painter.scale(area.width() / max(self.width(), 1), area.height() / max(self.height(), 1))
        self._draw(painter)
        painter.restore()

    def _draw(self, painter: QPainter) -> None:
        if not self.blocks:
            return
        view = self.viewport()
        painter.setFont(self.font())
        room = QRectF(0, 0, view.width() - self._bar_width() - 2, view.height())
        painter.save()
        painter.setClipRect(room)
        taken = 0.0
        for at, start in enumerate(self._starts()):
            taken = self._draw_block(painter, at, start - self.horizontalScrollBar().value(), room, taken)
        painter.restore()
        self._draw_rows(painter)
        self._draw_bar(painter)

    def _draw_block(self, painter: QPainter, at: int, x: float, room: QRectF, taken: float) -> float:
        """Draw a block at ``x``; names of columns begin right of ``taken``, where the last one ended."""
        block = self.blocks[at]
        width, height = self._cell_size()
        rows, columns = block.values.shape
        area = QRectF(x, CAPTION - self.verticalScrollBar().value(), columns * width, rows * height)
        if area.right() + 60 < room.left() or area.left() > room.right():
            return taken
        colours, metrics = self.theme.colours, self.fontMetrics()
        painter.drawImage(area, self._images[at])
        frames = block.outlined if block.outlined is not None else np.full(0, -1)
        for row, column in enumerate(frames):
            if column >= 0:
                _frame(painter, QRectF(x + column * width, area.top() + row * height, width, height))
        if self.cell is not None and self.cell[0] == at:
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.drawRect(self._rectangle(self.cell).adjusted(-1, -1, 1, 1))
        painter.fillRect(QRectF(x, 0, max(area.width(), self._least(block)) + GAP, CAPTION), QColor(colours.surface))
        painter.setPen(QColor(colours.muted))
        painter.drawText(QPointF(x, metrics.ascent()), block.title)
        below = min(area.bottom(), room.bottom() - CAPTION)
        painter.fillRect(QRectF(x, below, area.width() + GAP, CAPTION), QColor(colours.surface))
        step = _step(metrics, block.columns, width)
        for column in sorted(range(columns - 1, -1, -step)):
            middle, half = x + (column + 0.5) * width, metrics.horizontalAdvance(block.columns[column]) / 2
            if middle - half >= taken:
                where = QRectF(middle - 30, below, 60, CAPTION)
                painter.drawText(where, Qt.AlignmentFlag.AlignCenter, block.columns[column])
                taken = middle + half + 3
        return taken

    def _draw_rows(self, painter: QPainter) -> None:
        colours, metrics = self.theme.colours, self.fontMetrics()
        _, height = self._cell_size()
        step = max(int(np.ceil(metrics.height() / height)), 1)
        view = self.viewport()
        painter.fillRect(QRectF(0, 0, self._left() - 2, view.height() - CAPTION), QColor(colours.surface))
        painter.setPen(QColor(colours.muted))
        for row in range(0, self._rows, step):
            y = CAPTION + row * height - self.verticalScrollBar().value()
            if CAPTION - 1 <= y <= view.height() - CAPTION:
                where = QRectF(0, y + height / 2 - 8, self._left() - 4, 16)
                painter.drawText(where, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(row + 1))

    def _draw_bar(self, painter: QPainter) -> None:
        colours, view, width = self.theme.colours, self.viewport(), self._bar_width()
        _, height = self._cell_size()
        tall = max(min(self._rows * height, view.height() - 2 * CAPTION), 40)
        area = QRectF(min(self._right() + GAP, view.width() - width), CAPTION, BAR, tall)
        column = np.ascontiguousarray(self._shades[::-1].reshape(-1, 1))
        painter.drawImage(area, QImage(column.data, 1, SHADES, 4, QImage.Format.Format_RGB32).copy())
        painter.setPen(QColor(colours.line))
        painter.drawRect(area)
        painter.setPen(QColor(colours.muted))
        ends = [(area.top(), self.top), (area.bottom(), -self.top if self._diverging else 0.0)]
        if self._diverging and tall > 3 * CAPTION:
            ends.append((area.center().y(), 0.0))
        for y, value in ends:
            y = min(max(y, area.top() + 6), area.bottom() - 6)
            where = QRectF(area.right() + 4, y - 8, width, 16)
            painter.drawText(where, Qt.AlignmentFlag.AlignVCenter, self._text(value))


def _frame(painter: QPainter, area: QRectF) -> None:
    """A frame that is seen on dark and on light cells."""
    inner = 0.5
    if area.height() >= 9:
        painter.setPen(QPen(QColor("#000000"), 1))
        painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))
        inner = 1.5
    painter.setPen(QPen(QColor("#FFFFFF"), 1))
    painter.drawRect(area.adjusted(inner, inner, -inner, -inner))


def _step(metrics: QFontMetrics, names: Sequence[str], width: float) -> int:
    """Every how many columns a name fits."""
    widest = max((metrics.horizontalAdvance(each) for each in names), default=0) + 4
    return max(int(np.ceil(widest / width)), 1)
