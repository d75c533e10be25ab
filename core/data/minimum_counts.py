"""Leave out users and items with too few interactions, again and again until nothing more falls (k-core)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.data.interactions import Events
from core.kernels.coring import peel


@dataclass(frozen=True, eq=False)
class Removed:
    """Users and items that were present and fell, ``[users]`` and ``[items]`` bool."""

    users: npt.NDArray[np.bool_]
    items: npt.NDArray[np.bool_]

    def keeps(self, events: Events) -> npt.NDArray[np.bool_]:
        """Events of users and items that did not fall, ``[events]``."""
        kept: npt.NDArray[np.bool_] = ~self.users[events.users]
        kept &= ~self.items[events.items]
        return kept


def find_removed(events: Events, distinct: npt.NDArray[np.bool_], minimum_user: int, minimum_item: int) -> Removed:
    """Who falls when each user needs so many distinct items and each item so many distinct users.

    Args:
        distinct: True for one event of each pair, ``[events]``; the others do not count.
    """
    users, items = peel(events.indptr, events.items, distinct, events.n_items, minimum_user, minimum_item)
    return Removed((np.diff(events.indptr) > 0) & ~users, (events.item_counts > 0) & ~items)
