"""An epoch's division of the items, and the pieces of a window that it leads to: one a part, or many small ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from numpy import uint64

from core.kernels.portions import Where, collect, cut
from core.kernels.schedule import Block, Cells, Items, arrange, divide

EVERYTHING: Items = np.empty(0, np.int32)


class Piece(NamedTuple):
    """Positives that are walked in one go.

    Attributes:
        row: number of the first.
        cells: the positives, ``[n]``.
        members: the items that negatives are drawn from; empty for all.
    """

    row: uint64
    cells: Cells
    members: Items


class Window:
    """A thread's window as a division has arranged it."""

    def __init__(self) -> None:
        self.epoch, self.number, self.first = -1, -1, 0
        self.cells: npt.NDArray[np.uint64] = np.empty((0, 0), np.uint64)
        self.rows: npt.NDArray[np.int64] = np.zeros(0, np.int64)

    def make_room(self, rows: int, cells: int) -> Cells:
        """An array ``[rows, more than cells]``; most of it is never touched, and takes no memory."""
        if self.cells.shape[0] != rows or self.cells.shape[1] <= cells:
            self.cells = np.empty((rows, cells + 1), np.uint64)
        return self.cells


class Division(Protocol):
    """Says which items are together in an epoch."""

    def fill(self, window: Window, users: Items, items: Items, first: int, stop: int) -> None:
        """Arrange the positives from first to stop."""

    def pieces(self, window: Window, held: int, block: Block) -> Iterator[Piece]:
        """The pieces of the block with items of a part."""


@dataclass(frozen=True, eq=False)
class Parts:
    """As many parts as threads.

    Attributes:
        order_key: decides the order in a window.
        item_part: part of each item; empty with one part.
        members: ``[parts, items of the largest]``.
        sizes: members of each part.
    """

    order_key: uint64
    item_part: npt.NDArray[np.uint16]
    members: Items
    sizes: npt.NDArray[np.int64]

    def fill(self, window: Window, users: Items, items: Items, first: int, stop: int) -> None:
        """Each part's positives in random order."""
        cells = window.make_room(len(self.sizes), stop - first)
        window.rows = arrange(users, items, first, stop, self.item_part, self.order_key, cells)

    def pieces(self, window: Window, held: int, block: Block) -> Iterator[Piece]:
        """The block's share of the part's positives."""
        row, stop = window.rows[held : held + 2].tolist()
        start, end = ((stop - row) * at // block.parts for at in (block.part, block.part + 1))
        members = self.members[held, : self.sizes[held]] if len(self.sizes) > 1 else EVERYTHING
        yield Piece(uint64(row + start), window.cells[held, start:end], members)


@dataclass(frozen=True, eq=False)
class Portions:
    """Each thread's part cut into portions that stay in a cache.

    Attributes:
        each: portions of a part.
        where: portion of each item, and place in it.
        order: the items portion after portion.
        starts: start of each portion in the order, and the end of the last.
    """

    each: int
    where: Where
    order: Items
    starts: npt.NDArray[np.int64]

    def fill(self, window: Window, users: Items, items: Items, first: int, stop: int) -> None:
        """Each portion's positives in the order of the users."""
        cells = window.make_room(1, stop - first)
        window.rows, window.first = np.empty(len(self.starts), np.int64), first
        collect(users, items, first, stop, self.where, cells[0], window.rows)

    def pieces(self, window: Window, held: int, block: Block) -> Iterator[Piece]:
        """The block's portions of the part."""
        first, stop = (held * self.each + self.each * at // block.parts for at in (block.part, block.part + 1))
        for portion in range(first, stop):
            start, end = window.rows[portion : portion + 2].tolist()
            members = self.order[self.starts[portion] : self.starts[portion + 1]]
            yield Piece(uint64(window.first + start), window.cells[0, start:end], members)


def division(ranking: Items, parts: int, each: int, keys: tuple[uint64, uint64, uint64]) -> Division:
    """Divide the items anew.

    Args:
        ranking: from the most popular to the least.
        parts: how many, one for each thread.
        each: portions of a part.
        keys: of the order in the windows, of the parts, and of the portions.
    """
    n_items = len(ranking)
    found = Parts(
        keys[0],
        np.zeros(n_items if parts * each > 1 else 0, np.uint16),
        np.zeros((parts, -(-n_items // parts)), np.int32),
        np.zeros(parts, np.int64),
    )
    if parts * each > 1:
        divide(ranking, keys[1], found.item_part, found.members, found.sizes)
    if each == 1:
        return found
    where, order, starts = (
        np.zeros(n_items, np.uint32),
        np.zeros(n_items, np.int32),
        np.zeros(parts * each + 1, np.int64),
    )
    cut(found.members, found.sizes, each, keys[2], where, order, starts)
    return Portions(each, where, order, starts)
