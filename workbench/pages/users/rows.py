"""The rows of a ranked list: the first places, what lies further down, and how many are left out between."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.insight.placing import Placing

GAP = -1


@dataclass(frozen=True, eq=False)
class ListRows:
    """One row of the table each.

    Attributes:
        items: item rows, GAP where items are left out, ``[rows]``.
        left_out: how many a gap stands for, 0 elsewhere, ``[rows]``.
    """

    items: npt.NDArray[np.int32]
    left_out: npt.NDArray[np.int64]

    @property
    def gaps(self) -> list[int]:
        """Rows that are gaps."""
        return np.flatnonzero(self.items == GAP).tolist()


def list_rows(placing: Placing, length: int, with_met: bool, also: Iterable[int] = ()) -> ListRows:
    """The first ``length`` items, the held-out items and those of ``also``, with gaps where items are left out.

    Args:
        with_met: items that are not ranked because the user has met them have rows too.
        also: further item rows; those that are not in the list have no row.
    """
    order = placing.order if with_met else placing.order[~placing.hidden[placing.order]]
    wanted = np.unique(np.array([*placing.held_out.tolist(), *also], np.int64))
    places = np.flatnonzero(np.isin(order, wanted))
    shown = np.concatenate([np.arange(min(length, len(order))), places[places >= length]])
    items: list[int] = []
    left_out: list[int] = []
    before = -1
    for place in shown.tolist():
        if place > before + 1:
            items.append(GAP)
            left_out.append(place - before - 1)
        items.append(int(order[place]))
        left_out.append(0)
        before = place
    if before + 1 < len(order):
        items.append(GAP)
        left_out.append(len(order) - before - 1)
    return ListRows(np.array(items, np.int32), np.array(left_out, np.int64))
