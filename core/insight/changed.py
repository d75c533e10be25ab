"""Two runs user by user: who gained and who lost most when one model takes the place of the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.comparison import UserValues
from core.metrics import user_values
from core.metrics.held_out import Evaluation

RANK = "rank"
"""Not a metric with a mean worth reading, but what people look at: the place of the best held-out item."""

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class UserPairs:
    """One metric of the users that both runs ranked.

    Attributes:
        users: raw ids, ``[users]``.
        first, second: the metric in each run, ``[users]``.
        gains: how much better the second is, ``[users]``: the difference, and for ranks the binary logarithm of
            their ratio, so that from 2 to 1 counts as much as from 2,000 to 1,000.
    """

    metric: str
    users: tuple[str, ...]
    first: Values
    second: Values
    gains: Values

    def gained(self, count: int) -> npt.NDArray[np.int64]:
        """Places in ``users`` of those who gained most, the largest gain first; only who gained at all."""
        order = np.argsort(-self.gains, kind="stable")[:count]
        return order[self.gains[order] > 0]

    def lost(self, count: int) -> npt.NDArray[np.int64]:
        """Places in ``users`` of those who lost most, the largest loss first; only who lost at all."""
        order = np.argsort(self.gains, kind="stable")[:count]
        return order[self.gains[order] < 0]


def values_with_rank(evaluation: Evaluation, users: list[str], metrics: tuple[str, ...]) -> UserValues:
    """Metrics of an evaluation with the rank beside them.

    Args:
        users: raw ids of ``evaluation.users``.
    """
    values = user_values(evaluation, metrics)
    return UserValues(users, {**values, RANK: evaluation.ranks.astype(np.float64)})


def user_pairs(first: UserValues, second: UserValues, metrics: tuple[str, ...]) -> dict[str, UserPairs]:
    """Pairs of some metrics by name; users that one of the runs did not rank are left out."""
    rows = {user: row for row, user in enumerate(second.users)}
    joined = [(row, rows[user]) for row, user in enumerate(first.users) if user in rows]
    mine, others = np.array(joined, np.int64).reshape(-1, 2).T
    users = tuple(first.users[row] for row in mine)
    found = {}
    for name in metrics:
        a, b = first.values[name][mine], second.values[name][others]
        gains = np.log2(a / b) if name == RANK else b - a
        found[name] = UserPairs(name, users, a, b, gains)
    return found
