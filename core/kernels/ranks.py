"""Count, for every held-out item, the candidates that score higher and those that score the same."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit
from numpy import uint64

Scores = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int32]


@njit(nogil=True, cache=True)
def count_full(
    scores: Scores,
    start: int,
    stop: int,
    users: Codes,
    hidden_indptr: Places,
    hidden_items: Codes,
    held_indptr: Places,
    held_items: Codes,
    above: Counts,
    equal: Counts,
    candidates: Counts,
) -> int:
    """Rank the held-out items of some users against the whole catalogue but what is hidden.

    The whole row is swept once for each held-out item, without a branch, then what is no candidate is taken off
    again: hidden items, and all held-out items of the user (they are never hidden, and never candidates against
    each other). Counting 27,000 scores takes 2 us.

    Args:
        scores: ``[rows, items]``; rows ``start`` to ``stop`` are counted.
        users: user row of each row, ``[rows]``.
        hidden_indptr, hidden_items: CSR over all users, items ascending and distinct within a user.
        held_indptr: ``[rows + 1]``, places in ``held_items``.
        held_items: ``[held-out]``, ascending and distinct within a user.
        above, equal: ``[held-out]``, written: candidates with a higher and with the same score.
        candidates: ``[rows]``, written: items that are neither hidden nor held out.

    Returns:
        The first row with a NaN, -1 if there is none.
    """
    for row in range(start, stop):
        line = scores[row]
        hidden = hidden_items[hidden_indptr[users[row]] : hidden_indptr[users[row] + 1]]
        first, last = held_indptr[row], held_indptr[row + 1]
        held = held_items[first:last]
        # what is held out and hidden too is taken off once
        removed = np.empty(len(held), np.int32)
        others = 0
        for item in held:
            if not has(hidden, item):
                removed[others] = item
                others += 1
        removed = removed[:others]
        if len(held) == 0 and has_nan(line):
            return row
        for place in range(first, last):
            mine = line[uint64(held_items[place])]
            higher, same, lower = _sweep(line, mine)
            if higher + same + lower < len(line):
                return row
            for item in hidden:
                higher = np.int32(higher - (line[uint64(item)] > mine))
                same = np.int32(same - (line[uint64(item)] == mine))
            for item in removed:
                higher = np.int32(higher - (line[uint64(item)] > mine))
                same = np.int32(same - (line[uint64(item)] == mine))
            above[place] = higher
            equal[place] = same
        candidates[row] = len(line) - len(hidden) - len(removed)
    return -1


@njit(nogil=True, cache=True)
def count_listed(
    scores: Scores,
    start: int,
    stop: int,
    users: Codes,
    listed_indptr: Places,
    listed_items: Codes,
    held_indptr: Places,
    held_items: Codes,
    above: Counts,
    equal: Counts,
    candidates: Counts,
) -> int:
    """Rank the held-out items of some users against given candidates; arguments as in ``count_full``.

    Args:
        listed_indptr, listed_items: CSR over all users: the candidates, distinct, no held-out item among them.
    """
    for row in range(start, stop):
        line = scores[row]
        listed = listed_items[listed_indptr[users[row]] : listed_indptr[users[row] + 1]]
        if has_nan(line):
            return row
        for place in range(held_indptr[row], held_indptr[row + 1]):
            mine = line[held_items[place]]
            higher, same = 0, 0
            for item in listed:
                higher += line[item] > mine
                same += line[item] == mine
            above[place] = higher
            equal[place] = same
        candidates[row] = len(listed)
    return -1


@njit(nogil=True, cache=True)
def has_nan(line: Scores) -> bool:
    """Whether any score is NaN."""
    found = np.int32(0)
    for item in range(len(line)):
        found = np.int32(found + (line[item] != line[item]))
    return bool(found > 0)


@njit(nogil=True, cache=True)
def _sweep(line: Scores, mine: np.float32) -> tuple[np.int32, np.int32, np.int32]:
    """How many scores are higher, the same and lower; fewer than there are where one is NaN."""
    # counters as narrow as the scores: twice as many fit in a vector register
    higher, same, lower = np.int32(0), np.int32(0), np.int32(0)
    for item in range(len(line)):
        higher = np.int32(higher + (line[item] > mine))
        same = np.int32(same + (line[item] == mine))
        lower = np.int32(lower + (line[item] < mine))
    return higher, same, lower


@njit(nogil=True, cache=True)
def has(ascending: Codes, item: int) -> bool:
    """Whether an ascending list has the item."""
    low, high = 0, len(ascending)
    while low < high:
        middle = (low + high) >> 1
        if ascending[middle] < item:
            low = middle + 1
        else:
            high = middle
    return low < len(ascending) and ascending[low] == item


def count_full_reference(
    scores: Scores, hidden: list[Codes], held: list[Codes]
) -> tuple[list[int], list[int], list[int]]:
    """The same by masks: above and equal for each held-out item, candidates for each row."""
    allowed = []
    for row in range(len(scores)):
        mask = np.ones(scores.shape[1], np.bool_)
        mask[hidden[row]] = False
        mask[held[row]] = False
        allowed.append(np.flatnonzero(mask).astype(np.int32))
    return count_listed_reference(scores, allowed, held)


def count_listed_reference(
    scores: Scores, listed: list[Codes], held: list[Codes]
) -> tuple[list[int], list[int], list[int]]:
    """The same by comparing arrays."""
    above, equal = [], []
    for line, items, mine in zip(scores, listed, held, strict=True):
        for item in mine:
            above.append(int(np.sum(line[items] > line[item])))
            equal.append(int(np.sum(line[items] == line[item])))
    return above, equal, [len(items) for items in listed]
