"""Small data sets whose answer is known."""

from __future__ import annotations

import numpy as np

from core.data.interactions import Events, no_events
from core.data.made import made_interactions
from core.splits.split import Split


def split_of(train: Events, validation: Events, test: Events, weights: str = "none", refit: bool = False) -> Split:
    """A split of given parts; ids are ``u0``, ``i0`` and so on."""
    interactions = made_interactions(train, clock="order", weights=weights)
    return Split("predefined" if refit else "leave-last-out", interactions, train, validation, test, refit=refit)


def events_of(rows: list[tuple[int, int]], users: int, items: int, weights: list[float] | None = None) -> Events:
    """Events in the given order, users ascending."""
    pairs = np.array(rows, np.int32).reshape(-1, 2)
    order = np.argsort(pairs[:, 0], kind="stable")
    kept = None if weights is None else np.array(weights, np.float32)[order]
    return Events(
        pairs[order, 0].copy(), pairs[order, 1].copy(), np.arange(len(order), dtype=np.int64), kept, users, items
    )


def checkerboard(size: int = 40, rated: bool = False) -> Split:
    """Users like the items of their own parity; the one item withheld must come first."""
    train, held, weights = [], [], []
    random = np.random.default_rng(4)
    for user in range(size):
        mine = [item for item in range(size) if item % 2 == user % 2]
        order = [int(item) for item in random.permutation(mine)]
        held.append((user, order[-1]))
        train += [(user, item) for item in order[:-1]]
        weights += [float(1 + place % 5) for place in range(len(order) - 1)]
    parts = events_of(train, size, size, weights if rated else None)
    held_weights = [5.0] * size if rated else None
    test = events_of(held, size, size, held_weights)
    return split_of(parts, no_events(size, size), test, "rating" if rated else "none")


def chance(users: int = 40, items: int = 60, each: int = 12, seed: int = 1, refit: bool = False) -> Split:
    """Random histories with a validation and a test event for each user."""
    random = np.random.default_rng(seed)
    rows: list[list[tuple[int, int]]] = [[], [], []]
    popularity = 1 / np.arange(1, items + 1)
    for user in range(users):
        met = random.choice(items, each, replace=False, p=popularity / popularity.sum())
        rows[0] += [(user, int(item)) for item in met[:-2]]
        rows[1].append((user, int(met[-2])))
        rows[2].append((user, int(met[-1])))
    return split_of(*(events_of(each_part, users, items) for each_part in rows), refit=refit)
