"""Stochastic gradient descent of matrix factorisation: one positive and one negative after the other, compiled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit
from numpy import float32, uint64

from core.kernels.membership import Seen, has_seen, may_have_seen, unseen_at
from core.kernels.prefetch import LINE, prefetch
from core.kernels.sampling import ATTEMPTS, SPAN
from core.kernels.schedule import Cells, Items
from core.kernels.streams import below, word
from core.kernels.vectors import gap, scores, step

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
NOTHING = np.uint32(2**32 - 1)
"""Stands for a negative while there is none."""

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


@njit(nogil=True, cache=True, error_model="numpy", forceinline=True)
def fetch(lanes: tuple[int, ...], users: Table, items: Table, user: uint64, item: uint64, negative: uint64) -> None:
    """Ask for the rows of a triple."""
    for column in range(0, 8 * len(lanes) if len(lanes) else users.shape[1], LINE):
        prefetch(users, user, uint64(column))
        prefetch(items, item, uint64(column))
        prefetch(items, negative, uint64(column))


@njit(nogil=True, cache=True)
def last_resort(
    indptr: npt.NDArray[np.int64],
    items: npt.NDArray[np.int32],
    bits: npt.NDArray[np.uint64],
    n_items: int,
    catalogue: Items,
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


@njit(nogil=True, cache=True, error_model="numpy")
def draw_triples(
    cells: Cells,
    row: uint64,
    seen: Seen,
    catalogue: Items,
    negatives: int,
    key: uint64,
    triples: npt.NDArray[np.uint32],
) -> int:
    """Fill the columns of ``triples`` ``[3, ...]`` with (user, item, negative); how many there are.

    The negatives are unseen items of the catalogue (empty for all items), all equally likely. The draws of negative n
    of row r are the words from place (r · negatives + n) · SPAN of the stream that is the key.

    Args:
        cells: positives, ``[n]``; n times negatives fit into ``triples``.
        row: number of the first positive.
        key: with the row it decides every draw.
    """
    indptr, items, bits, n_items = seen.indptr, seen.items, seen.bits, seen.n_items
    users, owned, drawn = triples[0], triples[1], triples[2]
    listed = len(catalogue)
    bound = uint64(listed if listed else n_items)
    count = len(cells) * negatives
    start = row * uint64(negatives)
    # one plain loop after the other: the first runs in vector registers, and none has a branch to guess wrong
    for at in range(count):
        drawn[at] = below(word(key, (start + uint64(at)) * uint64(SPAN)), bound)
    if listed:
        for at in range(count):
            drawn[at] = catalogue[drawn[at]]
    # one negative of all after the other: an inner loop over a few is slower
    for column in range(negatives):
        to = uint64(column)
        for which in range(uint64(len(cells))):
            users[to], owned[to] = cells[which] >> uint64(32), cells[which]
            to += uint64(negatives)
    again = np.empty(count + 1, np.uint32)
    rejected, missing = uint64(0), 0
    for at in range(count):
        again[rejected] = at
        rejected += uint64(may_have_seen(indptr, bits, uint64(users[at]), uint64(drawn[at])))
    for which in range(rejected):
        again_at = uint64(again[which])
        user, place = uint64(users[again_at]), (start + again_at) * uint64(SPAN)
        negative = np.int64(-1)
        for attempt in range(ATTEMPTS):
            item = below(word(key, place + uint64(attempt)), bound)
            if listed:
                item = uint64(catalogue[item])
            if not has_seen(indptr, items, bits, user, item):
                negative = np.int64(item)
                break
        if negative < 0:
            last = word(key, place + uint64(ATTEMPTS))
            negative = last_resort(indptr, items, bits, n_items, catalogue, user, last)
        missing += int(negative < 0)
        drawn[again_at] = NOTHING if negative < 0 else negative
    return without_missing(triples, count) if missing else count


@njit(nogil=True, cache=True)
def without_missing(triples: npt.NDArray[np.uint32], count: int) -> int:
    """Close the gaps that triples with NOTHING leave; how many remain."""
    kept = 0
    for at in range(count):
        if triples[2, at] != NOTHING:
            for row in range(3):
                triples[row, kept] = triples[row, at]
            kept += 1
    return kept


# The two below are functions of their own so that nothing else wants the registers of their loops.


@njit(nogil=True, cache=True, fastmath=RELAXED, error_model="numpy")
def descend_pairs(
    lanes: tuple[int, ...],
    tables: Tables,
    triples: npt.NDArray[np.uint32],
    count: int,
    margin: float32,
    rate: float32,
    keep: float32,
    table: Table,
    differences: Table,
) -> float:
    """Learn from the first triples with hinge, or with BPR where the margin is negative; the sum of their losses.

    Args:
        lanes: ``lanes_of(factors)``.
        triples: ``[3, count + AHEAD or more]``, of ``draw_triples``; what is past the count must be rows of the tables.
        keep: what a step multiplies the rows by: 1 − learning rate · λ.
        differences: ``[count or more]``, written: s⁺ − s⁻ before the step.
    """
    of_users, of_items, bias = tables.users, tables.items, tables.item_bias
    users, items, negatives = triples[0], triples[1], triples[2]
    biased, hinged = len(bias) > 0, margin >= float32(0)
    total = 0.0
    for at in range(uint64(count)):
        soon = at + uint64(AHEAD)
        fetch(lanes, of_users, of_items, uint64(users[soon]), uint64(items[soon]), uint64(negatives[soon]))
        user, item, negative = uint64(users[at]), uint64(items[at]), uint64(negatives[at])
        x = gap(lanes, of_users, of_items, user, item, negative)
        if biased:
            x += bias[item] - bias[negative]
        if hinged:
            loss = margin - x
            # written so that NaN stays
            loss = float32(0) if loss <= float32(0) else loss
            slope = float32(1) if loss > float32(0) else float32(0)
        else:
            slope, loss = logistic(x, table)
        total += float(loss)
        differences[at] = x
        go = rate * slope
        step(lanes, of_users, of_items, user, item, negative, go, go, keep)
        if biased:
            bias[item] += go
            bias[negative] -= go
    return total


@njit(nogil=True, cache=True, fastmath=RELAXED, error_model="numpy")
def descend_points(
    lanes: tuple[int, ...],
    tables: Tables,
    triples: npt.NDArray[np.uint32],
    count: int,
    share: float32,
    rate: float32,
    keep: float32,
    table: Table,
    differences: Table,
) -> float:
    """As ``descend_pairs`` with binary cross-entropy; ``share`` is the weight of the positive's own point."""
    of_users, of_items, bias = tables.users, tables.items, tables.item_bias
    users, items, negatives = triples[0], triples[1], triples[2]
    biased = len(bias) > 0
    total = 0.0
    for at in range(uint64(count)):
        soon = at + uint64(AHEAD)
        fetch(lanes, of_users, of_items, uint64(users[soon]), uint64(items[soon]), uint64(negatives[soon]))
        user, item, negative = uint64(users[at]), uint64(items[at]), uint64(negatives[at])
        high, low = scores(lanes, of_users, of_items, user, item, negative)
        if biased:
            high += bias[item]
            low += bias[negative]
        up, loss = logistic(high, table)
        down, other = logistic(-low, table)
        total += float(loss * share + other)
        differences[at] = high - low
        up, down = up * share * rate, down * rate
        step(lanes, of_users, of_items, user, item, negative, up, down, keep)
        if biased:
            bias[item] += up
            bias[negative] -= down
    return total


# called rather than inlined it costs a fiftieth of the time
@njit(nogil=True, cache=True, fastmath=RELAXED, error_model="numpy", forceinline=True)
def descend(
    lanes: tuple[int, ...],
    tables: Tables,
    triples: npt.NDArray[np.uint32],
    count: int,
    rule: Rule,
    fixed: Constants,
    differences: Table,
    histogram: npt.NDArray[np.int64],
) -> float:
    """Learn from the first triples, as ``descend_pairs``, with the loss of a rule; the sum of their losses.

    In cross-entropy a positive's own point is spread over its triples, so that it weighs as much as one negative.

    Args:
        histogram: ``[BINS]``, added to: differences s⁺ − s⁻ over ±BIN_RANGE.
    """
    rate = rule.learning_rate
    keep = float32(1) - rate * rule.l2
    if rule.loss == BCE:
        share = float32(1) / float32(rule.negatives)
        total = descend_points(lanes, tables, triples, count, share, rate, keep, fixed.logistic, differences)
    else:
        margin = rule.margin if rule.loss == HINGE else float32(-1)
        total = descend_pairs(lanes, tables, triples, count, margin, rate, keep, fixed.logistic, differences)
    for at in range(count):
        histogram[bin_of(differences[at])] += 1
    return total


@njit(nogil=True, cache=True, fastmath=RELAXED, error_model="numpy")
def learn_drawn(
    lanes: tuple[int, ...],
    tables: Tables,
    cells: Cells,
    row: uint64,
    seen: Seen,
    catalogue: Items,
    rule: Rule,
    fixed: Constants,
    key: uint64,
    histogram: npt.NDArray[np.int64],
) -> tuple[float, int, int]:
    """Walk positives in the given order with BPR, hinge or binary cross-entropy, each against its uniform negatives.

    Args:
        lanes: ``lanes_of(factors)``.
        cells: the positives to walk, ``[n]``.
        row: number of the first.
        catalogue: items that negatives are taken from; empty for all.
        key: together with the numbers it decides the negatives.
        histogram: as for ``descend``.

    Returns:
        Sum of the triples' losses, number of triples, number of positives without a negative.
    """
    a_time = max(CHUNK // rule.negatives, 1)
    triples = np.zeros((3, a_time * rule.negatives + AHEAD), np.uint32)
    differences = np.empty(a_time * rule.negatives, np.float32)
    total, learned, skipped = 0.0, 0, 0
    for first in range(0, len(cells), a_time):
        some = cells[first : first + a_time]
        count = draw_triples(some, row + uint64(first), seen, catalogue, rule.negatives, key, triples)
        skipped += len(some) - count // rule.negatives
        learned += count
        total += descend(lanes, tables, triples, count, rule, fixed, differences, histogram)
    return total, learned, skipped
