"""Put rows into the order (user, time, place in the file) in time linear in the rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

Codes = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]
Order = npt.NDArray[np.signedinteger[Any]]
SHORT = 24
"""Rows that insertion sorts sooner than merging."""


@njit(nogil=True, cache=True)
def group(codes: Codes, indptr: Places, order: Order) -> None:
    """Counting sort: fill ``order`` ``[rows]`` with the rows by code, file order kept; ``indptr`` ``[codes + 1]``."""
    indptr[:] = 0
    for row in range(len(codes)):
        indptr[codes[row] + 1] += 1
    for code in range(len(indptr) - 1):
        indptr[code + 1] += indptr[code]
    following = indptr[:-1].copy()
    for row in range(len(codes)):
        order[following[codes[row]]] = row
        following[codes[row]] += 1


def group_reference(codes: Codes, n_codes: int) -> tuple[Places, Places]:
    """The same by a stable sort."""
    indptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(codes, minlength=n_codes))])
    return indptr, np.argsort(codes, kind="stable")


@njit(nogil=True, cache=True)
def order_by_time(indptr: Places, order: Order, times: Places) -> None:
    """Within each group put the rows of ``order`` into time order; equal times keep their order.

    The sorting is written out, without assigning to slices: NumPy's ways, with the words of their errors, take four
    seconds to compile.
    """
    for code in range(len(indptr) - 1):
        start, end = indptr[code], indptr[code + 1]
        for at in range(start + 1, end):
            if times[order[at]] < times[order[at - 1]]:
                keys = np.empty(end - start, np.int64)
                for row in range(start, end):
                    keys[row - start] = times[order[row]]
                _merge_sort(keys, order[start:end])
                break


@njit(nogil=True, cache=True)
def _merge_sort(keys: Places, rows: Order) -> None:
    """Sort ``rows`` ``[n]`` by ``keys`` ``[n]``, both in place and stably: short runs by insertion, then merged."""
    for start in range(0, len(keys), SHORT):
        for at in range(start + 1, min(start + SHORT, len(keys))):
            key, row, to = keys[at], rows[at], at
            while to > start and keys[to - 1] > key:
                keys[to], rows[to] = keys[to - 1], rows[to - 1]
                to -= 1
            keys[to], rows[to] = key, row
    spare_keys, spare_rows = np.empty_like(keys), np.empty_like(rows)
    length = SHORT
    while length < len(keys):
        for start in range(0, len(keys) - length, 2 * length):
            middle, end = start + length, min(start + 2 * length, len(keys))
            if keys[middle - 1] <= keys[middle]:
                continue
            # the left run is set aside: what is written never overtakes what is still to be read of the right one
            for at in range(length):
                spare_keys[at], spare_rows[at] = keys[start + at], rows[start + at]
            left, right, to = 0, middle, start
            while left < length:
                if right < end and keys[right] < spare_keys[left]:
                    keys[to], rows[to] = keys[right], rows[right]
                    right += 1
                else:
                    keys[to], rows[to] = spare_keys[left], spare_rows[left]
                    left += 1
                to += 1
        length *= 2


def order_by_time_reference(indptr: Places, order: Order, times: Places) -> Order:
    """The same for all groups at once, as a new array."""
    owners = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    return order[np.lexsort((np.arange(len(order)), times[order], owners))]
