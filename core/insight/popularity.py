"""Items in figures: how often each was met, its rank, mean rating, genres, and who met it when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from core.data.catalogue import Catalogue
from core.data.interactions import Events, Interactions

NO_GENRE = "no genre"


@dataclass(frozen=True, eq=False)
class Popularity:
    """Counts over all items.

    Attributes:
        counts: interactions, ``[items]`` int64.
        trained: those that a model is trained on, ``[items]`` int64.
        ranks: 1 + number of items with more interactions, ``[items]`` int64: equals share a rank.
        means: mean rating, ``[items]`` float64, NaN without one; None where the weights are no ratings.
    """

    counts: npt.NDArray[np.int64]
    trained: npt.NDArray[np.int64]
    ranks: npt.NDArray[np.int64]
    means: npt.NDArray[np.float64] | None

    @property
    def cold(self) -> npt.NDArray[np.bool_]:
        """Items that training never sees, ``[items]``."""
        found: npt.NDArray[np.bool_] = self.trained == 0
        return found


def popularity(interactions: Interactions, train: Events) -> Popularity:
    """Count interactions, and ratings where there are any."""
    events = interactions.events
    counts = events.item_counts
    falling = np.sort(counts)[::-1]
    ranks = np.searchsorted(-falling, -counts, side="left").astype(np.int64) + 1
    means = None
    if events.weights is not None and interactions.weights == "rating":
        totals = np.bincount(events.items, weights=events.weights, minlength=events.n_items)
        means = np.divide(totals, counts, out=np.full(events.n_items, np.nan), where=counts > 0)
    return Popularity(counts, train.item_counts, ranks, means)


@dataclass(frozen=True, eq=False)
class Audience:
    """The interactions of one item, the earliest first (in user order where times are not known).

    Attributes:
        users: user rows, ``[interactions]``.
        times: None where the data has none.
        ratings: None where the data has none.
    """

    users: npt.NDArray[np.int32]
    times: npt.NDArray[np.int64] | None
    ratings: npt.NDArray[np.float32] | None


def audience(interactions: Interactions, item: int) -> Audience:
    """Who met an item."""
    events = interactions.events
    at = np.flatnonzero(events.items == item)
    if events.times is not None:
        at = at[np.argsort(events.times[at], kind="stable")]
    rated = events.weights is not None and interactions.weights == "rating"
    return Audience(
        events.users[at],
        None if events.times is None else events.times[at],
        events.weights[at] if events.weights is not None and rated else None,
    )


def over_time(
    times: npt.NDArray[np.int64], first: int, last: int, bins: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Interactions in equal spans of the time of the whole data.

    Returns:
        Edges ``[bins + 1]`` in the unit of ``times``, and counts ``[bins]``.
    """
    edges = np.linspace(first, max(last, first + 1), bins + 1)
    return edges, np.histogram(times, edges)[0].astype(np.int64)


def names(interactions: Interactions) -> pa.Array:
    """Titles of all items, ids where there is none, ``[items]``."""
    frame, ids = interactions.catalogue.frame, interactions.items.ids
    if "title" not in frame.columns:
        return ids.cast(pa.large_string())
    pairs = zip(frame["title"].tolist(), ids.to_pylist(), strict=True)
    return pa.array([str(title).strip() or raw for title, raw in pairs], pa.large_string())


@dataclass(frozen=True, eq=False)
class Genres:
    """First genres.

    Attributes:
        codes: ``[items]`` int32, numbers of ``names``.
        names: the most frequent first; items without a genre have one of their own, which comes last.
    """

    codes: npt.NDArray[np.int32]
    names: tuple[str, ...]


def first_genres(catalogue: Catalogue) -> Genres | None:
    """The first genre of each item; None where the catalogue has no genres."""
    if "genres" not in catalogue.frame.columns:
        return None
    firsts = [next((part for part in str(text).split("|") if part), "") for text in catalogue.frame["genres"].tolist()]
    numbers: dict[str, int] = {}
    for first in firsts:
        numbers[first] = numbers.get(first, 0) + 1
    order = sorted(numbers, key=lambda name: (name == "", -numbers[name], name))
    place = {name: at for at, name in enumerate(order)}
    codes = np.fromiter((place[first] for first in firsts), np.int32, len(firsts))
    return Genres(codes, tuple(name or NO_GENRE for name in order))
