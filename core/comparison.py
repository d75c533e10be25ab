"""Two runs on the users that both ranked: the difference, its interval, and the chance that it is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import UsageError
from core.metrics.intervals import Pause, percentiles, resampled_means

CHUNK_BYTES = 1 << 25
"""Memory for the signs of one chunk, 32 MiB."""
FLIPPED_TOGETHER = 16
"""From this number of equal differences on one binomial draw is cheaper than a bit for each."""


@dataclass(frozen=True, eq=False)
class UserValues:
    """Metrics of a run, one value a user.

    Attributes:
        users: raw user ids, distinct, ``[users]``.
        values: by flat metric name, each ``[users]``.
    """

    users: Sequence[str]
    values: dict[str, npt.NDArray[np.float64]]


@dataclass(frozen=True)
class PairedResult:
    """What a paired comparison found; differences are first minus second.

    Attributes:
        users: users in common.
        only_first, only_second: users that just one of the runs ranked; they play no part.
        first, second: means over the users in common.
        low, high: bootstrap interval of the difference.
        p: two-sided p-value of the sign-flip test.
        exact: all sign patterns were gone through; else they were drawn.
        wins, ties, losses: users for whom the first is higher, equal, lower.
    """

    metric: str
    users: int
    only_first: int
    only_second: int
    first: float
    second: float
    difference: float
    low: float
    high: float
    p: float
    exact: bool
    wins: int
    ties: int
    losses: int


def paired(
    first: UserValues,
    second: UserValues,
    metric: str,
    *,
    confidence: float = 0.95,
    resamples: int = 10_000,
    seed: int = 0,
    pause: Pause = lambda: None,
) -> PairedResult:
    """Compare one metric of two runs user by user.

    The test is Fisher's randomisation test (Smucker, Allan & Carterette 2007): were the two runs alike, each user's
    difference could as well have had the other sign. p is the share of sign patterns whose mean is at least as far
    from zero: of all of them when there are no more than ``resamples``, else of drawn ones with the pattern that
    was seen counted in (Phipson & Smyth 2010), so that p is never 0. The interval is a percentile bootstrap.

    Args:
        metric: flat name, such as ``ndcg@10``.
        resamples: sign patterns drawn; a tenth as many resamples of the users make the interval, 1,000 at least.
        pause: called between pieces of a few milliseconds; what it raises ends the comparison.

    Raises:
        UsageError: a run has no such metric, or there is no user in common.
    """
    differences, a, b = _in_common(first, second, metric)
    p, exact = sign_flip_test(differences, resamples, seed, pause)
    means = resampled_means(differences[:, None], max(1000, resamples // 10), seed, pause)
    low, high = percentiles(means, confidence)
    return PairedResult(
        metric=metric,
        users=len(differences),
        only_first=len(first.users) - len(differences),
        only_second=len(second.users) - len(differences),
        first=float(a.mean()),
        second=float(b.mean()),
        difference=float(differences.mean()),
        low=float(low[0]),
        high=float(high[0]),
        p=p,
        exact=exact,
        wins=int(np.sum(differences > 0)),
        ties=int(np.sum(differences == 0)),
        losses=int(np.sum(differences < 0)),
    )


def sign_flip_test(
    differences: npt.NDArray[np.float64], resamples: int, seed: int, pause: Pause = lambda: None
) -> tuple[float, bool]:
    """Two-sided p-value of a mean difference of zero, and whether all sign patterns were gone through.

    Users without a difference play no part, and many users with the same absolute difference are flipped together:
    how many of them are positive is binomial. So a metric of few values, such as Hit, costs next to nothing.
    """
    sizes, counts = np.unique(np.abs(differences[differences != 0]), return_counts=True)
    if not len(sizes):
        return 1.0, True
    observed = abs(differences.sum())
    # sums that are equal on paper differ in the last bits: they count as just as far from zero
    bound = observed - 1e-9 * float(sizes @ counts)
    changed = int(counts.sum())
    if changed < 63 and 2**changed <= resamples:
        patterns = (np.arange(2**changed)[:, None] >> np.arange(changed)) & 1
        sums = (2.0 * patterns - 1.0) @ np.repeat(sizes, counts)
        return float(np.mean(np.abs(sums) >= bound)), True
    many = counts >= FLIPPED_TOGETHER
    alone = np.repeat(sizes[~many], counts[~many])
    random = np.random.default_rng(seed)
    chunk = max(1, CHUNK_BYTES // (8 * (len(alone) + int(many.sum()))))
    reached = 0
    for start in range(0, resamples, chunk):
        pause()
        rows = min(chunk, resamples - start)
        bits = random.integers(0, 256, (rows, -(-len(alone) // 8)), np.uint8)
        sums = (2.0 * np.unpackbits(bits, axis=1, count=len(alone)) - 1.0) @ alone
        positive = random.binomial(counts[many], 0.5, (rows, int(many.sum())))
        sums += (2.0 * positive - counts[many]) @ sizes[many]
        reached += int(np.sum(np.abs(sums) >= bound))
    return (reached + 1) / (resamples + 1), False


def _in_common(
    first: UserValues, second: UserValues, metric: str
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    for name, run in (("first", first), ("second", second)):
        if metric not in run.values:
            raise UsageError(
                code="comparison.unknown-metric",
                what=f"the {name} run has no value of {metric!r} for its users",
                remedy=f"Choose one of {', '.join(run.values)}",
            )
    rows = {user: row for row, user in enumerate(second.users)}
    pairs = [(row, rows[user]) for row, user in enumerate(first.users) if user in rows]
    if not pairs:
        raise UsageError(
            code="comparison.no-common-user",
            what="the two runs have no user in common",
            why="They were made from other data, or rank other users",
            remedy="Compare runs on the same data and split",
        )
    mine, others = np.array(pairs, np.int64).T
    a, b = first.values[metric][mine], second.values[metric][others]
    return a - b, a, b
