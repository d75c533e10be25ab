"""Rows of embedding tables, gathered with their lengths and scattered back as gradients; compiled, in a fixed order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from core.kernels.factorisation import RELAXED
from core.kernels.prefetch import LINE, prefetch

Table = npt.NDArray[np.float32]
AHEAD = 12
"""Rows between asking for one and needing it."""


@njit(nogil=True, cache=True, fastmath=RELAXED)
def gather(table: Table, rows: npt.NDArray[np.int64], found: Table, norms: npt.NDArray[np.float32]) -> None:
    """Copy rows and take their squared lengths.

    Args:
        table: ``[any, width]``.
        rows: ``[n]``, each inside of the table.
        found: ``[n, width]``, written.
        norms: ``[n]``, written: Σ x².
    """
    width = table.shape[1]
    last = len(rows) - 1
    for at in range(len(rows)):
        ahead = np.uint64(rows[min(at + AHEAD, last)])
        for column in range(0, width, LINE):
            prefetch(table, ahead, np.uint64(column))
        row = table[rows[at]]
        target = found[at]
        total = np.float32(0)
        for column in range(width):
            value = row[column]
            target[column] = value
            total += value * value
        norms[at] = total


@njit(nogil=True, cache=True, fastmath=RELAXED)
def scatter(
    gradient: Table, rows: npt.NDArray[np.int64], change: Table, values: Table, of_norms: npt.NDArray[np.float32]
) -> None:
    """Add ``change + 2 · of_norms · values`` to rows of a gradient, one after the other.

    Args:
        gradient: ``[any, width]``, added to.
        rows, change, values, of_norms: ``[n]``, ``[n, width]``, ``[n, width]``, ``[n]``: the last two are what
            ``gather`` found and the gradient with respect to its norms.
    """
    width = gradient.shape[1]
    for at in range(len(rows)):
        target, added, value = gradient[rows[at]], change[at], values[at]
        decay = np.float32(2) * of_norms[at]
        for column in range(width):
            target[column] += added[column] + decay * value[column]


@njit(nogil=True, cache=True)
def clear(gradient: Table, rows: npt.NDArray[np.int64]) -> None:
    """Set rows to zero."""
    for row in rows:
        gradient[row] = np.float32(0)
