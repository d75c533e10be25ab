"""Metrics apart for inactive and active users, and for rare and popular held-out items."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.metrics import user_values
from core.metrics.held_out import Evaluation

if TYPE_CHECKING:
    from core.data.interactions import Events


@dataclass(frozen=True)
class Bucket:
    """A range of counts and the means over what falls into it.

    Attributes:
        low, high: least and largest count in the bucket.
        users: users with anything in the bucket.
        held_out: held-out items in the bucket.
        values: mean over these users by flat metric name.
    """

    low: int
    high: int
    users: int
    held_out: int
    values: dict[str, float]


def by_activity(evaluation: Evaluation, train: Events, names: Iterable[str], buckets: int = 4) -> tuple[Bucket, ...]:
    """Buckets of users with about as many users each, by their number of training events.

    Args:
        names: flat names of ranking metrics, such as ``ndcg@10``.
        buckets: how many at most; fewer where counts are equal.
    """
    activity = np.diff(train.indptr)[evaluation.users]
    return _table(evaluation, activity, activity[evaluation.owners], names, buckets)


def by_popularity(evaluation: Evaluation, train: Events, names: Iterable[str], buckets: int = 4) -> tuple[Bucket, ...]:
    """Buckets of held-out items with about as many of them each, by the item's number of training events.

    A user with held-out items in several buckets counts in each of them, there with these items alone.
    """
    popularity = train.item_counts[evaluation.items]
    return _table(evaluation, popularity, popularity, names, buckets)


def _table(
    evaluation: Evaluation,
    divided: npt.NDArray[np.int64],
    of_held_out: npt.NDArray[np.int64],
    names: Iterable[str],
    buckets: int,
) -> tuple[Bucket, ...]:
    names = tuple(names)
    found = []
    low = int(divided.min())
    for high in _upper_ends(divided, buckets):
        inside = (of_held_out >= low) & (of_held_out <= high)
        if inside.any():
            part = evaluation.select(inside)
            values = {name: float(each.mean()) for name, each in user_values(part, names).items()}
            counts = of_held_out[inside]
            found.append(Bucket(int(counts.min()), int(counts.max()), len(part.users), len(part.items), values))
        low = high + 1
    return tuple(found)


def _upper_ends(counts: npt.NDArray[np.int64], buckets: int) -> list[int]:
    """Largest count of each bucket: the quantiles, equal ones once."""
    shares = np.arange(1, buckets + 1) / buckets
    return [int(end) for end in np.unique(np.quantile(counts, shares, method="inverted_cdf"))]
