"""Has the user met the item in training? A bitmap where it fits, else a sieve and a search in the user's items."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit
from numpy import uint64

if TYPE_CHECKING:
    from core.data.interactions import Pairs

BITMAP_BUDGET = 512 * 2**20
"""Bytes that a bitmap may take."""
SIEVE = 32
"""Bits of the sieve for each pair: so many unseen items in one are taken for seen, and need the search."""
SCATTER = 0x9E3779B1
"""2^32 divided by the golden ratio, a prime: neighbouring items fall far apart (Knuth, TAOCP 3, 6.4)."""


class Seen(NamedTuple):
    """Distinct training pairs in the form that compiled loops take.

    Attributes:
        indptr: ``[users + 1]`` int64.
        items: ``[pairs]`` int32, ascending within a user.
        bits: bitmap ``[users, words]`` uint64, bit ``item % 64`` of word ``item // 64``; or a sieve ``[1, words]``,
            SIEVE bits a pair in the order of the pairs, where an item has its bit among those of its user; or no rows.
        n_items: size of the item universe.
    """

    indptr: npt.NDArray[np.int64]
    items: npt.NDArray[np.int32]
    bits: npt.NDArray[np.uint64]
    n_items: int


def seen_of(pairs: Pairs, budget: int = BITMAP_BUDGET) -> Seen:
    """Prepare pairs for the kernels.

    Args:
        budget: bytes that a bitmap may take. Past it there is a sieve of 4 bytes a pair; with 0 there is neither.
    """
    words = -(-pairs.n_items // 64)
    if pairs.n_users * words * 8 <= budget:
        bits = np.zeros((pairs.n_users, words), np.uint64)
        mark(pairs.indptr, pairs.items, bits)
    else:
        bits = np.zeros((int(budget > 0 and pairs.n_users > 1), len(pairs) * SIEVE // 64 + 1), np.uint64)
        if len(bits):
            put_into_sieve(pairs.indptr, pairs.items, bits)
    return Seen(pairs.indptr, pairs.items, bits, pairs.n_items)


@njit(nogil=True, cache=True)
def mark(indptr: npt.NDArray[np.int64], items: npt.NDArray[np.int32], bits: npt.NDArray[np.uint64]) -> None:
    """Set the bit of every pair."""
    for user in range(len(indptr) - 1):
        for at in range(indptr[user], indptr[user + 1]):
            item = uint64(items[at])
            bits[user, item >> uint64(6)] |= uint64(1) << (item & uint64(63))


@njit(nogil=True, cache=True)
def put_into_sieve(indptr: npt.NDArray[np.int64], items: npt.NDArray[np.int32], bits: npt.NDArray[np.uint64]) -> None:
    """Set the bit of every pair."""
    for user in range(len(indptr) - 1):
        for at in range(indptr[user], indptr[user + 1]):
            bit = _in_sieve(indptr, uint64(user), uint64(items[at]))
            bits[0, bit >> uint64(6)] |= uint64(1) << (bit & uint64(63))


@njit(nogil=True, cache=True, forceinline=True)
def _in_sieve(indptr: npt.NDArray[np.int64], user: uint64, item: uint64) -> uint64:
    start = uint64(indptr[user])
    room = (uint64(indptr[user + uint64(1)]) - start) * uint64(SIEVE)
    scattered = (item * uint64(SCATTER)) & uint64(0xFFFFFFFF)
    return start * uint64(SIEVE) + ((scattered * room) >> uint64(32))


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
    if bits.shape[0] == len(indptr) - 1:
        return bool(may_have_seen(indptr, bits, user, item))
    return bool(may_have_seen(indptr, bits, user, item) and _searched(indptr, items, user, item))


@njit(nogil=True, cache=True, forceinline=True)
def may_have_seen(indptr: npt.NDArray[np.int64], bits: npt.NDArray[np.uint64], user: uint64, item: uint64) -> bool:
    """False only where ``has_seen`` is: what bitmap or sieve say, without the call of the search."""
    if bits.shape[0] == len(indptr) - 1:
        return bool((bits[user, item >> uint64(6)] >> (item & uint64(63))) & uint64(1))
    if bits.shape[0] == 1:
        bit = _in_sieve(indptr, user, item)
        return bool((bits[uint64(0), bit >> uint64(6)] >> (bit & uint64(63))) & uint64(1))
    return True


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
