"""A handful of users along one clock, divided by the functions that divide real data."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from core.data.catalogue import Catalogue
from core.data.interactions import Events, Interactions
from core.data.vocabulary import Vocabulary
from core.splits import SPLITS
from core.splits.parts import Material

SPANS = ((0, 34), (4, 60), (18, 96), (30, 52), (41, 99), (55, 78), (8, 88))
"""First and last moment of each user of the example, in hundredths of the clock."""
EVENTS = 7
PARTS = ("training", "validation", "test")


def example_events() -> Events:
    """Seven users with seven events each, at times that are the same every time, times 0..99."""
    users = np.repeat(np.arange(len(SPANS), dtype=np.int32), EVENTS)
    shape = np.array([0.0, 0.11, 0.29, 0.42, 0.63, 0.81, 1.0])
    times = np.concatenate([np.round(low + (high - low) * shape) for low, high in SPANS]).astype(np.int64)
    # every item once: which ones they are plays no part
    items = np.arange(len(users), dtype=np.int32)
    return Events(users, items, times, None, len(SPANS), len(users))


def example_parts(key: str, settings: Any, seed: int = 1) -> npt.NDArray[np.int8]:
    """The part of each event of the example, ``[events]``: places in ``PARTS``.

    A predefined split shows files as their authors may have cut them: the last fifth of the clock is the test.
    """
    events = example_events()
    n = events.n_items
    users = Vocabulary([str(row) for row in range(events.n_users)])
    items = Vocabulary([str(row) for row in range(n)])
    nothing = events.select(np.zeros(n, np.bool_))
    interactions = Interactions(events, nothing, users, items, Catalogue.empty(n), "order")
    given = {}
    if key == "predefined":
        assert events.times is not None
        late = events.times >= 80
        given = {"train": events.select(~late), "test": events.select(late)}
    material = Material(interactions, given, True, np.random.default_rng(seed))
    parts = SPLITS[key].load()(material, settings)
    found = np.zeros(n, np.int8)
    for place, part in enumerate((parts.train, parts.validation, parts.test)):
        found[part.items] = place
    return found


def later_than_tests(parts: npt.NDArray[np.int8]) -> npt.NDArray[np.bool_]:
    """Which training events happened after a test event of another user, ``[events]``: what was not yet known."""
    events = example_events()
    assert events.times is not None
    tests = np.flatnonzero(parts == PARTS.index("test"))
    earlier = (events.times[:, None] > events.times[tests]) & (events.users[:, None] != events.users[tests])
    found: npt.NDArray[np.bool_] = (parts == PARTS.index("training")) & earlier.any(1)
    return found
