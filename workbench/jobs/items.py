"""Looking at items off the GUI thread: figures, the map, clusters, one item."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workbench.jobs.job import Cancelled, JobControl, Progress, Tell, Work

if TYPE_CHECKING:
    import pyarrow as pa

    from core.data.interactions import Interactions
    from core.insight.popularity import Audience, Genres, Popularity
    from core.insight.similar import Similar
    from core.runs.opening import Run
    from workbench.session import Opened

NEAREST = 50
"""Near items that are listed."""
BINS = 40
"""Spans of time in which interactions are counted."""


@dataclass(frozen=True, eq=False)
class ItemTable:
    """What is known of all items.

    Attributes:
        run: whose data they are; None for the open data.
        names: titles, ids where there is none, ``[items]``.
        genres: None where the catalogue has none.
        tables: the run's tables of item vectors by key, with what they are; empty without any.
    """

    run: Run | None
    interactions: Interactions
    popularity: Popularity
    names: pa.Array
    genres: Genres | None
    tables: dict[str, str]

    def name(self, item: int) -> str:
        """Title of an item, its id where there is none."""
        return str(self.names[item].as_py())


@dataclass(frozen=True, eq=False)
class Mapped:
    """Places on a map.

    Attributes:
        rows: item rows that are on it: those that were trained, ``[points]``.
        points: ``[points, 2]`` float32.
        shares: share of the variance that each axis keeps; empty for a map of neighbours.
    """

    rows: npt.NDArray[np.int64]
    points: npt.NDArray[np.float32]
    shares: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False)
class Moved:
    """A map that is still being made.

    Attributes:
        points: None while there is nothing to be seen yet.
        seconds_left: None while it is not known.
    """

    fraction: float
    text: str
    points: npt.NDArray[np.float32] | None
    seconds_left: float | None


@dataclass(frozen=True, eq=False)
class ItemView:
    """One item.

    Attributes:
        near: nearest first; empty without vectors.
        edges, counts: interactions over the time of the whole data; None without times.
    """

    item: int
    audience: Audience
    near: tuple[Similar, ...]
    edges: npt.NDArray[np.float64] | None
    counts: npt.NDArray[np.int64] | None


def tabulating_items(run: Run | None, opened: Opened | None) -> Work:
    """Work that counts the items of a run, else of the open data; gives an ItemTable."""

    def work(control: JobControl, tell: Tell) -> ItemTable:
        from core.insight.popularity import first_genres, names, popularity

        if run is not None:
            from core.insight.similar import vector_tables

            interactions, train, tables = run.interactions, run.trained_on, vector_tables(run.model)
        else:
            assert opened is not None
            interactions, train, tables = opened.split.interactions, opened.split.train, {}
        return ItemTable(
            run,
            interactions,
            popularity(interactions, train),
            names(interactions),
            first_genres(interactions.catalogue),
            tables,
        )

    return work


def mapping(table: ItemTable, key: str) -> Work:
    """Work that projects a table of vectors onto its principal components; gives a Mapped."""

    def work(control: JobControl, tell: Tell) -> Mapped:
        from core.insight.projection import principal_components

        rows, vectors = trained_vectors(table, key)
        found = principal_components(vectors)
        _prepare_painting()
        return Mapped(rows, found.points, tuple(found.shares.tolist()))

    return work


def arranging(table: ItemTable, key: str) -> Work:
    """Work that lays near neighbours near to each other; tells Moved, gives a Mapped."""

    def work(control: JobControl, tell: Tell) -> Mapped:
        from core.insight.neighbour_map import Ended, Step, neighbour_map

        begun = [0.0]

        def watch(step: Step) -> bool:
            if not step.fraction:
                begun[0] = time.monotonic()
            gone = time.monotonic() - begun[0]
            left = gone * (1 - step.fraction) / step.fraction if step.fraction else None
            tell(Moved(step.fraction, step.text, step.points, left))
            return not control.should_stop()

        rows, vectors = trained_vectors(table, key)
        try:
            return Mapped(rows, neighbour_map(vectors, watch))
        except Ended:
            raise Cancelled from None

    return work


def follow_arranging(before: Progress, event: object) -> Progress:
    """The progress bar of a map."""
    if not isinstance(event, Moved):
        return before
    return Progress(event.text, event.fraction if event.fraction else None, event.seconds_left)


def clustering(table: ItemTable, key: str, k: int) -> Work:
    """Work that divides the items on the map into clusters; gives core's Clusters."""

    def work(control: JobControl, tell: Tell) -> object:
        from core.insight.clusters import spherical_k_means

        found = spherical_k_means(trained_vectors(table, key)[1], k, 0, lambda: not control.stopped)
        if control.stopped:
            raise Cancelled
        return found

    return work


def viewing_item(table: ItemTable, item: int, key: str) -> Work:
    """Work that looks at one item; gives an ItemView."""

    def work(control: JobControl, tell: Tell) -> ItemView:
        from core.insight.popularity import audience, over_time

        found = audience(table.interactions, item)
        near: tuple[Similar, ...] = ()
        if table.run is not None and table.tables:
            from core.insight.similar import similar_items

            near = similar_items(table.run.model, item, NEAREST, key)
        edges = counts = None
        times = table.interactions.events.times
        if found.times is not None and times is not None and len(times):
            edges, counts = over_time(found.times, int(times.min()), int(times.max()), BINS)
        return ItemView(item, found, near, edges, counts)

    return work


def trained_vectors(table: ItemTable, key: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Rows and vectors of the items that training has seen: the others still are what chance made them."""
    from core.insight.similar import item_vectors

    assert table.run is not None
    rows = np.flatnonzero(~table.popularity.cold)
    vectors = item_vectors(table.run.model, key).detach().cpu().float().numpy()[rows]
    return rows, np.ascontiguousarray(vectors)


def _prepare_painting() -> None:
    """Compile what paints the map here: in the window it would be felt."""
    from core.kernels.painting import paint_dots

    one, none = np.zeros(1, np.float32), np.zeros(1, np.int32)
    paint_dots(np.zeros((4, 4), np.uint32), one, one, np.zeros(1, np.uint32), none, 1.0, 1.0)
