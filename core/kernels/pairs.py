"""Repeated (user, item) pairs found by stamping each item with the user that was there last."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Codes = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@njit(nogil=True, cache=True)
def first_of_pair(indptr: Places, items: Codes, n_items: int) -> Mask:
    """True for the first event of each (user, item) pair, ``[events]``; events grouped by user."""
    stamp = np.full(n_items, -1, np.int32)
    first = np.zeros(len(items), np.bool_)
    for user in range(len(indptr) - 1):
        for at in range(indptr[user], indptr[user + 1]):
            first[at] = stamp[items[at]] != user
            stamp[items[at]] = user
    return first


@njit(nogil=True, cache=True)
def last_of_pair(indptr: Places, items: Codes, n_items: int) -> Mask:
    """True for the last event of each (user, item) pair, ``[events]``; events grouped by user."""
    stamp = np.full(n_items, -1, np.int32)
    last = np.zeros(len(items), np.bool_)
    for user in range(len(indptr) - 1):
        for at in range(indptr[user + 1] - 1, indptr[user] - 1, -1):
            last[at] = stamp[items[at]] != user
            stamp[items[at]] = user
    return last


def first_of_pair_reference(users: Codes, items: Codes) -> Mask:
    """The same by a set."""
    seen: set[tuple[int, int]] = set()
    first = np.zeros(len(items), np.bool_)
    for at, pair in enumerate(zip(users.tolist(), items.tolist(), strict=True)):
        first[at] = pair not in seen
        seen.add(pair)
    return first


@njit(nogil=True, cache=True)
def sum_of_pair(
    indptr: Places, items: Codes, amounts: npt.NDArray[np.float32], n_items: int
) -> npt.NDArray[np.float32]:
    """Sum of ``amounts`` ``[events]`` over each pair, written at the pair's first event; 0 at the others."""
    stamp = np.full(n_items, -1, np.int32)
    place = np.zeros(n_items, np.int64)
    totals = np.zeros(len(items), np.float64)
    for user in range(len(indptr) - 1):
        for at in range(indptr[user], indptr[user + 1]):
            item = items[at]
            if stamp[item] != user:
                stamp[item] = user
                place[item] = at
            totals[place[item]] += amounts[at]
    return totals.astype(np.float32)


def sum_of_pair_reference(users: Codes, items: Codes, amounts: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The same by a dictionary."""
    place: dict[tuple[int, int], int] = {}
    totals = np.zeros(len(items), np.float64)
    for at, pair in enumerate(zip(users.tolist(), items.tolist(), strict=True)):
        totals[place.setdefault(pair, at)] += float(amounts[at])
    return totals.astype(np.float32)


@njit(nogil=True, cache=True)
def met_before(known_indptr: Places, known_items: Codes, indptr: Places, items: Codes, n_items: int) -> Mask:
    """Which pairs of the second list are in the first, ``[events of the second]``; both grouped by user."""
    stamp = np.full(n_items, -1, np.int32)
    met = np.zeros(len(items), np.bool_)
    for user in range(len(indptr) - 1):
        if indptr[user] == indptr[user + 1]:
            continue
        for at in range(known_indptr[user], known_indptr[user + 1]):
            stamp[known_items[at]] = user
        for at in range(indptr[user], indptr[user + 1]):
            met[at] = stamp[items[at]] == user
    return met


def met_before_reference(known_users: Codes, known_items: Codes, users: Codes, items: Codes) -> Mask:
    """The same by a set."""
    known = set(zip(known_users.tolist(), known_items.tolist(), strict=True))
    return np.array([pair in known for pair in zip(users.tolist(), items.tolist(), strict=True)], np.bool_)
