"""A flat map on which near neighbours stay near: t-SNE over the nearest neighbours by cosine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from core.insight.clusters import spherical_k_means
from core.insight.projection import principal_components, unit_rows

NEIGHBOURS = 15
EXAGGERATED, PLAIN = 150, 300
"""Iterations with attraction twelvefold, which sorts the groups out, and without."""
EXAGGERATION = 12.0
EVERY = 10
BLOCK = 512
FEW = 2_000
"""Up to so many rows the tree of Barnes and Hut is faster than the grid of the fast transform."""
MANY = 20_000
"""From so many rows on neighbours are looked for in the nearest groups alone."""
PROBED = 16
"""Groups that are looked through for each row."""
GROUPING_ROUNDS = 5
FEWEST = 5
"""Below so many rows there is nothing to arrange."""


@dataclass(frozen=True, eq=False)
class Step:
    """How far a map is.

    Attributes:
        fraction: 0..1.
        text: what is being done.
        points: the map so far, ``[rows, 2]`` float32; None while neighbours are looked for.
    """

    fraction: float
    text: str
    points: npt.NDArray[np.float32] | None = None


Watch = Callable[[Step], bool]
"""Told each step; False ends the work."""
Part = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64] | None]


class Ended(Exception):  # noqa: N818 - not an error
    """Raised when the one who watches wants no more."""


def neighbour_map(vectors: npt.NDArray[np.float32], watch: Watch, seed: int = 0) -> npt.NDArray[np.float32]:
    """Arrange vectors on a plane, ``[rows, 2]`` float32.

    t-SNE (van der Maaten and Hinton 2008) with the fast repulsion of Linderman et al. 2019 as openTSNE has it (Poličar
    et al. 2024), begun at the principal components (Kobak and Berens 2019); each row attracts its 15 nearest by cosine
    alike, which looks the same as a perplexity of about 15 and needs a sixth of the memory of the usual 30.

    Args:
        vectors: ``[rows, width]``; their lengths do not count.
        watch: told about every ten iterations, with the map so far.

    Raises:
        Ended: ``watch`` wanted no more.
    """
    unit = unit_rows(vectors)
    start = principal_components(unit).points.astype(np.float64)
    if len(unit) < FEWEST:
        return start.astype(np.float32)
    search = nearest_by_groups if len(unit) > MANY else nearest_by_cosine
    rows, distances = search(unit, min(NEIGHBOURS, len(unit) - 1), watch)
    tell(watch, Step(0.0, "arranging"))
    embedding = _embedding(start, rows, distances, seed)
    done = 0
    total = EXAGGERATED + PLAIN

    def look(iteration: int, error: float, points: npt.NDArray[np.float64]) -> bool:
        # what is told is a copy: the array is moved on meanwhile
        found = np.array(points, np.float32)
        return not watch(Step((done + iteration) / total, f"arranging, {done + iteration} of {total}", found))

    common: dict[str, Any] = {"learning_rate": "auto", "callbacks": [look], "callbacks_every_iters": EVERY}
    for iterations, exaggeration, momentum in ((EXAGGERATED, EXAGGERATION, 0.5), (PLAIN, None, 0.8)):
        embedding = _optimised(embedding, n_iter=iterations, exaggeration=exaggeration, momentum=momentum, **common)
        done += iterations
    return np.array(embedding, np.float32)


def _embedding(
    start: npt.NDArray[np.float64], rows: npt.NDArray[np.int64], distances: npt.NDArray[np.float64], seed: int
) -> Any:
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import Uniform
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    affinities = Uniform(knn_index=PrecomputedNeighbors(rows, distances), k_neighbors=rows.shape[1], n_jobs=1)
    spread = start[:, 0].std()
    generator = np.random.default_rng(seed)
    # equal vectors begin at one place and would never part
    start = start / (spread if spread > 0 else 1.0) * 1e-4 + generator.normal(0, 1e-6, start.shape)
    method = "fft" if len(start) > FEW else "bh"
    return TSNEEmbedding(start, affinities, negative_gradient_method=method, n_jobs=1, random_state=seed)


def _optimised(embedding: Any, **options: Any) -> Any:
    from openTSNE.tsne import OptimizationInterrupt

    try:
        return embedding.optimize(**options, propagate_exception=True)
    except OptimizationInterrupt:
        raise Ended from None


def tell(watch: Watch, step: Step) -> None:
    """Tell a step, and end when that is wanted."""
    if not watch(step):
        raise Ended


@torch.no_grad()
def nearest_by_cosine(
    unit: npt.NDArray[np.float32], k: int, watch: Watch = lambda step: True
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """The k nearest other rows of each row, exactly, nearest first.

    Args:
        unit: rows of length 1, ``[rows, width]``.

    Returns:
        Rows ``[rows, k]``, and the distances of the points on the sphere, sqrt(2 - 2 cos).

    Raises:
        Ended: ``watch`` wanted no more.
    """
    everything = np.arange(len(unit))
    return _nearest_among(unit, k, ((everything[at : at + BLOCK], None) for at in range(0, len(unit), BLOCK)), watch)


def nearest_by_groups(
    unit: npt.NDArray[np.float32], k: int, watch: Watch = lambda step: True
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """As ``nearest_by_cosine``, but among the rows of the nearest groups alone (an inverted file, Jégou et al. 2011).

    Groups are clusters of direction, half the square root of the number of rows; looking through the sixteen nearest
    finds 94 to 99 % of the neighbours of trained vectors, and 100,000 rows take a fifth of the time. Vectors without
    any structure are found badly, and have no neighbours worth the name.
    """
    tell(watch, Step(0.0, "finding neighbours"))
    groups = max(round(len(unit) ** 0.5 / 2), PROBED)
    rounds = iter(range(GROUPING_ROUNDS))
    found = spherical_k_means(unit, groups, 0, lambda: next(rounds, None) is not None)
    members = np.split(np.argsort(found.labels, kind="stable"), np.cumsum(np.bincount(found.labels, minlength=groups)))
    near = np.argsort(-(found.centres @ found.centres.T), axis=1)[:, :PROBED]

    def parts() -> Iterator[Part]:
        for group in range(groups):
            probed = near[group]
            if sum(len(members[each]) for each in probed) <= k:
                probed = np.arange(groups)
            among = np.concatenate([members[each] for each in probed])
            for start in range(0, len(members[group]), BLOCK):
                yield members[group][start : start + BLOCK], among

    return _nearest_among(unit, k, parts(), watch)


def _nearest_among(
    unit: npt.NDArray[np.float32], k: int, parts: Iterable[Part], watch: Watch
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Nearest rows, part by part: which rows ask, and among which they look (None for all)."""
    vectors = torch.from_numpy(unit)
    rows = np.empty((len(unit), k), np.int64)
    cosines = np.empty((len(unit), k), np.float32)
    done = 0
    for asking, among in parts:
        tell(watch, Step(0.0, f"finding neighbours, {100 * done // len(unit)} %"))
        others = vectors if among is None else vectors[torch.from_numpy(among)]
        block = vectors[torch.from_numpy(asking)] @ others.T
        own = asking if among is None else _places(asking, among)
        block[torch.arange(len(block)), torch.from_numpy(own)] = -torch.inf
        values, found = torch.topk(block, k)
        rows[asking] = found.numpy() if among is None else among[found.numpy()]
        cosines[asking] = values.numpy()
        done += len(asking)
    return rows, np.sqrt(np.maximum(2 - 2 * cosines.astype(np.float64), 0))


def _places(asking: npt.NDArray[np.int64], among: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    order = np.argsort(among)
    return order[np.searchsorted(among, asking, sorter=order)]
