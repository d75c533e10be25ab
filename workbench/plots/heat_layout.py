"""Where the cells of heat maps side by side lie, with room for titles, numbers of rows and a colour bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QFontMetrics

CAPTION, GAP, BAR = 16, 12, 10
SMALLEST, LARGEST = (8.0, 4.0), (34.0, 22.0)

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


@dataclass(frozen=True, eq=False)
class Layout:
    """Places in pixels, before anything is scrolled.

    Attributes:
        view: the room that there is.
        left: where the first block begins.
        bar: width of the colour bar with its numbers.
        widths: least width of each block.
        cell: width and height of a cell.
        starts: where each block begins.
    """

    blocks: tuple[Block, ...]
    view: QSize
    left: int
    bar: int
    widths: tuple[float, ...]
    cell: tuple[float, float]
    starts: tuple[float, ...]

    @property
    def rows(self) -> int:
        """Of the block that has most."""
        return _rows(self.blocks)

    @property
    def columns(self) -> int:
        """Of all blocks together, at least one."""
        return _columns(self.blocks)

    @property
    def right(self) -> float:
        """Where the last block ends."""
        if not self.blocks:
            return 0.0
        return self.starts[-1] + max(len(self.blocks[-1].columns) * self.cell[0], self.widths[-1])

    @property
    def room(self) -> int:
        """Where the colour bar begins."""
        return self.view.width() - self.bar - GAP

    def holds(self, cell: Cell) -> bool:
        """Whether there is such a cell."""
        block, row, column = cell
        return block < len(self.blocks) and all(
            0 <= each < size for each, size in zip((row, column), self.blocks[block].values.shape, strict=True)
        )

    def rectangle(self, cell: Cell) -> QRectF:
        """The place of a cell."""
        width, height = self.cell
        return QRectF(self.starts[cell[0]] + cell[2] * width, CAPTION + cell[1] * height, width, height)

    def cell_at(self, x: float, y: float) -> Cell | None:
        """The cell at a place, None for none."""
        width, height = self.cell
        row = int((y - CAPTION) // height)
        for at, start in enumerate(self.starts):
            cell = (at, row, int((x - start) // width))
            if self.holds(cell):
                return cell
        return None

    def beside(self, cell: Cell, down: int, across: int) -> Cell:
        """The cell so many steps away, also in the next block; at the ends the last one."""
        block, row, column = cell
        row = min(max(row + down, 0), self.blocks[block].values.shape[0] - 1)
        column += across
        if column < 0 and block > 0:
            block, column = block - 1, self.blocks[block - 1].values.shape[1] - 1
        elif column >= self.blocks[block].values.shape[1] and block + 1 < len(self.blocks):
            block, column = block + 1, 0
        return block, row, min(max(column, 0), self.blocks[block].values.shape[1] - 1)


def lay_out(blocks: Sequence[Block], metrics: QFontMetrics, view: QSize, numbers: Sequence[str]) -> Layout:
    """Divide the room among blocks; ``numbers`` stand beside the colour bar."""
    blocks = tuple(blocks)
    rows = _rows(blocks)
    left = metrics.horizontalAdvance(str(rows)) + 6
    bar = BAR + 5 + max(metrics.horizontalAdvance(each) for each in numbers)
    # a title needs room even over one column; a block alone has the whole width
    titles = [float(metrics.horizontalAdvance(block.title) + 2) if len(blocks) > 1 else 0.0 for block in blocks]
    room = view.width() - left - bar - GAP - GAP * (len(blocks) - 1)
    across = min(max(_widest(blocks, titles, room), SMALLEST[0]), LARGEST[0])
    down = min(max((view.height() - 2 * CAPTION) / rows, SMALLEST[1]), LARGEST[1])
    starts, x = [], float(left)
    for block, title in zip(blocks, titles, strict=True):
        starts.append(x)
        x += max(block.values.shape[1] * across, title) + GAP
    return Layout(blocks, view, left, bar, tuple(titles), (across, down), tuple(starts))


def _rows(blocks: Sequence[Block]) -> int:
    return max((len(block.values) for block in blocks), default=1)


def _columns(blocks: Sequence[Block]) -> int:
    return max(sum(len(block.columns) for block in blocks), 1)


def _widest(blocks: Sequence[Block], titles: Sequence[float], room: float) -> float:
    """Width of a cell at which all blocks fill the room; a block is at least as wide as its title."""
    fixed, columns = 0.0, _columns(blocks)
    width = room / columns
    sizes = zip((block.values.shape[1] for block in blocks), titles, strict=True)
    for own, title in sorted(sizes, key=lambda size: size[0]):
        if own * width >= title or columns == own:
            break
        fixed, columns = fixed + title, columns - own
        width = (room - fixed) / columns
    return width
