"""Stochastic gradient descent of matrix factorisation: one positive and one negative after the other, compiled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit
from numpy import float32, uint64

from core.kernels.membership import Seen, has_seen, unseen_at
from core.kernels.prefetch import LINE, prefetch
from core.kernels.sampling import ATTEMPTS, SPAN
from core.kernels.schedule import Order
from core.kernels.streams import below, stream_of, word

Table = npt.NDArray[np.float32]

BPR, HINGE, BCE, WARP = 0, 1, 2, 3
LOSS_CODES = {"bpr": BPR, "hinge": HINGE, "bce": BCE, "warp": WARP}

CHUNK = 512
"""Triples whose negatives are drawn before they are learned from: two tight loops are faster than one long one."""
AHEAD = 8
"""Triples between asking for the rows and needing them."""
SPECIAL_FACTORS = (64,)
"""Factor counts known when compiling. At 64 unrolled loops are a fifth faster; at 8, 16 and 32 the compiler unrolls
them before it sees vectors, which is slower than not knowing; at 128 there is no difference."""
LOGISTIC_RANGE = 16.0
CELLS = 4096
"""The logistic function is a table of straight pieces over ±16: it is off by less than 1e-6, and 5 times faster."""
BINS = 64
BIN_RANGE = 8.0

# NaN and infinity must come through; only the order of sums is left free, so that they can run in vector registers
RELAXED = {"reassoc", "contract", "nsz", "arcp"}


class Tables(NamedTuple):
    """What is learned.

    Attributes:
        users: ``[users, factors]`` float32, C-contiguous.
        items: ``[items, factors]`` float32, C-contiguous.
        item_bias: ``[items]`` float32; empty without biases.
    """

    users: Table
    items: Table
    item_bias: Table


class Positives(NamedTuple):
    """Training events: user and item of each, ``[positives]`` int32."""

    users: npt.NDArray[np.int32]
    items: npt.NDArray[np.int32]


class Rule(NamedTuple):
    """How a triple changes the tables.

    Attributes:
        loss: one of LOSS_CODES.
        negatives: negatives per positive (WARP finds its own one).
        trials: most draws of WARP.
        margin: of hinge.
        learning_rate: size of a step.
        l2: each step adds l2 · w to the gradient of the rows of u, i and j; biases are left out.
    """

    loss: int
    negatives: int
    trials: int
    margin: np.float32
    learning_rate: np.float32
    l2: np.float32


class Constants(NamedTuple):
    """Numbers looked up rather than computed.

    Attributes:
        logistic: ``[CELLS, 4]`` float32: σ(−x) and softplus(−x) at the left end of each piece, each with its change.
        rank_weights: ``[items + 1]`` float32, Φ(r) = Σ 1/k for k up to r.
    """

    logistic: Table
    rank_weights: Table


def constants(n_items: int) -> Constants:
    """Make the tables of constants."""
    x = np.linspace(-LOGISTIC_RANGE, LOGISTIC_RANGE, CELLS + 1)
    slope, loss = 1 / (1 + np.exp(x)), np.logaddexp(0, -x)
    table = np.stack([slope[:-1], np.diff(slope), loss[:-1], np.diff(loss)], 1)
    # beyond the range: loss −x on the left, 0 on the right
    table[-1, 3] = 0
    harmonic = np.concatenate([np.zeros(1), np.cumsum(1 / np.arange(1, n_items + 1))])
    return Constants(table.astype(np.float32), harmonic.astype(np.float32))


def lanes_of(factors: int) -> tuple[int, ...]:
    """A tuple whose length is part of its type: factors / 8 where a special kernel exists, else empty."""
    return (0,) * (factors // 8) if factors in SPECIAL_FACTORS else ()


def empty_table(rows: int, factors: int) -> Table:
    """An uninitialised table that starts on a cache line, ``[rows, factors]`` float32."""
    raw = np.empty(rows * factors + LINE, np.float32)
    start = (-raw.ctypes.data % (LINE * 4)) // 4
    return raw[start : start + rows * factors].reshape(rows, factors)


@njit(nogil=True, cache=True)
def last_resort(
    indptr: npt.NDArray[np.int64],
    items: npt.NDArray[np.int32],
    bits: npt.NDArray[np.uint64],
    n_items: int,
    catalogue: Order,
    user: uint64,
    drawn: uint64,
) -> np.int64:
    """Index into the unseen items of the catalogue (empty for all) with a random word; -1 when there is none."""
    if len(catalogue) == 0:
        unseen = n_items - (indptr[user + uint64(1)] - indptr[user])
        if unseen == 0:
            return np.int64(-1)
        return np.int64(unseen_at(indptr, items, user, np.int64(below(drawn, uint64(unseen)))))
    count = 0
    for at in range(len(catalogue)):
        count += not has_seen(indptr, items, bits, user, uint64(catalogue[at]))
    if count == 0:
        return np.int64(-1)
    place = np.int64(below(drawn, uint64(count)))
    for at in range(len(catalogue)):
        place -= not has_seen(indptr, items, bits, user, uint64(catalogue[at]))
        if place < 0:
            return np.int64(catalogue[at])
    return np.int64(-1)


@njit(nogil=True, cache=True, fastmath=RELAXED, forceinline=True)
def logistic(x: float32, table: Table) -> tuple[float32, float32]:
    """σ(−x) and softplus(−x); NaN and infinite x come through in the second."""
    place = (x + float32(LOGISTIC_RANGE)) * float32(CELLS / (2 * LOGISTIC_RANGE))
    # written so that NaN ends at 0
    inside = place if place > float32(0) else float32(0)
    inside = inside if inside < float32(CELLS - 1) else float32(CELLS - 1)
    cell = uint64(np.uint32(inside))
    past = place - float32(cell)
    within = past if past > float32(0) else float32(0)
    within = within if within < float32(1) else float32(1)
    return table[cell, 0] + within * table[cell, 1], table[cell, 2] + past * table[cell, 3]


@njit(nogil=True, cache=True, forceinline=True)
def bin_of(x: float32) -> int:
    """Bin of a difference, the outermost ones for what lies outside; NaN counts in the first."""
    place = (x + float32(BIN_RANGE)) * float32(BINS / (2 * BIN_RANGE))
    place = place if place > float32(0) else float32(0)
    place = place if place < float32(BINS - 1) else float32(BINS - 1)
    return int(np.uint32(place))


@njit(nogil=True, cache=True)
def draw_triples(
    positives: Positives,
    seen: Seen,
    order: Order,
    catalogue: Order,
    negatives: int,
    key: uint64,
    triples: npt.NDArray[np.uint32],
) -> int:
    """Fill the columns of ``triples`` ``[3, ...]`` with (user, item, negative); how many there are.

    With an empty catalogue the negatives are those of ``sampling.draw_uniform`` for rows numbered as the positives;
    else they are drawn from the catalogue.
    """
    owners, owned = positives.users, positives.items
    indptr, items, bits, n_items = seen.indptr, seen.items, seen.bits, seen.n_items
    listed = len(catalogue)
    bound = uint64(listed if listed else n_items)
    count = 0
    for at in range(len(order)):
        positive = uint64(order[at])
        user = uint64(owners[positive])
        stream = stream_of(key, positive)
        for column in range(negatives):
            negative = np.int64(-1)
            for attempt in range(ATTEMPTS):
                drawn = below(word(stream, uint64(column * SPAN + attempt)), bound)
                if listed:
                    drawn = uint64(catalogue[drawn])
                if not has_seen(indptr, items, bits, user, drawn):
                    negative = np.int64(drawn)
                    break
            if negative < 0:
                drawn = word(stream, uint64(column * SPAN + ATTEMPTS))
                negative = last_resort(indptr, items, bits, n_items, catalogue, user, drawn)
            triples[0, count] = user
            triples[1, count] = owned[positive]
            triples[2, count] = max(negative, np.int64(0))
            count += int(negative >= 0)
    return count


@njit(nogil=True, cache=True, fastmath=RELAXED, error_model="numpy")
def learn_drawn(
    lanes: tuple[int, ...],
    tables: Tables,
    positives: Positives,
    seen: Seen,
    order: Order,
    catalogue: Order,
    rule: Rule,
    fixed: Constants,
    key: uint64,
    histogram: npt.NDArray[np.int64],
) -> tuple[float, int, int]:
    """Walk positives in the given order with BPR, hinge or binary cross-entropy, each against its uniform negatives.

    In cross-entropy a positive's own point is spread over its triples, so that it weighs as much as one negative.

    Args:
        lanes: ``lanes_of(factors)``.
        order: the positives to walk, ``[n]``.
        catalogue: items that negatives are taken from; empty for all.
        key: together with the positive's number it decides the negatives.
        histogram: ``[BINS]``, added to: differences s⁺ − s⁻ over ±BIN_RANGE.

    Returns:
        Sum of the triples' losses, number of triples, number of positives without a negative.
    """
    of_users, of_items, bias = tables.users, tables.items, tables.item_bias
    factors = 8 * len(lanes) if len(lanes) else of_users.shape[1]
    biased = len(bias) > 0
    table = fixed.logistic
    step = rule.learning_rate
    keep = float32(1) - step * rule.l2
    share = float32(1) / float32(rule.negatives)
    a_time = max(CHUNK // rule.negatives, 1)
    triples = np.zeros((3, a_time * rule.negatives + AHEAD), np.uint32)
    users, items, negatives = triples[0], triples[1], triples[2]
    differences = np.empty(len(users), np.float32)
    total, learned, skipped = 0.0, 0, 0
    for first in range(0, len(order), a_time):
        some = order[first : first + a_time]
        count = draw_triples(positives, seen, some, catalogue, rule.negatives, key, triples)
        skipped += len(some) - count // rule.negatives
        learned += count
        for at in range(count):
            for column in range(0, factors, LINE):
                prefetch(of_users, uint64(users[at + AHEAD]), uint64(column))
                prefetch(of_items, uint64(items[at + AHEAD]), uint64(column))
                prefetch(of_items, uint64(negatives[at + AHEAD]), uint64(column))
            item, negative = uint64(items[at]), uint64(negatives[at])
            u, i, j = of_users[uint64(users[at])], of_items[item], of_items[negative]
            if rule.loss == BCE:
                high, low = float32(0), float32(0)
                for factor in range(factors):
                    high += u[factor] * i[factor]
                    low += u[factor] * j[factor]
                if biased:
                    high += bias[item]
                    low += bias[negative]
                x = high - low
                up, loss = logistic(high, table)
                down, other = logistic(-low, table)
                up, loss = up * share, loss * share + other
            else:
                x = float32(0)
                for factor in range(factors):
                    x += u[factor] * (i[factor] - j[factor])
                if biased:
                    x += bias[item] - bias[negative]
                if rule.loss == BPR:
                    up, loss = logistic(x, table)
                else:
                    loss = rule.margin - x
                    # written so that NaN stays
                    loss = float32(0) if loss <= float32(0) else loss
                    up = float32(1) if loss > float32(0) else float32(0)
                down = up
            total += float(loss)
            differences[at] = x
            up, down = up * step, down * step
            for factor in range(factors):
                w, p, q = u[factor], i[factor], j[factor]
                u[factor] = keep * w + (up * p - down * q)
                i[factor] = keep * p + up * w
                j[factor] = keep * q - down * w
            if biased:
                bias[item] += up
                bias[negative] -= down
        for at in range(count):
            histogram[bin_of(differences[at])] += 1
    return total, learned, skipped
