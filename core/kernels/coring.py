"""The k-core of the user-item graph: take away what has too few neighbours until nothing more falls."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Codes = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@njit(nogil=True, cache=True)
def peel(
    indptr: Places, items: Codes, distinct: Mask, n_items: int, minimum_user: int, minimum_item: int
) -> tuple[Mask, Mask]:
    """Users and items of the k-core; each edge is looked at a fixed number of times, however long the chain.

    Args:
        indptr: start of each user's events, ``[users + 1]``.
        items: ``[events]``, grouped by user.
        distinct: ``[events]``, True for one event of each (user, item) pair; only these count.
        n_items: number of items.
        minimum_user: distinct items that a user needs.
        minimum_item: distinct users that an item needs.

    Returns:
        Who stays: users ``[users]`` and items ``[items]``.
    """
    n_users = len(indptr) - 1
    degree = np.zeros(n_users + n_items, np.int64)
    for user in range(n_users):
        for at in range(indptr[user], indptr[user + 1]):
            if distinct[at]:
                degree[user] += 1
                degree[n_users + items[at]] += 1
    starts = np.zeros(n_items + 1, np.int64)
    for item in range(n_items):
        starts[item + 1] = starts[item] + degree[n_users + item]
    owners = np.empty(starts[n_items], np.int32)
    following = starts[:-1].copy()
    for user in range(n_users):
        for at in range(indptr[user], indptr[user + 1]):
            if distinct[at]:
                owners[following[items[at]]] = user
                following[items[at]] += 1

    alive = np.ones(n_users + n_items, np.bool_)
    fallen = np.empty(n_users + n_items, np.int32)
    waiting = 0
    for node in range(n_users + n_items):
        if degree[node] < (minimum_user if node < n_users else minimum_item) or degree[node] == 0:
            alive[node] = False
            fallen[waiting] = node
            waiting += 1
    while waiting:
        waiting -= 1
        node = fallen[waiting]
        if node < n_users:
            for at in range(indptr[node], indptr[node + 1]):
                other = n_users + items[at]
                if distinct[at] and alive[other]:
                    degree[other] -= 1
                    if degree[other] < max(minimum_item, 1):
                        alive[other] = False
                        fallen[waiting] = other
                        waiting += 1
        else:
            for at in range(starts[node - n_users], starts[node - n_users + 1]):
                user = owners[at]
                if alive[user]:
                    degree[user] -= 1
                    if degree[user] < max(minimum_user, 1):
                        alive[user] = False
                        fallen[waiting] = user
                        waiting += 1
    return alive[:n_users], alive[n_users:]


def peel_reference(
    users: Codes, items: Codes, n_users: int, n_items: int, minimum_user: int, minimum_item: int
) -> tuple[Mask, Mask]:
    """The same by rounds of counting over sets of pairs."""
    pairs = set(zip(users.tolist(), items.tolist(), strict=True))
    while True:
        by_user = np.bincount(np.array([user for user, _ in pairs], np.int64), minlength=n_users)
        by_item = np.bincount(np.array([item for _, item in pairs], np.int64), minlength=n_items)
        kept = {(u, i) for u, i in pairs if by_user[u] >= minimum_user and by_item[i] >= minimum_item}
        if len(kept) == len(pairs):
            return by_user > 0, by_item > 0
        pairs = kept
