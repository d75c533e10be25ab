"""Unite ascending lists of items without sorting them again."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Codes = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]


@njit(nogil=True, cache=True)
def unite(first: Codes, second: Codes, union: Codes) -> int:
    """Write the union of two ascending distinct lists to ``union``, ascending; returns its length."""
    filled, other = 0, 0
    for item in first:
        while other < len(second) and second[other] < item:
            union[filled] = second[other]
            filled += 1
            other += 1
        if other < len(second) and second[other] == item:
            other += 1
        union[filled] = item
        filled += 1
    for rest in range(other, len(second)):
        union[filled] = second[rest]
        filled += 1
    return filled


@njit(nogil=True, cache=True)
def unite_rows(
    first_indptr: Places, first_items: Codes, second_indptr: Places, second_items: Codes
) -> tuple[Places, Codes]:
    """The union, row by row, of two CSR sets whose rows are ascending and distinct."""
    rows = len(first_indptr) - 1
    indptr = np.zeros(rows + 1, np.int64)
    items = np.empty(len(first_items) + len(second_items), np.int32)
    for row in range(rows):
        first = first_items[first_indptr[row] : first_indptr[row + 1]]
        second = second_items[second_indptr[row] : second_indptr[row + 1]]
        indptr[row + 1] = indptr[row] + unite(first, second, items[indptr[row] :])
    return indptr, items[: indptr[rows]].copy()


def unite_reference(first: Codes, second: Codes) -> Codes:
    """The same by sorting."""
    return np.union1d(first, second).astype(np.int32)
