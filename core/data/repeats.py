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
USUAL_SHARE = 0.01
"""From this share of the events on, meeting an item again is part of the data and no slip of the file."""


def first_events(events: Events) -> npt.NDArray[np.bool_]:
    """True for the first event of each (user, item) pair, ``[events]``."""
    first: npt.NDArray[np.bool_] = first_of_pair(events.indptr, events.items, events.n_items)
    return first


def resolve(asked: str, events: Events, first: npt.NDArray[np.bool_], windows: bool) -> str:
    """What ``auto`` means: the first event, or all where sequence windows are read and meeting again is usual.

    Keeping all also ends the hiding of met items, so that one stray row would change what every user's list competes
    with: hence a share of the events decides, and a row that says the same again counts for nothing.

    Args:
        asked: ``auto``, ``first``, ``last``, ``all`` or ``sum``.
        events: of the source, ordered by (user, time).
        first: True for the first event of each pair, ``[events]``.
        windows: the model looks at windows of ordered events.
    """
    if asked != "auto":
        return asked
    usual = windows and meetings_again(events, first) >= USUAL_SHARE * len(events)
    return "all" if usual and not first.all() else "first"


def meetings_again(events: Events, first: npt.NDArray[np.bool_]) -> int:
    """Events that meet an item again at another time; all later ones of a pair where times are unknown.

    Args:
        first: True for the first event of each pair, ``[events]``.
    """
    later = int(np.count_nonzero(~first))
    if not later or events.times is None:
        return later
    pairs = events.users.astype(np.int64) * events.n_items + events.items
    several = np.unique(pairs[~first])
    among = np.flatnonzero(np.isin(pairs, several))
    pairs, times = pairs[among], events.times[among]
    order = np.lexsort((times, pairs))
    pairs, times = pairs[order], times[order]
    changes = (pairs[1:] != pairs[:-1]) | (times[1:] != times[:-1])
    return 1 + int(np.count_nonzero(changes)) - len(several)


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
