"""Draw negatives: items that a user has not met in training, exactly, from counter-based streams."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit
from numpy import uint64

from core.data.interactions import Pairs
from core.kernels.membership import Seen, count_unseen, has_seen, unseen_at
from core.kernels.streams import below, below_wide, stream_of, word

ATTEMPTS = 32
"""Draws that may be rejected before the unseen items are indexed directly; users who have seen more than half of
everything go there at once."""
SPAN = ATTEMPTS + 1
"""Places of a stream that one negative may use."""
SHARE_TOTAL = float(1 << 40)
"""Popularity is held in whole units, about this many in all, so that what a user has seen can be taken off exactly."""

Users = npt.NDArray[np.int64]
Drawn = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class Shares(NamedTuple):
    """How likely each item is to be drawn, in whole units.

    Attributes:
        ends: ``[items + 1]`` int64: units of all items before; the last entry is the total.
        seen_ends: ``[pairs + 1]`` int64: units of all training pairs before, in the order of ``Pairs.items``.
    """

    ends: npt.NDArray[np.int64]
    seen_ends: npt.NDArray[np.int64]


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


def _ends(units: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
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
    bound = uint64(seen.n_items)
    for row in range(len(users)):
        user = uint64(users[row])
        unseen = count_unseen(seen, user)
        valid[row] = unseen > 0
        stream = stream_of(key, uint64(first_row + row))
        attempts = ATTEMPTS if 2 * unseen >= seen.n_items else 0
        for column in range(items.shape[1]):
            items[row, column] = 0
            found = unseen == 0
            for attempt in range(attempts):
                item = below(word(stream, uint64(column * SPAN + attempt)), bound)
                if not has_seen(seen, user, item):
                    items[row, column] = item
                    found = True
                    break
            if not found:
                place = below(word(stream, uint64(column * SPAN + ATTEMPTS)), uint64(unseen))
                items[row, column] = unseen_at(seen, user, np.int64(place))


@njit(nogil=True, cache=True)
def draw_by_share(
    seen: Seen, shares: Shares, users: Users, key: uint64, first_row: int, items: Drawn, valid: Mask
) -> None:
    """As ``draw_uniform`` with items as likely as their shares say, conditional on being unseen.

    ``valid`` is False where no unseen item has a share.
    """
    total = shares.ends[-1]
    for row in range(len(users)):
        user = uint64(users[row])
        unseen = total - _seen_units(seen, shares, user)
        valid[row] = unseen > 0
        stream = stream_of(key, uint64(first_row + row))
        attempts = ATTEMPTS if 2 * unseen >= total else 0
        for column in range(items.shape[1]):
            items[row, column] = 0
            found = unseen == 0
            for attempt in range(attempts):
                unit = below_wide(word(stream, uint64(column * SPAN + attempt)), uint64(total))
                item = _item_of(shares.ends, np.int64(unit))
                if not has_seen(seen, user, uint64(item)):
                    items[row, column] = item
                    found = True
                    break
            if not found:
                unit = below_wide(word(stream, uint64(column * SPAN + ATTEMPTS)), uint64(unseen))
                items[row, column] = _item_of(shares.ends, _past_seen(seen, shares, user, np.int64(unit)))


@njit(nogil=True, cache=True)
def _seen_units(seen: Seen, shares: Shares, user: uint64) -> int:
    start, end = seen.indptr[user], seen.indptr[user + uint64(1)]
    return int(shares.seen_ends[end] - shares.seen_ends[start])


@njit(nogil=True, cache=True)
def _item_of(ends: npt.NDArray[np.int64], unit: np.int64) -> int:
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
def _past_seen(seen: Seen, shares: Shares, user: uint64, unit: np.int64) -> np.int64:
    """Turn a unit counted over the user's unseen items into one counted over all items."""
    start = seen.indptr[user]
    low, high = start, seen.indptr[user + uint64(1)]
    while low < high:
        middle = (low + high) >> 1
        if shares.ends[seen.items[middle]] - (shares.seen_ends[middle] - shares.seen_ends[start]) > unit:
            high = middle
        else:
            low = middle + 1
    return np.int64(unit + shares.seen_ends[low] - shares.seen_ends[start])


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
        for at in range(seen.indptr[users[row]], seen.indptr[users[row] + 1]):
            column = latest[seen.items[at]]
            while column >= 0:
                masked[row, column] = True
                column = earlier[column]
