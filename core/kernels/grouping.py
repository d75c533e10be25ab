"""Put rows into the order (user, time, place in the file) in time linear in the rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

Codes = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]
Order = npt.NDArray[np.signedinteger[Any]]


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
    """Within each group put the rows of ``order`` into time order; equal times keep their order."""
    for code in range(len(indptr) - 1):
        start, end = indptr[code], indptr[code + 1]
        for at in range(start + 1, end):
            if times[order[at]] < times[order[at - 1]]:
                rows = order[start:end].copy()
                order[start:end] = rows[np.argsort(times[rows], kind="mergesort")]
                break


def order_by_time_reference(indptr: Places, order: Order, times: Places) -> Order:
    """The same for all groups at once, as a new array."""
    owners = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    return order[np.lexsort((np.arange(len(order)), times[order], owners))]
