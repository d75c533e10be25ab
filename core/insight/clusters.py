"""Clusters of vectors that point the same way: spherical k-means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.insight.projection import unit_rows

ROUNDS = 40
SETTLED = 0.001
"""Share of the rows that may still move when it is good enough."""


@dataclass(frozen=True, eq=False)
class Clusters:
    """Which vectors belong together.

    Attributes:
        labels: cluster of each row, ``[rows]`` int32; clusters are numbered from the largest.
        centres: unit vectors, ``[clusters, width]``.
    """

    labels: npt.NDArray[np.int32]
    centres: npt.NDArray[np.float32]


def spherical_k_means(
    vectors: npt.NDArray[np.float32], k: int, seed: int, going_on: Callable[[], bool] = lambda: True
) -> Clusters:
    """Divide vectors by direction so that the sum of cosines with the centres is (locally) largest.

    Dhillon and Modha 2001, algorithm 2, begun with distant centres as k-means++ draws them (Arthur and Vassilvitskii
    2007), the distance being 1 - cosine. A cluster that runs empty takes the vector that fits its centre least.

    Args:
        vectors: ``[rows, width]``.
        k: number of clusters; not more than there are rows.
        going_on: asked before each round; False ends with what there is.
    """
    unit = unit_rows(vectors)
    k = max(min(k, len(unit)), 1)
    if not len(unit):
        return Clusters(np.zeros(0, np.int32), np.zeros((k, vectors.shape[1]), np.float32))
    centres = _distant(unit, k, np.random.default_rng(seed))
    labels = np.full(len(unit), -1, np.int32)
    for _ in range(ROUNDS):
        cosines = unit @ centres.T
        found = cosines.argmax(1).astype(np.int32)
        fit = cosines[np.arange(len(unit)), found]
        _fill_empty(found, fit, k)
        moved = np.count_nonzero(found != labels)
        labels = found
        if moved:
            centres = _centres(unit, labels, k)
        if moved <= SETTLED * len(unit) or not going_on():
            break
    order = np.argsort(-np.bincount(labels, minlength=k), kind="stable")
    number = np.empty(k, np.int32)
    number[order] = np.arange(k, dtype=np.int32)
    return Clusters(number[labels], centres[order])


def _distant(unit: npt.NDArray[np.float32], k: int, generator: np.random.Generator) -> npt.NDArray[np.float32]:
    rows = [int(generator.integers(len(unit)))]
    nearest = 1 - unit @ unit[rows[0]]
    for _ in range(1, k):
        weights = np.maximum(nearest.astype(np.float64), 0)
        total = weights.sum()
        rows.append(int(generator.choice(len(unit), p=weights / total if total > 0 else None)))
        nearest = np.minimum(nearest, 1 - unit @ unit[rows[-1]])
    return unit[rows]


def _fill_empty(labels: npt.NDArray[np.int32], fit: npt.NDArray[np.float32], k: int) -> None:
    counts = np.bincount(labels, minlength=k)
    for cluster in np.flatnonzero(counts == 0):
        # only a cluster of two or more can give one away
        row = int(np.where(counts[labels] > 1, fit, np.inf).argmin())
        counts[labels[row]] -= 1
        counts[cluster] += 1
        labels[row], fit[row] = cluster, 1.0


def _centres(unit: npt.NDArray[np.float32], labels: npt.NDArray[np.int32], k: int) -> npt.NDArray[np.float32]:
    # a product with a matrix of zeros and ones is several times as fast as gathering the rows
    belongs = (np.arange(k, dtype=np.int32)[:, None] == labels).astype(np.float32)
    return unit_rows(belongs @ unit)
