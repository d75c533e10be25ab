"""Metrics of lists and ratings that were made by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.metrics import BEYOND_METRICS, METRICS, RATING_METRICS
from core.metrics.beyond import Popularity
from core.metrics.held_out import Evaluation
from core.metrics.rating import RatingEvaluation

Bits = npt.NDArray[np.bool_]


def list_metrics(relevant: Sequence[bool], k: int) -> dict[str, float]:
    """Every ranking metric, by key, of one user's list, best item first; empty where the user is not ranked.

    Args:
        relevant: which places hold held-out items; all others are candidates.
    """
    marks = np.asarray(relevant, np.bool_)
    held = np.flatnonzero(marks)
    if not len(held) or marks.all():
        return {}
    evaluation = Evaluation(
        part="test",
        protocol="full",
        n_items=len(marks),
        users=np.zeros(1, np.int32),
        indptr=np.array([0, len(held)]),
        items=held.astype(np.int32),
        above=np.cumsum(~marks)[held].astype(np.int32),
        equal=np.zeros(len(held), np.int32),
        candidates=np.array([len(marks) - len(held)], np.int32),
        ks=(k,),
    )
    return {key: float(metric.function(evaluation, k)[0]) for key, metric in METRICS.items()}


def beyond_metrics(listed: Bits, met: npt.NDArray[np.int64], users: int) -> dict[str, float]:
    """Every metric beyond accuracy, by key.

    Args:
        listed: which items are on which list, ``[lists, items]``.
        met: training users who met each item, ``[items]``.
        users: training users.
    """
    longest = max(int(listed.sum(1).max()), 1)
    lists = np.full((len(listed), longest), -1, np.int32)
    for row, marks in enumerate(listed):
        items = np.flatnonzero(marks)
        lists[row, : len(items)] = items
    popularity = Popularity(met, users)
    return {key: metric.function(lists, popularity) for key, metric in BEYOND_METRICS.items()}


def rating_metrics(predicted: Sequence[float], given: Sequence[float]) -> dict[str, float]:
    """Every metric of predicted ratings, by key."""
    rows = np.arange(len(given), dtype=np.int32)
    evaluation = RatingEvaluation("test", rows, rows, np.asarray(predicted, np.float32), np.asarray(given, np.float32))
    return {key: metric.function(evaluation) for key, metric in RATING_METRICS.items()}
