"""Bootstrap confidence intervals of means over users (Efron 1979, percentile method)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.metrics import ranking_names, user_values
from core.metrics.held_out import Evaluation

CHUNK_BYTES = 1 << 25
"""Memory for the draws of one chunk, 32 MiB."""


Pause = Callable[[], None]


@dataclass(frozen=True)
class Interval:
    """A mean over users and the interval around it."""

    mean: float
    low: float
    high: float


def intervals(
    evaluation: Evaluation,
    ks: Iterable[int] | None = None,
    *,
    confidence: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
    pause: Pause = lambda: None,
) -> dict[str, Interval]:
    """Intervals of all ranking metrics by flat name; every metric is read on the same resamples of users.

    Args:
        confidence: share of resamples inside the interval.
        resamples: how often as many users as there are get drawn with replacement.
        seed: the same seed gives the same intervals.
        pause: as for ``resampled_means``.
    """
    values = user_values(evaluation, ranking_names(evaluation.ks if ks is None else ks))
    means = resampled_means(np.stack(list(values.values()), axis=1), resamples, seed, pause)
    low, high = percentiles(means, confidence)
    return {
        name: Interval(float(each.mean()), float(low[at]), float(high[at]))
        for at, (name, each) in enumerate(values.items())
    }


def resampled_means(
    values: npt.NDArray[np.float64], resamples: int, seed: int, pause: Pause = lambda: None
) -> npt.NDArray[np.float64]:
    """Means of the columns of ``values`` ``[users, columns]`` on resamples of the users, ``[resamples, columns]``.

    How often each user is drawn is counted, and the counts multiply the values: one product for all columns.

    Args:
        pause: called between pieces of a few milliseconds; what it raises ends the drawing.
    """
    random = np.random.default_rng(seed)
    users = len(values)
    chunk = max(1, CHUNK_BYTES // (16 * users))
    means = np.empty((resamples, values.shape[1]))
    for start in range(0, resamples, chunk):
        pause()
        rows = min(chunk, resamples - start)
        drawn = random.integers(0, users, (rows, users))
        drawn += np.arange(rows)[:, None] * users
        counts = np.bincount(drawn.ravel(), minlength=rows * users).reshape(rows, users)
        means[start : start + rows] = counts.astype(np.float64) @ values / users
    return means


def percentiles(
    means: npt.NDArray[np.float64], confidence: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The lower and upper end of the middle ``confidence`` of each column, ``[columns]`` each."""
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(means, [tail, 1.0 - tail], axis=0)
    return low, high
