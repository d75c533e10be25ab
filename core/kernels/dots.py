"""Dot products of each row's vector with rows of a table, without copying those rows; forward and backward."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Table = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]

# only the order of sums is left free, so that they can run in vector registers; NaN and infinity come through
RELAXED = {"reassoc", "contract", "nsz", "arcp"}


@njit(nogil=True, cache=True, fastmath=RELAXED)
def dots(table: Table, items: Rows, vectors: Table, scores: Table) -> None:
    """scores[r, n] = table[items[r, n]] · vectors[r].

    Args:
        table: ``[items, width]``.
        items: ``[rows, n]``.
        vectors: ``[rows, width]``.
        scores: ``[rows, n]``, written.
    """
    width = table.shape[1]
    for row in range(items.shape[0]):
        vector = vectors[row]
        for column in range(items.shape[1]):
            entry = table[items[row, column]]
            total = np.float32(0)
            for place in range(width):
                total += entry[place] * vector[place]
            scores[row, column] = total


@njit(nogil=True, cache=True, fastmath=RELAXED)
def dots_backward(
    table: Table, items: Rows, vectors: Table, gradient: Table, on_table: Table, on_vectors: Table
) -> None:
    """Gradients of ``dots``: on_table[items[r, n]] += g[r, n] vectors[r], on_vectors[r] += Σ g table[items[r, n]].

    Args:
        gradient: ``[rows, n]``.
        on_table: ``[items, width]``, added to.
        on_vectors: ``[rows, width]``, added to.
    """
    width = table.shape[1]
    for row in range(items.shape[0]):
        vector, on_vector = vectors[row], on_vectors[row]
        for column in range(items.shape[1]):
            slope = gradient[row, column]
            # most losses are flat somewhere: a hinge beyond its margin, a masked target
            if slope == 0:
                continue
            entry, on_entry = table[items[row, column]], on_table[items[row, column]]
            for place in range(width):
                on_vector[place] += slope * entry[place]
                on_entry[place] += slope * vector[place]
