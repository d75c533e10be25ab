"""Ranking metrics of each user from the places of its held-out items."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.metrics.held_out import Evaluation

PerUser = npt.NDArray[np.float64]


def hit(evaluation: Evaluation, k: int) -> PerUser:
    """1 if any held-out item is among the first k, else 0."""
    return (evaluation.ranks <= evaluation.length(k)).astype(np.float64)


def precision(evaluation: Evaluation, k: int) -> PerUser:
    """Share of the first k that is held out."""
    return _hits(evaluation, k) / evaluation.length(k)


def recall(evaluation: Evaluation, k: int) -> PerUser:
    """Share of the held-out items that is among the first k."""
    return _shared(evaluation, _hits(evaluation, k), evaluation.relevant)


def ndcg(evaluation: Evaluation, k: int) -> PerUser:
    """Discounted gain of the first k over that of the ideal list (Järvelin & Kekäläinen 2002, binary gains)."""
    gained = _sums(evaluation, np.where(evaluation.within(k), evaluation.gains, 0.0))
    if evaluation.one_each:
        # the ideal list gains 1 / log2(2)
        return gained
    ideal = np.cumsum(1.0 / np.log2(1.0 + np.arange(1, evaluation.relevant.max() + 1)))
    best: PerUser = ideal[np.minimum(evaluation.relevant, evaluation.length(k)) - 1]
    return gained / best


def reciprocal_rank(evaluation: Evaluation, k: int) -> PerUser:
    """1 over the rank of the best held-out item; ``k`` plays no part."""
    return 1.0 / evaluation.ranks


def average_precision(evaluation: Evaluation, k: int) -> PerUser:
    """Mean of the precision at each hit among the first k, over the hits that are possible: min(k, held-out)."""
    sums = _sums(evaluation, np.where(evaluation.within(k), evaluation.precisions, 0.0))
    return _shared(evaluation, sums, np.minimum(evaluation.relevant, evaluation.length(k)))


def area_under_curve(evaluation: Evaluation, k: int) -> PerUser:
    """Share of the candidates below a held-out item, ties half, averaged over the held-out items; no ``k``."""
    candidates = evaluation.candidates.astype(np.float64)
    if not evaluation.one_each:
        candidates = candidates[evaluation.owners]
    lower = candidates - evaluation.above - evaluation.equal
    return _shared(evaluation, _sums(evaluation, (lower + 0.5 * evaluation.equal) / candidates), evaluation.relevant)


def _hits(evaluation: Evaluation, k: int) -> PerUser:
    return _sums(evaluation, evaluation.within(k).astype(np.float64))


def _sums(evaluation: Evaluation, values: PerUser) -> PerUser:
    """Sum over the held-out items of each user, ``[held-out]`` -> ``[users]``."""
    if evaluation.one_each:
        return values
    sums: PerUser = np.add.reduceat(values, evaluation.indptr[:-1])
    return sums


def _shared(evaluation: Evaluation, sums: PerUser, among: npt.NDArray[np.int64]) -> PerUser:
    """Each user's sum over how many it was made of, which is 1 where each user has one."""
    return sums if evaluation.one_each else sums / among
