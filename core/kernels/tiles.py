"""Matrix products over tiles ``[features, TILE rows]`` that stay in the first-level cache, compiled."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from core.kernels.factorisation import RELAXED
from core.kernels.registers import LANES
from core.kernels.tile_products import (
    SQUARE,
    TILE,
    add_totals,
    correlation,
    fill,
    four_rows,
    one_row,
    two_rows,
)

Tile = npt.NDArray[np.float32]
Flat = npt.NDArray[np.float32]

LARGEST_LAYER = 16_384
"""Weights of the largest layer up to which tiles are used: at 128 x 64 a step takes two thirds of the time of the
library's products and what is around them, at 128 x 128 seven tenths, at 512 x 256 six sevenths, all on one thread; the
library can use more threads, tiles cannot."""


@njit(nogil=True, cache=True, fastmath=RELAXED)
def multiply(
    weight: Flat, start: int, step: int, height: int, width: int, inputs: Tile, begin: Tile | Flat, outputs: Tile
) -> None:
    """``outputs = begin + W inputs``, where ``W[j, k] = weight[start + j * step + k]`` is ``[height, width]``.

    Args:
        inputs: ``[width or more, TILE]``.
        begin: ``[height or more, TILE]``, which may be the outputs, or a number a row: ``[height or more]``.
        outputs: ``[height or more, TILE]``, written; never the inputs.
    """
    fours = height - height % 4
    for j in range(0, fours, 4):
        four_rows(weight, start + j * step, step, width, inputs, begin, outputs, j)
    if height & 2:
        two_rows(weight, start + fours * step, step, width, inputs, begin, outputs, fours)
    if height & 1:
        one_row(weight, start + (height - 1) * step, step, width, inputs, begin, outputs, height - 1)


@njit(nogil=True, cache=True, fastmath=RELAXED)
def correlate(change: Tile, inputs: Tile, height: int, width: int, weight: Flat, start: int, step: int) -> None:
    """``W += change inputs^T``: what ``multiply`` passes back to its weights; shapes as there."""
    for j in range(0, height, SQUARE):
        for k in range(0, width, SQUARE):
            correlation(change, j, height, inputs, k, width, weight, start + j * step + k, step)


@njit(nogil=True, cache=True, fastmath=RELAXED)
def totals(change: Tile, height: int, weight: Flat, start: int) -> None:
    """``weight[start + j]`` gains the sum of row ``j``."""
    for j in range(0, height, LANES):
        add_totals(change, j, height, weight, start + j)


@njit(nogil=True, cache=True)
def clear(tile: Tile, height: int) -> None:
    """Zeros in the first rows."""
    for j in range(height):
        fill(tile, j, np.float32(0))


@njit(nogil=True, cache=True, fastmath=RELAXED)
def rectify(values: Tile, height: int) -> None:
    """``max(0, x)`` in place; NaN stays."""
    for j in range(height):
        row = values[j]
        for s in range(TILE):
            row[s] = np.float32(0) if row[s] <= np.float32(0) else row[s]


@njit(nogil=True, cache=True, fastmath=RELAXED)
def hold_back(change: Tile, values: Tile, height: int) -> None:
    """Gradient of a rectifier in place: nothing passes where its output was 0."""
    for j in range(height):
        row, value = change[j], values[j]
        for s in range(TILE):
            row[s] = np.float32(0) if value[s] == np.float32(0) else row[s]
