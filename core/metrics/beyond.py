"""Beyond accuracy: what the lists of all users together recommend, whatever the held-out items are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from core.data.interactions import Events

Lists = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Popularity:
    """How many training users met each item.

    Attributes:
        counts: distinct training users of each item, ``[items]``.
        users: users with any training event.
    """

    counts: npt.NDArray[np.int64]
    users: int

    @classmethod
    def of(cls, train: Events) -> Popularity:
        """Counted on the training part; a repeated pair counts once."""
        counts = np.bincount(train.pairs.items, minlength=train.n_items).astype(np.int64)
        return cls(counts, int(np.count_nonzero(np.diff(train.indptr))))


def coverage(lists: Lists, popularity: Popularity) -> float:
    """Share of the catalogue that is in the list of anyone."""
    return float(np.count_nonzero(_exposure(lists, popularity)) / len(popularity.counts))


def novelty(lists: Lists, popularity: Popularity) -> float:
    """Mean self-information log2(users / users who met the item), in bits (Zhou et al. 2010, equation 1).

    An item that nobody met in training counts as met by one user.
    """
    bits = np.log2(max(popularity.users, 1) / np.maximum(popularity.counts, 1))
    return _mean_over_users(lists, bits)


def mean_popularity(lists: Lists, popularity: Popularity) -> float:
    """Mean share of the training users who met the listed items."""
    return _mean_over_users(lists, popularity.counts / max(popularity.users, 1))


def gini(lists: Lists, popularity: Popularity) -> float:
    """Gini coefficient of how often each item is listed: 0 all alike, towards 1 always the same few."""
    exposure = np.sort(_exposure(lists, popularity)).astype(np.float64)
    n = len(exposure)
    if exposure.sum() == 0:
        return 0.0
    return float(np.sum((2.0 * np.arange(1, n + 1) - n - 1.0) * exposure) / (n * exposure.sum()))


def _exposure(lists: Lists, popularity: Popularity) -> npt.NDArray[np.int64]:
    """How many lists each item is in, ``[items]``; -1 in a list is no item."""
    return np.bincount(lists[lists >= 0], minlength=len(popularity.counts)).astype(np.int64)


def _mean_over_users(lists: Lists, values: npt.NDArray[np.float64]) -> float:
    """Mean within each list, then over the users whose list is not empty; 0 when all are empty."""
    listed = lists >= 0
    lengths = listed.sum(1)
    sums = np.where(listed, values[lists], 0.0).sum(1)
    return float(np.mean(sums[lengths > 0] / lengths[lengths > 0])) if lengths.any() else 0.0
