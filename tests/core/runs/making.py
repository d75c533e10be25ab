"""A small split with every optional part, made by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.data.catalogue import Catalogue
from core.data.interactions import Events, Interactions, merge_events, no_events
from core.data.vocabulary import Vocabulary
from core.splits.split import Candidates, Split

USERS, ITEMS = 12, 20


def small_split(
    *, seed: int = 1, timed: bool = True, weighted: bool = True, validated: bool = True, listed: bool = False
) -> Split:
    """Users 0..11 with 6 of 20 items each; the last is the test, the one before it the validation."""
    generator = np.random.default_rng(seed)
    items = np.concatenate([generator.permutation(ITEMS)[:6] for _ in range(USERS)]).astype(np.int32)
    users = np.repeat(np.arange(USERS, dtype=np.int32), 6)
    times = np.arange(len(users), dtype=np.int64) * 1_000_000 if timed else None
    weights = generator.integers(1, 6, len(users)).astype(np.float32) if weighted else None
    events = Events(users, items, times, weights, USERS, ITEMS)
    nth = np.tile(np.arange(6), USERS)
    last_of_training = 4 if validated else 5
    candidates = None
    if listed:
        lists = [generator.permutation(ITEMS)[:5].astype(np.int32) for _ in range(USERS - 1)]
        indptr = np.concatenate([[0], np.cumsum([5] * (USERS - 1) + [0])]).astype(np.int64)
        candidates = Candidates(indptr, np.concatenate(lists), np.arange(USERS) < USERS - 1, {"duplicates": 2})
    titles = [f"Film {row}, “the Ünicode”" for row in range(ITEMS - 1)] + [""]
    interactions = Interactions(
        events=events,
        below=no_events(USERS, ITEMS),
        users=Vocabulary([f"u{row:03d}" for row in range(USERS)]),
        items=Vocabulary([f"{row:04d}" for row in range(ITEMS)]),
        catalogue=Catalogue(pd.DataFrame({"title": titles, "genres": ["Drama|War"] * ITEMS})),
        clock="utc" if timed else "file",
        weights="rating" if weighted else "none",
        source={"name": "made", "format": "none"},
    )
    return Split(
        kind="leave-last-out",
        interactions=interactions,
        train=events.select(nth < last_of_training),
        validation=events.select(nth == 4) if validated else no_events(USERS, ITEMS),
        test=events.select(nth == 5),
        candidates=candidates,
        counts={"users with one interaction": 0},
    )


def shuffled_split() -> Split:
    """A split whose parts cannot be put together again by time: the order within ties is its own."""
    split = small_split(timed=False)
    mixed = merge_events(split.test, merge_events(split.validation, split.train))
    data = split.interactions
    return Split(
        kind="random",
        interactions=Interactions(mixed, split.train, data.users, data.items, data.catalogue, "file", ordered=False),
        train=split.train,
        validation=split.validation,
        test=split.test,
        ordered=False,
        hide_seen=False,
        refit=True,
    )
