"""Draw negatives: items that a user has not met in training, exactly, from counter-based streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit
from numpy import uint64

from core.kernels.membership import Seen, has_seen, unseen_at, unseen_reference
from core.kernels.prefetch import prefetch
from core.kernels.streams import below, below_reference, below_wide, stream_of, word, word_reference

if TYPE_CHECKING:
    from core.data.interactions import Pairs

ATTEMPTS = 32
"""Draws that may be rejected before the unseen items are indexed directly."""
SPAN = ATTEMPTS + 1
"""Places of a stream that one negative may use."""
SHARE_TOTAL = float(1 << 40)
"""Popularity is held in whole units, about this many in all, so that what a user has seen can be taken off exactly."""

Users = npt.NDArray[np.int64]
Drawn = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Units = npt.NDArray[np.int64]


class Shares(NamedTuple):
    """How likely each item is to be drawn, in whole units.

    Attributes:
        ends: ``[items + 1]`` int64: units of all items before; the last entry is the total.
        seen_ends: ``[pairs + 1]`` int64: units of all training pairs before, in the order of ``Pairs.items``.
    """

    ends: Units
    seen_ends: Units


def shares_of(counts: npt.NDArray[np.int64], alpha: float, pairs: Pairs) -> Shares:
    """Units proportional to count^alpha, at least one where there is a count; an item without events has none.

    Args:
        counts: training events of each item, ``[items]``.
        alpha: exponent; 0 draws uniformly from the items that occur in training.
        pairs: the training pairs.
    """
    raised = np.where(counts > 0, np.maximum(counts, 1).astype(np.float64) ** alpha, 0.0)
    scale = SHARE_TOTAL / max(raised.sum(), 1.0)
    units = np.where(counts > 0, np.maximum(np.rint(raised * scale), 1), 0).astype(np.int64)
    return Shares(_ends(units), _ends(units[pairs.items]))


def _ends(units: Units) -> Units:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(units, dtype=np.int64)])


@njit(nogil=True, cache=True)
def draw_uniform(seen: Seen, users: Users, key: uint64, first_row: int, items: Drawn, valid: Mask) -> None:
    """Fill ``items`` with unseen items of each row's user, all equally likely; independent of each other.

    Args:
        seen: training pairs.
        users: user of each row, ``[rows]``.
        key: together with the row number it decides every draw.
        first_row: number of the first row, so that blocks give what the whole would.
        items: ``[rows, n]``, written; 0 where there is nothing to draw.
        valid: ``[rows]``, written; False for a user who has seen everything.
    """
    indptr, seen_items, bits, n_items = seen.indptr, seen.items, seen.bits, seen.n_items
    for row in range(len(users)):
        user = uint64(users[row])
        unseen = n_items - (indptr[user + uint64(1)] - indptr[user])
        valid[row] = unseen > 0
        stream = stream_of(key, uint64(first_row + row))
        for column in range(items.shape[1]):
            items[row, column] = 0
            found = unseen == 0
            for attempt in range(0 if found else ATTEMPTS):
                item = below(word(stream, uint64(column * SPAN + attempt)), uint64(n_items))
                if not has_seen(indptr, seen_items, bits, user, item):
                    items[row, column] = item
                    found = True
                    break
            if not found:
                place = below(word(stream, uint64(column * SPAN + ATTEMPTS)), uint64(unseen))
                items[row, column] = unseen_at(indptr, seen_items, user, np.int64(place))


@njit(nogil=True, cache=True)
def draw_uniform_ahead(seen: Seen, users: Users, key: uint64, items: Drawn, valid: Mask) -> None:
    """``draw_uniform`` for rows from 0 on, whose first draws ask for what tells of them before it is needed.

    Args:
        items: ``[1 + n, rows]``, written from the second line on.
    """
    indptr, seen_items, bits, n_items = seen.indptr, seen.items, seen.bits, seen.n_items
    mapped = bits.shape[0] == len(indptr) - 1
    for row in range(len(users)):
        stream = stream_of(key, uint64(row))
        for column in range(items.shape[0] - 1):
            item = below(word(stream, uint64(column * SPAN)), uint64(n_items))
            items[1 + column, row] = item
            if mapped:
                prefetch(bits, uint64(users[row]), item >> uint64(6))
    for row in range(len(users)):
        user = uint64(users[row])
        unseen = n_items - (indptr[user + uint64(1)] - indptr[user])
        valid[row] = unseen > 0
        for column in range(items.shape[0] - 1):
            if unseen == 0:
                items[1 + column, row] = 0
            elif has_seen(indptr, seen_items, bits, user, uint64(items[1 + column, row])):
                items[1 + column, row] = _drawn_again(indptr, seen_items, bits, n_items, user, key, row, column)


@njit(nogil=True, cache=True)
def _drawn_again(
    indptr: Users,
    seen_items: npt.NDArray[np.int32],
    bits: npt.NDArray[np.uint64],
    n_items: int,
    user: uint64,
    key: uint64,
    row: int,
    column: int,
) -> int:
    """What ``draw_uniform`` draws where its first draw was seen."""
    stream = stream_of(key, uint64(row))
    for attempt in range(1, ATTEMPTS):
        item = below(word(stream, uint64(column * SPAN + attempt)), uint64(n_items))
        if not has_seen(indptr, seen_items, bits, user, item):
            return int(np.int64(item))
    unseen = n_items - (indptr[user + uint64(1)] - indptr[user])
    place = below(word(stream, uint64(column * SPAN + ATTEMPTS)), uint64(unseen))
    return unseen_at(indptr, seen_items, user, np.int64(place))


@njit(nogil=True, cache=True)
def draw_by_share(
    seen: Seen, shares: Shares, users: Users, key: uint64, first_row: int, items: Drawn, valid: Mask
) -> None:
    """As ``draw_uniform`` with items as likely as their shares say, conditional on being unseen.

    ``valid`` is False where no unseen item has a share.
    """
    indptr, seen_items, bits = seen.indptr, seen.items, seen.bits
    ends, seen_ends = shares.ends, shares.seen_ends
    total = ends[-1]
    for row in range(len(users)):
        user = uint64(users[row])
        unseen = total - (seen_ends[indptr[user + uint64(1)]] - seen_ends[indptr[user]])
        valid[row] = unseen > 0
        stream = stream_of(key, uint64(first_row + row))
        for column in range(items.shape[1]):
            items[row, column] = 0
            found = unseen == 0
            for attempt in range(0 if found else ATTEMPTS):
                unit = below_wide(word(stream, uint64(column * SPAN + attempt)), uint64(total))
                item = _item_of(ends, np.int64(unit))
                if not has_seen(indptr, seen_items, bits, user, uint64(item)):
                    items[row, column] = item
                    found = True
                    break
            if not found:
                unit = below_wide(word(stream, uint64(column * SPAN + ATTEMPTS)), uint64(unseen))
                start, end = indptr[user], indptr[user + uint64(1)]
                items[row, column] = _item_of(ends, _past_seen(seen_items, ends, seen_ends, start, end, np.int64(unit)))


@njit(nogil=True, cache=True)
def _item_of(ends: Units, unit: np.int64) -> int:
    """The item whose units hold ``unit``: the last one with ``ends[item] <= unit``."""
    low, high = 0, len(ends) - 1
    while high - low > 1:
        middle = (low + high) >> 1
        if ends[middle] <= unit:
            low = middle
        else:
            high = middle
    return low


@njit(nogil=True, cache=True)
def _past_seen(
    items: npt.NDArray[np.int32], ends: Units, seen_ends: Units, start: int, end: int, unit: np.int64
) -> np.int64:
    """Turn a unit counted over the unseen items of a history ``start .. end`` into one counted over all items."""
    low, high = start, end
    while low < high:
        middle = (low + high) >> 1
        if ends[items[middle]] - (seen_ends[middle] - seen_ends[start]) > unit:
            high = middle
        else:
            low = middle + 1
    return np.int64(unit + seen_ends[low] - seen_ends[start])


@njit(nogil=True, cache=True)
def mask_in_batch(seen: Seen, users: Users, columns: Drawn, masked: Mask) -> None:
    """Mark the columns of a batch that are no negatives of a row.

    The batch's columns are chained by item; then each user's history is walked once, so the time is that of the
    histories, not of all rows times all columns.

    Args:
        users: user of each row, ``[rows]``.
        columns: the rows' positives, ``[columns]``; row r's own is ``columns[r]``.
        masked: ``[rows, columns]``, written: True for the user's own training items and copies of the row's positive.
    """
    indptr, items = seen.indptr, seen.items
    latest = np.full(seen.n_items, -1, np.int32)
    earlier = np.empty(len(columns), np.int32)
    for column in range(len(columns)):
        earlier[column] = latest[columns[column]]
        latest[columns[column]] = column
    masked[:] = False
    for row in range(len(users)):
        column = latest[columns[row]]
        while column >= 0:
            masked[row, column] = True
            column = earlier[column]
        for at in range(indptr[users[row]], indptr[users[row] + 1]):
            column = latest[items[at]]
            while column >= 0:
                masked[row, column] = True
                column = earlier[column]


def draw_uniform_reference(
    pairs: Pairs, catalogue: npt.NDArray[np.int32], user: int, key: int, row: int, column: int
) -> int:
    """One entry of ``draw_uniform`` from lists, -1 when there is none; an empty catalogue stands for all items."""
    unseen = unseen_reference(pairs, user)
    listed = catalogue if len(catalogue) else np.arange(pairs.n_items)
    for attempt in range(ATTEMPTS):
        bits = word_reference(key, row, column * SPAN + attempt)
        item = int(listed[below_reference(bits, len(listed))])
        if item in unseen:
            return item
    left = [int(item) for item in listed if item in unseen]
    place = below_reference(word_reference(key, row, column * SPAN + ATTEMPTS), len(left))
    return left[place] if left else -1


def draw_by_share_reference(
    counts: npt.NDArray[np.int64], alpha: float, pairs: Pairs, user: int, key: int, row: int, column: int
) -> int:
    """One entry of ``draw_by_share`` by laying out all units, -1 when there is none."""
    ends: list[int] = shares_of(counts, alpha, pairs).ends.tolist()
    unseen = unseen_reference(pairs, user).tolist()
    left = [item for item in unseen if ends[item + 1] > ends[item]]
    if not left:
        return -1
    for attempt in range(ATTEMPTS):
        unit = below_reference(word_reference(key, row, column * SPAN + attempt), ends[-1])
        item = max(item for item in range(pairs.n_items) if ends[item] <= unit)
        if item in unseen:
            return item
    unit = below_reference(
        word_reference(key, row, column * SPAN + ATTEMPTS), sum(ends[item + 1] - ends[item] for item in left)
    )
    while unit >= ends[left[0] + 1] - ends[left[0]]:
        unit -= ends[left[0] + 1] - ends[left[0]]
        left.pop(0)
    return int(left[0])


def mask_in_batch_reference(
    pairs: Pairs, users: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """``mask_in_batch`` by looking up every row and column."""
    return np.array(
        [
            [item == own or item in pairs.of(user) for item in columns.tolist()]
            for user, own in zip(users.tolist(), columns.tolist(), strict=True)
        ]
    )
