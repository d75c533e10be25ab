"""Where negatives come from: shares of draws by popularity, by the model's order, and what sampling does to a rank."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Line = npt.NDArray[np.float64]


def shares(counts: npt.NDArray[np.int64], alpha: float) -> Line:
    """How often each item is drawn in proportion to count^alpha, ``[items]``; those without events never are."""
    powers = np.where(counts > 0, np.power(np.maximum(counts, 1).astype(np.float64), alpha), 0.0)
    total = powers.sum()
    return powers / total if total else powers


def uniform_shares(items: int) -> Line:
    """How often each item is drawn when all are alike, ``[items]``."""
    return np.full(items, 1.0 / max(items, 1))


def best_of_pool(pool: int, above: Line) -> Line:
    """Chance that the best of a pool of uniform draws is among the best-scored share ``above`` of the items.

    1 − (1 − a)^m for a pool of m: dynamic negative sampling, Zhang et al. 2013.
    """
    chance: Line = 1.0 - (1.0 - above) ** pool
    return chance


def sampled_hit_chance(ranks: npt.NDArray[np.int64], candidates: int, sampled: int, k: int) -> Line:
    """Chance of a hit among ``sampled`` uniformly drawn candidates, by the rank among all of them.

    The number of better candidates in the sample is hypergeometric (Krichene and Rendle 2020, section 4).

    Args:
        ranks: ranks in the full list, from 1 to ``candidates + 1``.
        candidates: items that compete with the held-out one.
        sampled: how many of them are drawn without repeats.
        k: length of the list.
    """
    better = np.clip(ranks - 1, 0, candidates).astype(np.float64)
    drawn = min(sampled, candidates)
    total = np.zeros(len(better))
    for hits in range(min(k, drawn + 1)):
        total += _exactly(hits, better, candidates, drawn)
    return np.minimum(total, 1.0)


def _exactly(hits: int, better: Line, candidates: int, drawn: int) -> Line:
    """Hypergeometric probabilities by logarithms of binomials."""
    worse = candidates - better
    possible = (hits <= better) & (drawn - hits <= worse)
    logs = (
        _log_choose(np.maximum(better, hits), hits)
        + _log_choose(np.maximum(worse, drawn - hits), drawn - hits)
        - _log_choose(np.array([float(candidates)]), drawn)
    )
    return np.where(possible, np.exp(logs), 0.0)


def _log_choose(n: Line, k: int) -> Line:
    """ln C(n, k) as a sum of k logarithms: exact enough, and without a table of factorials."""
    steps = np.arange(k, dtype=np.float64)
    found: Line = (np.log(n[:, None] - steps) - np.log(steps + 1.0)).sum(1)
    return found
