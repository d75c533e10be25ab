"""Has the user met the item in training? A bitmap where it fits, else a search in the user's sorted items."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit
from numpy import uint64

if TYPE_CHECKING:
    from core.data.interactions import Pairs

BITMAP_BUDGET = 512 * 2**20
"""Bytes that a bitmap may take. It halves the time of a draw on small data; past the budget the search is used."""


class Seen(NamedTuple):
    """Distinct training pairs in the form that compiled loops take.

    Attributes:
        indptr: ``[users + 1]`` int64.
        items: ``[pairs]`` int32, ascending within a user.
        bits: ``[users, words]`` uint64, bit ``item % 64`` of word ``item // 64``; no rows when there is no bitmap.
        n_items: size of the item universe.
    """

    indptr: npt.NDArray[np.int64]
    items: npt.NDArray[np.int32]
    bits: npt.NDArray[np.uint64]
    n_items: int


def seen_of(pairs: Pairs, budget: int = BITMAP_BUDGET) -> Seen:
    """Prepare pairs for the kernels; ``budget`` is in bytes."""
    words = -(-pairs.n_items // 64)
    fits = pairs.n_users * words * 8 <= budget
    bits = np.zeros((pairs.n_users if fits else 0, words), np.uint64)
    if fits:
        mark(pairs.indptr, pairs.items, bits)
    return Seen(pairs.indptr, pairs.items, bits, pairs.n_items)


@njit(nogil=True, cache=True)
def mark(indptr: npt.NDArray[np.int64], items: npt.NDArray[np.int32], bits: npt.NDArray[np.uint64]) -> None:
    """Set the bit of every pair."""
    for user in range(len(indptr) - 1):
        for at in range(indptr[user], indptr[user + 1]):
            item = uint64(items[at])
            bits[user, item >> uint64(6)] |= uint64(1) << (item & uint64(63))


# The functions below take the arrays of Seen one by one: taking a field out of a tuple inside a loop counts references
# with atomic instructions, and doubles the time of a draw.


@njit(nogil=True, cache=True, forceinline=True)
def has_seen(
    indptr: npt.NDArray[np.int64],
    items: npt.NDArray[np.int32],
    bits: npt.NDArray[np.uint64],
    user: uint64,
    item: uint64,
) -> bool:
    """Whether the pair is in the set."""
    if bits.shape[0] > 0:
        return bool((bits[user, item >> uint64(6)] >> (item & uint64(63))) & uint64(1))
    return bool(_searched(indptr, items, user, item))


@njit(nogil=True, cache=True)
def _searched(indptr: npt.NDArray[np.int64], items: npt.NDArray[np.int32], user: uint64, item: uint64) -> bool:
    low, high = indptr[user], indptr[user + uint64(1)]
    while low < high:
        middle = (low + high) >> 1
        if uint64(items[middle]) < item:
            low = middle + 1
        else:
            high = middle
    return bool(low < indptr[user + uint64(1)] and uint64(items[low]) == item)


@njit(nogil=True, cache=True)
def unseen_at(indptr: npt.NDArray[np.int64], items: npt.NDArray[np.int32], user: uint64, place: np.int64) -> int:
    """The item at a place (0, 1, ...) of the user's unseen items in ascending order; logarithmic in the history.

    Before the seen item at position p of the history lie ``items[p] - p`` unseen ones.
    """
    start = indptr[user]
    low, high = start, indptr[user + uint64(1)]
    while low < high:
        middle = (low + high) >> 1
        if items[middle] - (middle - start) > place:
            high = middle
        else:
            low = middle + 1
    return int(place + (low - start))


def has_seen_reference(pairs: Pairs, user: int, item: int) -> bool:
    """``has_seen`` by looking through the list."""
    return item in pairs.of(user).tolist()


def unseen_reference(pairs: Pairs, user: int) -> npt.NDArray[np.int64]:
    """All unseen items of a user, ascending; ``unseen_at`` gives one of them."""
    return np.setdiff1d(np.arange(pairs.n_items), pairs.of(user))
