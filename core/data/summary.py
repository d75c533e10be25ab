"""A data set in figures: sizes, time span, long tail, activity, months, ratings; plain values for a window or JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.data.dates import iso_text, months
from core.data.interactions import Clock, Interactions
from core.data.repeats import first_events

CURVE_POINTS = 200
MOST_RATINGS = 40
BLOCK = 1 << 20
EXACT = 2**24
"""Up to here single precision tells whole numbers apart."""


@dataclass(frozen=True)
class Spread:
    """How a count is spread over users or items.

    Attributes:
        least, median, mean, most: of those that have any.
        gini: 0 when all have the same, near 1 when few have everything.
        top_share: share of all interactions that the busiest 1 % and 10 % have (at least one user or item).
        ranks, counts: the long tail: count at each rank, from 1, thinned to about evenly spaced logarithms.
        bins, sizes: how many have ``bins[n]`` to ``bins[n + 1] - 1`` interactions; powers of two.
    """

    least: int
    median: float
    mean: float
    most: int
    gini: float
    top_share: tuple[float, float]
    ranks: tuple[int, ...]
    counts: tuple[int, ...]
    bins: tuple[int, ...]
    sizes: tuple[int, ...]


@dataclass(frozen=True)
class Summary:
    """A data set in figures.

    Attributes:
        users, items: that have an interaction.
        density: distinct pairs / (users x items), 0..1.
        clock: what times mean.
        first, last: ISO dates and times in UTC, or positions, as text; empty without times.
        months: interactions by month as (``2016-05``, number), months without any left out; empty without dates.
        ratings: interactions by rating as (value, number) where there are few, else as (middle of a step, number).
        rating_range: least, mean and most of the ratings themselves; None without any.
        weights: ``rating``, ``count`` or ``none``.
    """

    users: int
    items: int
    interactions: int
    pairs: int
    density: float
    clock: Clock
    first: str
    last: str
    activity: Spread
    popularity: Spread
    months: tuple[tuple[str, int], ...]
    ratings: tuple[tuple[float, int], ...]
    rating_range: tuple[float, float, float] | None
    weights: str
    repeats: str

    def plain(self) -> dict[str, Any]:
        """The figures as plain values that JSON can hold."""
        return asdict(self)


def summarise(interactions: Interactions) -> Summary:
    """The figures of a cleaned data set; one pass over the events each, in blocks."""
    events = interactions.events
    activity, popularity = np.diff(events.indptr), events.item_counts
    users, items = int(np.count_nonzero(activity)), int(np.count_nonzero(popularity))
    pairs = int(np.count_nonzero(first_events(events)))
    times, clock = events.times, interactions.clock
    span = (int(times.min()), int(times.max())) if times is not None and len(events) else None
    return Summary(
        users=users,
        items=items,
        interactions=len(events),
        pairs=pairs,
        density=pairs / max(users * items, 1),
        clock=clock,
        first="" if span is None else _moment(span[0], clock),
        last="" if span is None else _moment(span[1], clock),
        activity=spread(activity),
        popularity=spread(popularity),
        months=months(times) if times is not None and clock == "utc" else (),
        ratings=() if events.weights is None else histogram(events.weights),
        rating_range=None if events.weights is None else extent(events.weights),
        weights=interactions.weights,
        repeats=interactions.repeats,
    )


def spread(counts: npt.NDArray[np.int64]) -> Spread:
    """How counts are spread, ``[users or items]``; zeros are left out."""
    present = np.sort(counts[counts > 0])[::-1]
    if not len(present):
        return Spread(0, 0.0, 0.0, 0, 0.0, (0.0, 0.0), (), (), (), ())
    total = int(present.sum())
    ranks = np.unique(np.round(np.geomspace(1, len(present), min(CURVE_POINTS, len(present)))).astype(np.int64))
    bins = 2 ** np.arange(int(present[0]).bit_length() + 1)
    return Spread(
        least=int(present[-1]),
        median=float(np.median(present)),
        mean=total / len(present),
        most=int(present[0]),
        gini=gini(present),
        top_share=(_top(present, 0.01), _top(present, 0.1)),
        ranks=tuple(ranks.tolist()),
        counts=tuple(present[ranks - 1].tolist()),
        bins=tuple(bins.tolist()),
        sizes=tuple(np.histogram(present, bins)[0].tolist()),
    )


def gini(descending: npt.NDArray[np.int64]) -> float:
    """Gini coefficient of counts in falling order: mean difference of all pairs / (2 x mean)."""
    n = len(descending)
    weights = n - 2 * np.arange(n, dtype=np.float64) - 1
    return float((weights * descending).sum() / (n * descending.sum()))


def histogram(weights: npt.NDArray[np.float32]) -> tuple[tuple[float, int], ...]:
    """Numbers by value where there are few values, else by the middles of equal steps from the least to the most.

    Each step of whole numbers holds as many of them: else a step of three would stand beside one of two.
    """
    values: dict[float, int] = {}
    for start in range(0, len(weights), BLOCK):
        found, numbers = np.unique(weights[start : start + BLOCK], return_counts=True)
        if len(values) + len(found) > 100 * MOST_RATINGS:
            break
        for value, number in zip(found.tolist(), numbers.tolist(), strict=True):
            values[value] = values.get(value, 0) + number
    else:
        if len(values) <= MOST_RATINGS:
            return tuple(sorted(values.items()))
    edges = _edges(weights, MOST_RATINGS // 2)
    numbers, _ = np.histogram(weights, bins=edges)
    return tuple(zip(((edges[:-1] + edges[1:]) / 2).tolist(), numbers.tolist(), strict=True))


def extent(weights: npt.NDArray[np.float32]) -> tuple[float, float, float] | None:
    """Least, mean and most."""
    if not len(weights):
        return None
    return float(weights.min()), float(weights.mean(dtype=np.float64)), float(weights.max())


def _edges(weights: npt.NDArray[np.float32], steps: int) -> npt.NDArray[np.float64]:
    """Edges of about so many equal steps; those of whole numbers lie between two of them."""
    least, most = float(weights.min()), float(weights.max())
    parts = (weights[start : start + BLOCK] for start in range(0, len(weights), BLOCK))
    if most - least < EXACT and all(bool((part == np.floor(part)).all()) for part in parts):
        width = int(most - least) // steps + 1
        return np.arange(int(most - least) // width + 2, dtype=np.float64) * width + (least - 0.5)
    return np.linspace(least, most, steps + 1)


def _top(descending: npt.NDArray[np.int64], share: float) -> float:
    return float(descending[: max(int(len(descending) * share), 1)].sum() / descending.sum())


def _moment(value: int, clock: Clock) -> str:
    return iso_text(value) if clock == "utc" else str(value)
