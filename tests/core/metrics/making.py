"""Evaluations made by hand from places in a list."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.metrics.held_out import Evaluation


def evaluation(
    users: Sequence[Sequence[tuple[int, int]]],
    *,
    candidates: int | Sequence[int] = 100,
    n_items: int = 200,
    items: Sequence[int] | None = None,
    rows: Sequence[int] | None = None,
    ks: tuple[int, ...] = (5, 10),
    repeat: Sequence[bool] | None = None,
) -> Evaluation:
    """One list of (above, equal) a user, a pair for each held-out item."""
    flat = [pair for user in users for pair in user]
    counts = [len(user) for user in users]
    return Evaluation(
        part="test",
        protocol="full",
        n_items=n_items,
        users=np.array(range(len(users)) if rows is None else rows, np.int32),
        indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        items=np.array(range(len(flat)) if items is None else items, np.int32),
        above=np.array([above for above, _ in flat], np.int32),
        equal=np.array([equal for _, equal in flat], np.int32),
        candidates=np.full(len(users), candidates, np.int32)
        if isinstance(candidates, int)
        else np.array(candidates, np.int32),
        ks=ks,
        repeat=None if repeat is None else np.array(repeat),
    )
