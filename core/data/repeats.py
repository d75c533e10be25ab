"""What happens when a user meets an item again: keep the first event, the last, all of them, or their sum."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from core.data.interactions import Events
from core.kernels.pairs import first_of_pair, last_of_pair, sum_of_pair

REASONS = {
    "first": "repeats of an earlier interaction",
    "last": "interactions that are repeated later",
    "sum": "repeats added to the weight of the first interaction",
}
"""Why a repeated row is left out."""


def first_events(events: Events) -> npt.NDArray[np.bool_]:
    """True for the first event of each (user, item) pair, ``[events]``."""
    first: npt.NDArray[np.bool_] = first_of_pair(events.indptr, events.items, events.n_items)
    return first


def resolve(asked: str, repeated: bool, windows: bool) -> str:
    """What ``auto`` means: the first event, or all where sequence windows are read and something is repeated.

    Args:
        asked: ``auto``, ``first``, ``last``, ``all`` or ``sum``.
        repeated: some pair occurs more than once.
        windows: the model looks at windows of ordered events.
    """
    if asked != "auto":
        return asked
    return "all" if windows and repeated else "first"


def merge_repeats(events: Events, how: str, first: npt.NDArray[np.bool_]) -> Events:
    """One event a pair, unless all are kept.

    Args:
        events: ordered by (user, time).
        how: ``first``, ``last``, ``all``, or ``sum``: the first event with the sum of the weights, or with the
            number of events where there are no weights.
        first: True for the first event of each pair, ``[events]``.
    """
    if how == "sum":
        amounts = np.ones(len(events), np.float32) if events.weights is None else events.weights
        totals = sum_of_pair(events.indptr, events.items, amounts, events.n_items)
        return dataclasses.replace(events, weights=totals).select(first)
    if how == "all" or first.all():
        return events
    return events.select(first if how == "first" else last_of_pair(events.indptr, events.items, events.n_items))
