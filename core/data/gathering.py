"""Blocks of rows to one checked table: every fault counted with its line, ids encoded, times and ratings finished."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from core.data.id_gathering import IdGatherer
from core.data.interactions import Clock
from core.data.moments import parse_moments
from core.data.ratings import RatingGatherer
from core.data.raw import Role
from core.data.rejects import RejectLog
from core.data.times import OUT_OF_RANGE, Example, TimeGatherer

LARGEST_RATING = 1e30
"""The sum of any number of repeats still fits into the 32 bits in which weights are kept."""

RATING_TOO_LARGE = "rating is beyond ±1e30"

Mask = npt.NDArray[np.bool_]
ROLES: tuple[Role, ...] = ("user", "item", "time", "rating")


@dataclass(frozen=True, eq=False)
class Batch:
    """Consecutive rows of a file, as a format found them.

    Attributes:
        users, items: string arrays, ``[rows]``; null or blank where the file has nothing.
        times: texts, numbers, dates or timestamps, ``[rows]``.
        ratings: texts or numbers, ``[rows]``.
        lines: physical line (or row number) of each row, ``[rows]`` int64.
    """

    users: pa.Array
    items: pa.Array
    times: pa.Array | None
    ratings: pa.Array | None
    lines: npt.NDArray[np.int64]

    def column(self, role: Role) -> pa.Array | None:
        """The column of a role."""
        return {"user": self.users, "item": self.items, "time": self.times, "rating": self.ratings}[role]


@dataclass(frozen=True, eq=False)
class Gathered:
    """All kept rows, see RawRows."""

    users: pa.DictionaryArray
    items: pa.DictionaryArray
    times: npt.NDArray[np.int64] | None
    ratings: npt.NDArray[np.float64] | None
    clock: Clock
    unit: str
    notes: tuple[str, ...]


class Gatherer:
    """Takes batches in file order.

    Args:
        labels: name of the column of each role that the file has.
        where: name of the file, for errors.
        order: the time column holds positions.
        zone: where the clocks stood for dates without a zone.
        dates: how dates that end with the year begin, where that is told.
    """

    def __init__(
        self,
        labels: Mapping[Role, str],
        rejects: RejectLog,
        where: str,
        order: bool = False,
        zone: tzinfo = UTC,
        dates: str = "",
    ) -> None:
        self._labels, self._rejects, self._zone, self._dates = labels, rejects, zone, dates
        self._times = TimeGatherer(labels["time"], where, order, zone) if "time" in labels else None
        self._ratings = RatingGatherer(labels["rating"]) if "rating" in labels else None
        self._users = IdGatherer()
        self._items = IdGatherer()
        self._lines = _Lines()
        self.rows = 0

    def add(self, batch: Batch) -> None:
        """Check and keep the rows of a batch.

        Raises:
            InputError: the times do not go with those before.
        """
        self.rows += len(batch.lines)
        users, items = batch.users.dictionary_encode(), batch.items.dictionary_encode()
        faults: list[tuple[Role, str, Mask]] = [
            ("user", "blank user", blank_rows(users)),
            ("item", "blank item", blank_rows(items)),
        ]
        if self._times is not None:
            moments = parse_moments(batch.times, self._zone, self._dates)
            faults += [("time", reason, rows) for reason, rows in self._times.faults(moments)]
        if self._ratings is not None:
            numbers, found = self._ratings.parse(batch.ratings)
            faults += [("rating", reason, rows) for reason, rows in found]
            faults.append(("rating", RATING_TOO_LARGE, np.abs(numbers) > LARGEST_RATING))
        keep = self._refuse(batch, faults)
        kept = np.flatnonzero(keep) if keep is not None else None
        self._users.add(_some(users, kept))
        self._items.add(_some(items, kept))
        self._lines.add(batch.lines if kept is None else batch.lines[kept])
        if self._ratings is not None:
            self._ratings.keep(numbers if keep is None else numbers[keep])
        if self._times is not None:
            times = batch.times

            def example(row: int) -> Example:
                at = row if kept is None else int(kept[row])
                return Example(int(batch.lines[at]), shown(times, at))

            self._times.keep(moments if keep is None else moments.select(keep), example)

    def finish(self) -> Gathered:
        """All that was kept.

        Raises:
            InputError: what the dates mean cannot be told.
        """
        ratings, notes = self._ratings.finish() if self._ratings is not None else (None, ())
        times = self._times.finish() if self._times is not None else None
        # the largest last: what the others had in pieces is given back by then
        users, items = self._users.finish(), self._items.finish()
        if times is None:
            return Gathered(users, items, None, ratings, "file", "", notes)
        values, valid = times.values, times.valid
        if valid is not None:
            for row, value in zip(np.flatnonzero(~valid).tolist(), times.refused, strict=True):
                self._rejects.add(OUT_OF_RANGE, self._lines.of(row), self._labels["time"], str(value))
            users, items, values = _pick(users, valid), _pick(items, valid), values[valid]
            ratings = None if ratings is None else ratings[valid]
        return Gathered(users, items, values, ratings, times.clock, times.unit, (*notes, *times.notes))

    def _refuse(self, batch: Batch, faults: list[tuple[Role, str, Mask]]) -> Mask | None:
        """Report the rows with a fault under their first one; which rows stay, None for all."""
        bad = np.zeros(len(batch.lines), np.bool_)
        found: list[tuple[int, Role, str]] = []
        for role, reason, rows in faults:
            if rows.any():
                found += [(row, role, reason) for row in np.flatnonzero(rows & ~bad).tolist()]
                bad |= rows
        for row, role, reason in sorted(found, key=lambda each: each[0]):
            value = shown(batch.column(role), row)
            self._rejects.add(reason, int(batch.lines[row]), self._labels[role], value)
        return ~bad if found else None


def blank_rows(column: pa.DictionaryArray) -> Mask:
    """Rows whose id is missing, empty or only spaces, ``[rows]``."""
    ids = column.dictionary
    blank = pc.equal(pc.utf8_trim_whitespace(ids), "").to_numpy(zero_copy_only=False)
    missing = column.indices.is_null().to_numpy(zero_copy_only=False) if column.indices.null_count else None
    if not blank.any():
        return missing if missing is not None else np.zeros(len(column), np.bool_)
    rows = blank[pc.fill_null(column.indices, 0).to_numpy()]
    return np.asarray(rows if missing is None else rows | missing, np.bool_)


def shown(column: pa.Array | None, row: int) -> str:
    """A value of a column as text for a message."""
    if column is None:
        return ""
    try:
        value = column[row].as_py()
    except (OverflowError, ValueError):
        # a date that the standard library cannot hold
        value = column[row : row + 1].cast(pa.int64())[0].as_py()
    return "" if value is None else str(value)


def _some(column: pa.DictionaryArray, rows: npt.NDArray[np.intp] | None) -> pa.DictionaryArray:
    # encoded again, so that the first appearance is that of a kept row
    return column if rows is None else column.take(pa.array(rows)).dictionary_decode().dictionary_encode()


def _pick(column: pa.DictionaryArray, rows: Mask) -> pa.DictionaryArray:
    codes = column.indices.to_numpy()[rows]
    used, first = np.unique(codes, return_index=True)
    order = used[np.argsort(first)]
    renumbered = np.zeros(len(column.dictionary), np.int32)
    renumbered[order] = np.arange(len(order), dtype=np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(renumbered[codes]), column.dictionary.take(pa.array(order)))


class _Lines:
    """Line numbers of the kept rows: one number a block where the lines follow each other, small offsets elsewhere."""

    def __init__(self) -> None:
        self._starts: list[int] = [0]
        self._firsts: list[int] = []
        self._offsets: list[npt.NDArray[np.uint32] | None] = []

    def add(self, lines: npt.NDArray[np.int64]) -> None:
        if len(lines):
            self._starts.append(self._starts[-1] + len(lines))
            self._firsts.append(int(lines[0]))
            consecutive = bool((np.diff(lines) == 1).all())
            self._offsets.append(None if consecutive else (lines - lines[0]).astype(np.uint32))

    def of(self, row: int) -> int:
        block = int(np.searchsorted(self._starts, row, "right")) - 1
        inside, offsets = row - self._starts[block], self._offsets[block]
        return self._firsts[block] + (inside if offsets is None else int(offsets[inside]))
