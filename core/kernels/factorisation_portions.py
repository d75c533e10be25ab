"""Stochastic gradient descent of matrix factorisation where items come in portions: drawing needs no other memory."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit
from numpy import uint64

from core.kernels.factorisation import (
    AHEAD,
    CHUNK,
    NOTHING,
    RELAXED,
    Constants,
    Rule,
    Tables,
    descend,
    without_missing,
)
from core.kernels.portions import PLACE
from core.kernels.sampling import ATTEMPTS, SPAN
from core.kernels.schedule import Cells, Items, shuffle
from core.kernels.streams import below, word

Bits = npt.NDArray[np.uint64]


@njit(nogil=True, cache=True, error_model="numpy")
def another(key: uint64, place: uint64, size: uint64, met: Bits) -> np.int64:
    """A place that is not marked, by the draws after the first one; -1 when there is none."""
    for attempt in range(1, ATTEMPTS):
        found = below(word(key, place + uint64(attempt)), size)
        if not (met[found >> uint64(6)] >> (found & uint64(63))) & uint64(1):
            return np.int64(found)
    left = uint64(0)
    for at in range(size):
        left += ~(met[at >> uint64(6)] >> (at & uint64(63))) & uint64(1)
    if left == 0:
        return np.int64(-1)
    goal = np.int64(below(word(key, place + uint64(ATTEMPTS)), left))
    for at in range(size):
        goal -= np.int64(~(met[at >> uint64(6)] >> (at & uint64(63))) & uint64(1))
        if goal < 0:
            return np.int64(at)
    return np.int64(-1)


@njit(nogil=True, cache=True, error_model="numpy")
def draw_in_portion(
    cells: Cells,
    first: int,
    stop: int,
    row: uint64,
    members: Items,
    negatives: int,
    key: uint64,
    met: Bits,
    order: Cells,
    guesses: npt.NDArray[np.uint32],
    triples: npt.NDArray[np.uint32],
) -> int:
    """Fill the columns of ``triples`` ``[3, ...]`` with (user, item, negative) in random order; how many there are.

    The negatives are items of the portion that the user has not met, all equally likely; the draws are those of
    ``draw_triples``. As the cells are all that a user has met in the portion, and stand together, whether a user has
    met an item is asked of a few hundred bytes that are marked for one user after the other.

    Args:
        cells: all positives of the window with items of the portion, each user's together, ``[n]``.
        first, stop: those to fill in.
        row: number of the first of all.
        members: items of the portion.
        key: with the row it decides every draw, and the order.
        met: ``[len(members) // 64 + 1]``, zero, and left so.
        order, guesses: ``[(stop - first) · negatives or more]``, written.
    """
    users, owned, drawn = triples[0], triples[1], triples[2]
    size, count = uint64(len(members)), (stop - first) * negatives
    start = (row + uint64(first)) * uint64(negatives)
    for at in range(count):
        order[at] = at
    shuffle(order[:count], start, key)
    # a plain loop of its own runs in vector registers
    for at in range(count):
        guesses[at] = below(word(key, (start + uint64(at)) * uint64(SPAN)), size)
    one, low, missing = uint64(1), uint64(63), 0
    at = first
    while at < stop:
        user = cells[at] >> uint64(32)
        begin, end = at, at + 1
        while begin > 0 and cells[begin - 1] >> uint64(32) == user:
            begin -= 1
        while end < len(cells) and cells[end] >> uint64(32) == user:
            end += 1
        for each in range(uint64(begin), uint64(end)):
            place = cells[each] & uint64(PLACE)
            met[place >> uint64(6)] |= one << (place & low)
        for each in range(uint64(at), uint64(min(end, stop))):
            item = members[cells[each] & uint64(PLACE)]
            number = (each - uint64(first)) * uint64(negatives)
            for which in range(number, number + uint64(negatives)):
                to, found = order[which], uint64(guesses[which])
                users[to], owned[to], drawn[to] = user, item, members[found]
                if (met[found >> uint64(6)] >> (found & low)) & one:
                    other = another(key, (start + which) * uint64(SPAN), size, met)
                    drawn[to] = NOTHING if other < 0 else members[uint64(other)]
                    missing += int(other < 0)
        for each in range(uint64(begin), uint64(end)):
            met[(cells[each] & uint64(PLACE)) >> uint64(6)] = 0
        at = end
    return without_missing(triples, count) if missing else count


@njit(nogil=True, cache=True, fastmath=RELAXED, error_model="numpy")
def learn_in_portion(
    lanes: tuple[int, ...],
    tables: Tables,
    cells: Cells,
    row: uint64,
    members: Items,
    rule: Rule,
    fixed: Constants,
    key: uint64,
    histogram: npt.NDArray[np.int64],
) -> tuple[float, int, int]:
    """As ``learn_drawn`` for all positives of a window with items of one portion, some hundreds mixed at a time.

    Args:
        cells: the positives, user and place of the item in the portion, each user's together.
        members: items of the portion.
    """
    a_time = max(CHUNK // rule.negatives, 1)
    triples = np.zeros((3, a_time * rule.negatives + AHEAD), np.uint32)
    differences = np.empty(a_time * rule.negatives, np.float32)
    order = np.empty(a_time * rule.negatives, np.uint64)
    guesses = np.empty(a_time * rule.negatives, np.uint32)
    met = np.zeros(len(members) // 64 + 1, np.uint64)
    total, learned, skipped = 0.0, 0, 0
    for first in range(0, len(cells), a_time):
        stop = min(first + a_time, len(cells))
        count = draw_in_portion(cells, first, stop, row, members, rule.negatives, key, met, order, guesses, triples)
        skipped += stop - first - count // rule.negatives
        learned += count
        total += descend(lanes, tables, triples, count, rule, fixed, differences, histogram)
    return total, learned, skipped
