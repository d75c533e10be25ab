"""Interactions as immutable columns: who met what, in which order, with dense rows in place of ids."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from core.data.catalogue import Catalogue
from core.data.vocabulary import Vocabulary

PIECE = 1 << 18
"""Rows worked on together, so that what lies in between stays near the processor."""

Clock = Literal["utc", "order", "file"]
"""What ``times`` means: microseconds since 1970 UTC, a column of positions, or (None) the order of the file."""


@dataclass(frozen=True, eq=False)
class Events:
    """Events sorted by (user, time, file order); the arrays are never written to.

    Attributes:
        users: user rows, ``[events]`` int32, non-decreasing.
        items: item rows, ``[events]`` int32.
        times: ``[events]`` int64, see Clock; None where only the order is known.
        weights: ``[events]`` float32: rating, or the count of merged repeats; None on binary data.
        n_users: number of users of the whole data set (a user can have no event here).
        n_items: size of the item universe.
    """

    users: npt.NDArray[np.int32]
    items: npt.NDArray[np.int32]
    times: npt.NDArray[np.int64] | None
    weights: npt.NDArray[np.float32] | None
    n_users: int
    n_items: int

    def __len__(self) -> int:
        return len(self.users)

    @cached_property
    def indptr(self) -> npt.NDArray[np.int64]:
        """Start of each user's events, ``[users + 1]``."""
        return np.concatenate([np.zeros(1, np.int64), np.cumsum(count_codes(self.users, self.n_users))])

    @cached_property
    def item_counts(self) -> npt.NDArray[np.int64]:
        """Events of each item, ``[items]``."""
        return count_codes(self.items, self.n_items)

    @cached_property
    def pairs(self) -> Pairs:
        """The distinct (user, item) pairs."""
        return distinct_pairs(self.users, self.items, self.n_users, self.n_items)

    def items_of(self, user: int) -> npt.NDArray[np.int32]:
        """The user's items in time order, repeats included."""
        return self.items[self.indptr[user] : self.indptr[user + 1]]

    def select(self, keep: npt.NDArray[np.bool_]) -> Events:
        """The events where ``keep`` ``[events]`` is True, order kept."""
        return Events(
            self.users[keep],
            self.items[keep],
            None if self.times is None else self.times[keep],
            None if self.weights is None else self.weights[keep],
            self.n_users,
            self.n_items,
        )


def count_codes(codes: npt.NDArray[np.int32], size: int) -> npt.NDArray[np.int64]:
    """How often each of the codes 0..size-1 occurs, ``[size]``.

    Piece by piece: ``bincount`` makes a copy of all codes in 64 bits first, which for 20 million takes longer than to
    count them.
    """
    counts = np.zeros(size, np.int64)
    for start in range(0, len(codes), PIECE):
        piece = codes[start : start + PIECE]
        low = int(piece.min())
        found = np.bincount(piece - low)
        counts[low : low + len(found)] += found
    return counts


@dataclass(frozen=True, eq=False)
class Pairs:
    """Distinct (user, item) pairs as CSR: ``items[indptr[u]:indptr[u+1]]`` is ascending.

    Attributes:
        indptr: ``[users + 1]`` int64.
        items: ``[pairs]`` int32.
    """

    indptr: npt.NDArray[np.int64]
    items: npt.NDArray[np.int32]
    n_items: int

    @property
    def n_users(self) -> int:
        """Number of users of the whole data set."""
        return len(self.indptr) - 1

    def __len__(self) -> int:
        return len(self.items)

    def of(self, user: int) -> npt.NDArray[np.int32]:
        """The user's distinct items, ascending."""
        return self.items[self.indptr[user] : self.indptr[user + 1]]

    def contains(self, users: npt.NDArray[np.int32], items: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
        """Which (user, item) pairs are in the set, ``[pairs asked]``."""
        counts = np.diff(self.indptr)
        keys = np.repeat(np.arange(self.n_users, dtype=np.int64), counts) * self.n_items + self.items
        asked = np.asarray(users, np.int64) * self.n_items + items
        at = np.searchsorted(keys, asked)
        return (
            (at < len(keys)) & (keys[np.minimum(at, max(len(keys) - 1, 0))] == asked)
            if len(keys)
            else np.zeros(len(asked), np.bool_)
        )


def distinct_pairs(users: npt.NDArray[np.int32], items: npt.NDArray[np.int32], n_users: int, n_items: int) -> Pairs:
    """Sort and deduplicate pairs given in any order."""
    keys = np.sort(users.astype(np.int64) * max(n_items, 1) + items)
    if len(keys):
        keys = keys[np.concatenate([[True], keys[1:] != keys[:-1]])]
    owners = keys // max(n_items, 1)
    indptr = np.searchsorted(owners, np.arange(n_users + 1)).astype(np.int64)
    return Pairs(indptr, (keys - owners * n_items).astype(np.int32), n_items)


def merge_events(a: Events, b: Events) -> Events:
    """Both parts as one, in user order; at equal or unknown times the events of ``a`` come first."""
    users = np.concatenate([a.users, b.users])
    timed = a.times is not None and b.times is not None
    times = np.concatenate([a.times, b.times]) if timed else None
    order = np.argsort(users, kind="stable") if times is None else np.lexsort((times, users))
    weights = None
    if a.weights is not None and b.weights is not None:
        weights = np.concatenate([a.weights, b.weights])[order]
    items = np.concatenate([a.items, b.items])[order]
    return Events(users[order], items, None if times is None else times[order], weights, a.n_users, a.n_items)


def no_events(n_users: int, n_items: int) -> Events:
    """Events of nobody with nothing."""
    return Events(np.zeros(0, np.int32), np.zeros(0, np.int32), None, None, n_users, n_items)


@dataclass(frozen=True, eq=False)
class Interactions:
    """A cleaned data set, ready to be split.

    Attributes:
        events: the positives (after threshold, repeats and k-core).
        below: rows under the rating threshold: unobserved in training and evaluation, hidden in ``recommend``.
        users, items: raw ids of the rows.
        catalogue: titles, genres and other columns, aligned to the item rows.
        clock: what ``events.times`` means.
        repeats: how repeated pairs were treated: ``first``, ``last``, ``all`` or ``sum``.
        weights: what ``events.weights`` means: ``rating``, ``count`` or ``none``.
        source: plain values for the record: path names without folders, format, sha256, counts, notes.
        ordered: a user's events are in a known order; False for matrices and unordered lists.
    """

    events: Events
    below: Events
    users: Vocabulary
    items: Vocabulary
    catalogue: Catalogue
    clock: Clock
    repeats: str = "first"
    weights: Literal["rating", "count", "none"] = "none"
    source: dict[str, Any] = field(default_factory=dict)
    ordered: bool = True
