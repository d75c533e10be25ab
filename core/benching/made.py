"""Made-up interactions of any number as a split, without a file between: 100 million in some gigabytes of memory."""

from __future__ import annotations

import numpy as np

from core.benching.inputs import CLUSTERS, GLOBAL, OWN, shape_of
from core.benching.options import Options
from core.data.interactions import Events, no_events
from core.data.made import made_interactions
from core.splits.split import Split

AT_ONCE = 4_000_000
"""Events that are made at a time."""


def made_split(rows: int, seed: int = 1, shape: tuple[int, int] | None = None) -> Split:
    """Users and items as ``inputs.made_up`` makes them, the last event of each user held out for testing."""
    events = made_events(rows, seed, shape)
    last = np.append(events.users[1:] != events.users[:-1], True)
    test, train = events.select(last), events.select(~last)
    interactions = made_interactions(train, source={"name": "made-up"})
    return Split("leave-last-out", interactions, train, no_events(events.n_users, events.n_items), test)


def made_events(rows: int, seed: int = 1, shape: tuple[int, int] | None = None) -> Events:
    """Events in user order, without times."""
    random = np.random.default_rng(seed)
    n_users, n_items = shape or shape_of(Options(rows=rows))
    weights = random.lognormal(0, 1.1, n_users)
    users = np.repeat(np.arange(n_users, dtype=np.int32), random.multinomial(rows, weights / weights.sum()))
    popularity = 1 / (np.arange(n_items) + 10)
    edges = np.cumsum(popularity / popularity.sum())
    taste = random.integers(0, CLUSTERS, (n_users, OWN))
    items = np.empty(rows, np.int32)
    for start in range(0, rows, AT_ONCE):
        some = users[start : start + AT_ONCE]
        wide = np.minimum(np.searchsorted(edges, random.random(len(some))), n_items - 1)
        liked = taste[some, random.integers(0, OWN, len(some))]
        narrow = np.minimum((wide // CLUSTERS) * CLUSTERS + liked, n_items - 1)
        items[start : start + AT_ONCE] = np.where(random.random(len(some)) < GLOBAL, wide, narrow)
    return Events(users, items, None, None, n_users, n_items)
