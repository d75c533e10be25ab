"""How the quantity of a finding of the doctor is spread: bars to draw beside its words."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.splits.leaks import later_shares
from core.splits.split import Split

STEPS = 20
"""Bars of a share between 0 and 1."""


@dataclass(frozen=True)
class Bars:
    """Counts by what they belong to.

    Attributes:
        x, y: what lies along the axes.
        names: of each bar, ``[bars]``.
        counts: ``[bars]``.
        marked: bars that the finding is about.
    """

    x: str
    y: str
    names: tuple[str, ...]
    counts: tuple[int, ...]
    marked: tuple[int, ...] = ()


def pictures(split: Split) -> dict[str, Bars]:
    """The bars of each finding that has any, by the finding's key."""
    found = {key: picture(split) for key, picture in PICTURES.items()}
    return {key: bars for key, bars in found.items() if bars is not None and any(bars.counts)}


def later_training(split: Split) -> Bars | None:
    """Tested users by the share of training that is later than their test."""
    if split.interactions.clock != "utc":
        return None
    shares = later_shares(split.train, split.test)
    if shares is None:
        return None
    counts, edges = np.histogram(shares, STEPS, (0.0, 1.0))
    names = tuple(f"{round(100 * edge)} %" for edge in edges[:-1])
    return Bars("training later than the user's test", "users", names, tuple(counts.tolist()))


def items_by_training(split: Split) -> Bars | None:
    """Test interactions by how often training has their item."""
    counts = split.train.item_counts[split.test.items]
    return _by_powers(counts, "training interactions of the test item", "test interactions")


def users_by_training(split: Split) -> Bars | None:
    """Tested users by how many training interactions they have."""
    tested = np.diff(split.test.indptr) > 0
    return _by_powers(np.diff(split.train.indptr)[tested], "training interactions of the user", "tested users")


def tie_sizes(split: Split) -> Bars | None:
    """Interactions by how many of the same user have the same time."""
    events = split.interactions.events
    if events.times is None or not len(events):
        return None
    begins = np.ones(len(events), np.bool_)
    begins[1:] = (events.users[1:] != events.users[:-1]) | (events.times[1:] != events.times[:-1])
    sizes = np.diff(np.append(np.flatnonzero(begins), len(events)))
    bars = _by_powers(np.repeat(sizes, sizes), "interactions of a user at the same time", "interactions", first=1)
    return Bars(bars.x, bars.y, bars.names, bars.counts, tuple(range(1, len(bars.counts))))


def _by_powers(values: npt.NDArray[np.integer], x: str, y: str, first: int = 0) -> Bars:
    """Counts of values at 0, 1, 2-3, 4-7 and so on, from ``first`` on; the bar at 0 is marked."""
    most = int(values.max()) if len(values) else 0
    edges = [0, *(2**power for power in range(max(most, 1).bit_length() + 1))]
    counts, _ = np.histogram(values, edges)
    names = [str(low) if high - low <= 1 else f"{low:,}–{high - 1:,}" for low, high in itertools.pairwise(edges)]
    return Bars(x, y, tuple(names[first:]), tuple(counts[first:].tolist()), () if first else (0,))


PICTURES: dict[str, Callable[[Split], Bars | None]] = {
    "future": later_training,
    "cold-items": items_by_training,
    "cold-users": users_by_training,
    "ties": tie_sizes,
}
"""Key of a finding -> what draws it."""
