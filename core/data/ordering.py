"""Bring rows into the order of Events, and events into another numbering of users and items."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from core.data.interactions import PIECE, Events
from core.kernels.grouping import group, order_by_time

Value = TypeVar("Value", bound=np.generic)


@dataclass(frozen=True, eq=False)
class Columns:
    """Rows in file order, ids as codes; all arrays ``[rows]``, never written to, free to be views."""

    users: npt.NDArray[np.int32]
    items: npt.NDArray[np.int32]
    times: npt.NDArray[np.int64] | None
    weights: npt.NDArray[np.floating[Any]] | None

    def select(self, keep: npt.NDArray[np.bool_]) -> Columns:
        """The rows where ``keep`` ``[rows]`` is True."""
        return Columns(
            self.users[keep],
            self.items[keep],
            None if self.times is None else self.times[keep],
            None if self.weights is None else self.weights[keep],
        )


def join(parts: Sequence[Columns]) -> Columns:
    """Rows of several files one after the other; times and weights where all have them."""
    times = [part.times for part in parts if part.times is not None]
    weights = [part.weights for part in parts if part.weights is not None]
    return Columns(
        np.concatenate([part.users for part in parts]) if parts else np.zeros(0, np.int32),
        np.concatenate([part.items for part in parts]) if parts else np.zeros(0, np.int32),
        np.concatenate(times) if parts and len(times) == len(parts) else None,
        np.concatenate(weights) if parts and len(weights) == len(parts) else None,
    )


def sort_events(columns: Columns, n_users: int, n_items: int, pause: Callable[[], None] = lambda: None) -> Events:
    """Rows in file order as events in the order (user, time, place in the file); without times (user, place).

    Args:
        pause: called between the passes over the rows; may raise to end the work.
    """
    code: type[np.signedinteger[Any]] = np.int32 if len(columns.users) < 2**31 else np.int64
    order = np.empty(len(columns.users), code)
    indptr = np.empty(n_users + 1, np.int64)
    group(columns.users, indptr, order)
    pause()
    if columns.times is not None:
        order_by_time(indptr, order, columns.times)
    pause()
    users = np.repeat(np.arange(n_users, dtype=np.int32), np.diff(indptr))
    items = gather(columns.items, order, np.int32)
    pause()
    times = None if columns.times is None else gather(columns.times, order, np.int64)
    pause()
    weights = None if columns.weights is None else gather(columns.weights, order, np.float32)
    return Events(users, items, times, weights, n_users, n_items)


def gather(
    values: npt.NDArray[Any], order: npt.NDArray[np.signedinteger[Any]], kind: type[Value]
) -> npt.NDArray[Value]:
    """``values[order]`` as another type, ``[rows]``, without a copy of the order in 64 bits or of the values."""
    gathered = np.empty(len(order), kind)
    for start in range(0, len(order), PIECE):
        gathered[start : start + PIECE] = values[order[start : start + PIECE]]
    return gathered


def tied(events: Events) -> int:
    """Events with the same user and time as the one before: only the place in the file puts them in order."""
    if events.times is None or len(events) < 2:
        return 0
    same = events.times[1:] == events.times[:-1]
    same &= events.users[1:] == events.users[:-1]
    return int(np.count_nonzero(same))


def renumber(events: Events, users: npt.NDArray[np.bool_], items: npt.NDArray[np.bool_]) -> Events:
    """Number the users and items that stay without gaps, in the same order; events of others are left out.

    Args:
        users, items: who stays, ``[users]`` and ``[items]``.
    """
    if users.all() and items.all():
        return events
    kept = users[events.users]
    kept &= items[events.items]
    events = events if kept.all() else events.select(kept)
    return Events(
        gather(_places(users), events.users, np.int32),
        gather(_places(items), events.items, np.int32),
        events.times,
        events.weights,
        int(np.count_nonzero(users)),
        int(np.count_nonzero(items)),
    )


def _places(stays: npt.NDArray[np.bool_]) -> npt.NDArray[np.int32]:
    return (np.cumsum(stays) - 1).astype(np.int32)
