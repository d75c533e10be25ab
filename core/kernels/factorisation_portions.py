"""Stochastic gradient descent of matrix factorisation where items come in portions: drawing needs no other memory."""

from __future__ import annotations

from typing import NamedTuple

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
from core.kernels.membership import SCATTER
from core.kernels.portions import PLACE
from core.kernels.sampling import ATTEMPTS, SPAN
from core.kernels.schedule import Cells, Items, shuffle
from core.kernels.streams import below, word

Bits = npt.NDArray[np.uint64]

SIEVE = 65_536
"""Bits of a sieve of which CHUNK or some more are set: 8 KB stay in the first cache with what else a draw needs."""


class Room(NamedTuple):
    """What is written while triples are drawn.

    Attributes:
        met: a bit for each item of the portion, zero, and left so.
        sieve: ``[SIEVE / 64]``, zero, and left so.
        order, guesses: ``[triples or more]``.
        again: ``[more than triples]``.
    """

    met: Bits
    sieve: Bits
    order: Cells
    guesses: npt.NDArray[np.uint32]
    again: npt.NDArray[np.uint32]


@njit(nogil=True, cache=True)
def room_for(members: int, triples: int) -> Room:
    """Room for drawing so many triples with items of a portion."""
    return Room(
        np.zeros(members // 64 + 1, np.uint64),
        np.zeros(SIEVE // 64, np.uint64),
        np.empty(triples, np.uint64),
        np.empty(triples, np.uint32),
        np.empty(triples + 1, np.uint32),
    )


@njit(nogil=True, cache=True, forceinline=True)
def in_sieve(user: uint64, place: uint64) -> uint64:
    """Bit of a user and a place in the portion: those of a user fall as far apart as they are."""
    return (((user * uint64(SCATTER)) >> uint64(16)) ^ place) & uint64(SIEVE - 1)


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
def run_of(cells: Cells, at: int) -> tuple[int, int]:
    """Where the cells of one's user begin and end."""
    user = cells[at] >> uint64(32)
    begin, end = at, at + 1
    while begin > 0 and cells[begin - 1] >> uint64(32) == user:
        begin -= 1
    while end < len(cells) and cells[end] >> uint64(32) == user:
        end += 1
    return begin, end


@njit(nogil=True, cache=True, error_model="numpy")
def draw_again(
    cells: Cells,
    first: int,
    row: uint64,
    members: Items,
    negatives: int,
    key: uint64,
    room: Room,
    again: uint64,
    drawn: npt.NDArray[np.uint32],
) -> int:
    """Draw anew where the user has met what was drawn; how many there is nothing for.

    Args:
        again: how many of ``room.again`` to look at.
        first: of the cells whose draws these are; for the other arguments see ``draw_in_portion``.
        drawn: negatives in the order of ``room.order``, in which the others are put, or NOTHING.
    """
    met, size, missing = room.met, uint64(len(members)), 0
    start, one, low = (row + uint64(first)) * uint64(negatives), uint64(1), uint64(63)
    begin = end = 0
    for at in range(again):
        number = uint64(room.again[at])
        owner = first + int(number // uint64(negatives))
        if not begin <= owner < end:
            for each in range(uint64(begin), uint64(end)):
                met[(cells[each] & uint64(PLACE)) >> uint64(6)] = 0
            begin, end = run_of(cells, owner)
            for each in range(uint64(begin), uint64(end)):
                place = cells[each] & uint64(PLACE)
                met[place >> uint64(6)] |= one << (place & low)
        found = uint64(room.guesses[number])
        if (met[found >> uint64(6)] >> (found & low)) & one:
            other = another(key, (start + number) * uint64(SPAN), size, met)
            drawn[uint64(room.order[number])] = NOTHING if other < 0 else members[uint64(other)]
            missing += int(other < 0)
    for each in range(uint64(begin), uint64(end)):
        met[(cells[each] & uint64(PLACE)) >> uint64(6)] = 0
    return missing


@njit(nogil=True, cache=True, error_model="numpy")
def draw_in_portion(
    cells: Cells,
    first: int,
    stop: int,
    row: uint64,
    members: Items,
    negatives: int,
    key: uint64,
    room: Room,
    triples: npt.NDArray[np.uint32],
) -> int:
    """Fill the columns of ``triples`` ``[3, ...]`` with (user, item, negative) in random order; how many there are.

    The negatives are items of the portion that the user has not met, all equally likely; the draws are those of
    ``draw_triples``. As the cells are all that a user has met in the portion, and stand together, whether a user may
    have met an item is asked of a sieve of a few kilobytes, and only where it says so of the cells.

    Args:
        cells: all positives of the window with items of the portion, each user's together, ``[n]``.
        first, stop: those to fill in.
        row: number of the first of all.
        members: items of the portion.
        key: with the row it decides every draw, and the order.
        room: for ``(stop - first) · negatives`` triples or more.
    """
    users, owned, drawn = triples[0], triples[1], triples[2]
    sieve, order, guesses, again = room.sieve, room.order, room.guesses, room.again
    size, count = uint64(len(members)), (stop - first) * negatives
    start = (row + uint64(first)) * uint64(negatives)
    for at in range(count):
        order[at] = at
    shuffle(order[:count], start, key)
    # a plain loop of its own runs in vector registers
    for at in range(count):
        guesses[at] = below(word(key, (start + uint64(at)) * uint64(SPAN)), size)
    one, low = uint64(1), uint64(63)
    for each in range(uint64(run_of(cells, first)[0]), uint64(run_of(cells, stop - 1)[1])):
        bit = in_sieve(cells[each] >> uint64(32), cells[each] & uint64(PLACE))
        sieve[bit >> uint64(6)] |= one << (bit & low)
    rejected = uint64(0)
    # one negative of all after the other: an inner loop over a few is slower
    for column in range(negatives):
        number = uint64(column)
        for each in range(uint64(first), uint64(stop)):
            user, item = cells[each] >> uint64(32), members[cells[each] & uint64(PLACE)]
            to, found = order[number], uint64(guesses[number])
            users[to], owned[to], drawn[to] = user, item, members[found]
            bit = in_sieve(user, found)
            again[rejected] = number
            rejected += (sieve[bit >> uint64(6)] >> (bit & low)) & one
            number += uint64(negatives)
    sieve[:] = 0
    missing = draw_again(cells, first, row, members, negatives, key, room, rejected, drawn) if rejected else 0
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
    room = room_for(len(members), a_time * rule.negatives)
    total, learned, skipped = 0.0, 0, 0
    for first in range(0, len(cells), a_time):
        stop = min(first + a_time, len(cells))
        count = draw_in_portion(cells, first, stop, row, members, rule.negatives, key, room, triples)
        skipped += stop - first - count // rule.negatives
        learned += count
        total += descend(lanes, tables, triples, count, rule, fixed, differences, histogram)
    return total, learned, skipped
