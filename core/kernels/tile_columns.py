"""Rows of tables as columns of tiles, and the columns added to the rows again; squares of them turn in registers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit, types
from numba.extending import intrinsic

from core.kernels.prefetch import LINE, prefetch
from core.kernels.registers import LANES, data, load, store, turned, whole
from core.kernels.tile_products import TILE

Table = npt.NDArray[np.float32]
Tile = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]

AHEAD = 16
"""Rows between asking for one and needing it."""


def _lines(context: Any, builder: Any, kinds: Any, table: Any, rows: Any, at: Any, column: Any) -> list[Any]:
    """Pointers to the numbers from ``column`` on in the LANES rows of a table that a list has from ``at`` on."""
    width = builder.extract_value(context.make_array(kinds[0])(context, builder, table).shape, 1)
    start, listed = (data(context, builder, kind, array) for kind, array in zip(kinds, (table, rows), strict=True))
    chosen = [builder.load(builder.gep(listed, [builder.add(at, whole(number))])) for number in range(LANES)]
    return [builder.gep(start, [builder.add(builder.mul(row, width), column)]) for row in chosen]


def _take_square(typing_context: Any, table: Any, rows: Any, at: Any, column: Any, tile: Any, s: Any) -> Any:
    """``take_square(table, rows, at, column, tile, s)``: ``tile[column + c, s + r] = table[rows[at + r], column + c]``.

    For ``r`` and ``c`` below LANES.
    """
    signature = types.void(table, rows, types.int64, types.int64, tile, types.int64)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        table, rows, at, column, tile, s = arguments
        lines = _lines(context, builder, signature.args[:2], table, rows, at, column)
        start = data(context, builder, signature.args[4], tile)
        first = builder.add(builder.mul(column, whole(TILE)), s)
        for c, found in enumerate(turned(builder, [load(builder, line, whole(0)) for line in lines])):
            store(builder, found, start, builder.add(first, whole(c * TILE)))
        return context.get_dummy_value()

    return signature, generate


def _add_square(typing_context: Any, tile: Any, s: Any, column: Any, table: Any, rows: Any, at: Any) -> Any:
    """``add_square(tile, s, column, table, rows, at)``: ``table[rows[at + r], column + c] += tile[column + c, s + r]``.

    For ``r`` and ``c`` below LANES, one row after the other.
    """
    signature = types.void(tile, types.int64, types.int64, table, rows, types.int64)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        tile, s, column, table, rows, at = arguments
        lines = _lines(context, builder, signature.args[3:5], table, rows, at, column)
        start = data(context, builder, signature.args[0], tile)
        first = builder.add(builder.mul(column, whole(TILE)), s)
        columns = [load(builder, start, builder.add(first, whole(c * TILE))) for c in range(LANES)]
        for line, change in zip(lines, turned(builder, columns), strict=True):
            # the same row may stand there twice: it is read after it was written
            store(builder, builder.fadd(load(builder, line, whole(0)), change), line, whole(0))
        return context.get_dummy_value()

    return signature, generate


take_square: Any = intrinsic(_take_square)
add_square: Any = intrinsic(_add_square)


@njit(nogil=True, cache=True)
def fetch(table: Table, rows: Places, first: int, count: int, found: Tile) -> None:
    """Rows ``first .. first + count`` of a list as columns of a tile; zeros in the columns that are left over.

    Args:
        table: ``[any, width]``.
        rows: each inside of the table.
        count: TILE at most.
        found: ``[width, TILE]``, written.
    """
    width = table.shape[1]
    last = len(rows) - 1
    lanes, columns = count - count % LANES, width - width % LANES
    for s in range(count):
        ahead = np.uint64(rows[min(first + s + AHEAD, last)])
        for column in range(0, width, LINE):
            prefetch(table, ahead, np.uint64(column))
        if s < lanes and s % LANES == 0:
            for column in range(0, columns, LANES):
                take_square(table, rows, first + s, column, found, s)
        row = table[rows[first + s]]
        for column in range(columns if s < lanes else 0, width):
            found[column, s] = row[column]
    for column in range(width if count < TILE else 0):
        for s in range(count, TILE):
            found[column, s] = np.float32(0)


@njit(nogil=True, cache=True)
def give_back(change: Tile, rows: Places, first: int, count: int, table: Table) -> None:
    """Add the columns of a tile to rows of a table, one after the other; shapes as in ``fetch``."""
    width = table.shape[1]
    lanes, columns = count - count % LANES, width - width % LANES
    for s in range(count):
        if s < lanes and s % LANES == 0:
            for column in range(0, columns, LANES):
                add_square(change, s, column, table, rows, first + s)
        row = table[rows[first + s]]
        for column in range(columns if s < lanes else 0, width):
            row[column] += change[column, s]
