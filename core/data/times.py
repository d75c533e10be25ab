"""A time column as a whole: its unit found from all values, mixtures refused, everything brought to microseconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, tzinfo

import numpy as np
import numpy.typing as npt

from core.data.interactions import Clock
from core.data.moments import EARLIEST, ENDING_WITH_YEAR, LATEST, Kind, Moments
from core.errors import InputError

UNITS = {"seconds": 1, "milliseconds": 1_000, "microseconds": 1_000_000, "nanoseconds": 1_000_000_000}
PLAUSIBLE = (100_000_000, 4_102_444_800)
"""Seconds from 1973 to 2100: times this factor the windows of the units do not overlap, so one value tells its unit."""

DAY = 86_400_000_000
COMPACT_DATES = (19000101, 21001231)
AMBIGUOUS = "input.ambiguous-dates"
SAY_ORDER = "Say which with --columns dates=day-first or --columns dates=month-first"
OUT_OF_RANGE = "time out of range"


@dataclass(frozen=True)
class Example:
    """A value of the column that speaks for a unit or a kind."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.text!r} on line {self.line:,}"


@dataclass(frozen=True, eq=False)
class TimeColumn:
    """What became of a time column.

    Attributes:
        values: ``[rows]`` int64, see Clock.
        valid: ``[rows]`` bool: False where the year is not in 1..9999; None when all are.
        refused: the numbers as found of the rows that are not valid.
        unit: name of the unit or the way of writing.
        notes: plain sentences.
    """

    values: npt.NDArray[np.int64]
    clock: Clock
    valid: npt.NDArray[np.bool_] | None
    unit: str
    notes: tuple[str, ...]
    refused: tuple[int, ...] = ()


class TimeGatherer:
    """Takes the kept rows of a time column block by block.

    Args:
        name: name of the column.
        where: name of the file, for errors.
        order: the column holds positions, not times.
        zone: where the clocks stood for dates without a zone.
    """

    def __init__(self, name: str, where: str, order: bool = False, zone: tzinfo = UTC) -> None:
        self._name, self._where, self._order, self._zone = name, where, order, zone
        self._values: list[npt.NDArray[np.int64]] = []
        self._fractions: list[npt.NDArray[np.float64]] = []
        self._fractional = False
        self._swapped: list[npt.NDArray[np.int64]] = []
        self._examples: dict[str, Example] = {}
        self._orders: dict[Kind, Example] = {}
        self._naive = self._zoned = 0

    def faults(self, moments: Moments) -> list[tuple[str, npt.NDArray[np.bool_]]]:
        """Reasons why rows cannot be kept, and which rows, ``[rows]`` bool each."""
        found = [("blank time", moments.kinds == Kind.BLANK), ("time not understood", moments.kinds == Kind.BAD)]
        if self._order:
            not_whole = moments.kinds > Kind.NUMBER
            if moments.fractions is not None:
                not_whole |= moments.fractions != 0
            found.append(("position is not a whole number", not_whole))
        return found

    def keep(self, moments: Moments, example: Callable[[int], Example]) -> None:
        """Add rows.

        Args:
            example: line and text of a row of ``moments``.

        Raises:
            InputError: they do not go with the rows before: another unit, dates among numbers.
        """
        if not len(moments.values):
            return
        self._values.append(moments.values)
        self._swapped.append(moments.values if moments.swapped is None else moments.swapped)
        if moments.fractions is not None and not self._fractional:
            self._fractional = True
            self._fractions = [np.zeros(len(before)) for before in self._values[:-1]]
        if self._fractional:
            self._fractions.append(np.zeros(len(moments.values)) if moments.fractions is None else moments.fractions)
        if self._order:
            return
        numbers = moments.kinds == Kind.NUMBER
        if not numbers.all():
            self._see("dates", ~numbers, example)
            ending = moments.kinds >= ENDING_WITH_YEAR
            self._naive += int(np.count_nonzero((moments.kinds == Kind.NAIVE) | ending))
            if ending.any():
                self._see_orders(moments.kinds, example)
            self._zoned += int(np.count_nonzero(moments.kinds == Kind.ZONED))
        if numbers.any():
            self._see_units(moments.values, numbers, example)
        if len(self._examples.keys() - {"numbers"}) > 1 or {"numbers", "dates"} <= self._examples.keys():
            raise self._mixture()

    def finish(self) -> TimeColumn:
        """Decide on the unit and bring every value to microseconds (or leave positions as they are).

        Raises:
            InputError: dates could begin with the day or with the month.
        """
        chosen = self._swapped if Kind.BY_MONTH in self._orders else self._values
        values = np.concatenate(chosen) if chosen else np.zeros(0, np.int64)
        self._values.clear()
        self._swapped.clear()
        if self._order:
            return TimeColumn(values, "order", None, "position", (f"the column {self._name!r} gives the order",))
        if "dates" in self._examples:
            return self._as_utc(values, "dates", (*self._order_notes(), *self._zone_notes()))
        unit = next((unit for unit in UNITS if unit in self._examples), None)
        if unit is None:
            return self._small_numbers(values)
        return self._scaled(values, unit)

    def _see(self, what: str, rows: npt.NDArray[np.bool_], example: Callable[[int], Example]) -> None:
        if what not in self._examples:
            self._examples[what] = example(int(np.argmax(rows)))

    def _see_orders(self, kinds: npt.NDArray[np.int8], example: Callable[[int], Example]) -> None:
        for kind in (Kind.BY_DAY, Kind.BY_MONTH, Kind.EITHER):
            if kind not in self._orders and (rows := kinds == kind).any():
                self._orders[kind] = example(int(np.argmax(rows)))
        if {Kind.BY_DAY, Kind.BY_MONTH} <= self._orders.keys():
            raise InputError(
                code="input.mixed-times",
                what=f"the dates of the column {self._name!r} begin with the day and with the month",
                where=self._where,
                why=f"There are {self._orders[Kind.BY_DAY]} and {self._orders[Kind.BY_MONTH]}",
                remedy=f"Write them all alike. {SAY_ORDER}: rows that are written otherwise are then left out",
            )

    def _order_notes(self) -> tuple[str, ...]:
        for kind, first in ((Kind.BY_DAY, "day"), (Kind.BY_MONTH, "month")):
            if kind in self._orders:
                return (f"the dates in the column {self._name!r} begin with the {first}: {self._orders[kind]}",)
        if Kind.EITHER not in self._orders:
            return ()
        raise InputError(
            code=AMBIGUOUS,
            what=f"the dates of the column {self._name!r} could begin with the day or with the month",
            where=self._where,
            why=f"None of them tells, such as {self._orders[Kind.EITHER]}",
            remedy=SAY_ORDER,
        )

    def _see_units(
        self, values: npt.NDArray[np.int64], numbers: npt.NDArray[np.bool_], example: Callable[[int], Example]
    ) -> None:
        self._see("numbers", numbers, example)
        sizes = np.abs(values) if numbers.all() else np.where(numbers, np.abs(values), 0)
        low, high = int(sizes.min()), int(sizes.max())
        for unit, factor in UNITS.items():
            first, last = PLAUSIBLE[0] * factor, PLAUSIBLE[1] * factor
            if high < first or low > last or unit in self._examples:
                continue
            inside = (sizes >= first) & (sizes <= last)
            if inside.any():
                self._see(unit, inside, example)

    def _mixture(self) -> InputError:
        shown = ", ".join(f"{what} ({example})" for what, example in self._examples.items() if what != "numbers")
        if "dates" in self._examples and len(self._examples) == 2:
            shown += f", numbers ({self._examples['numbers']})"
        return InputError(
            code="input.mixed-times",
            what=f"the times of the column {self._name!r} are written in more than one way",
            where=self._where,
            why=f"There are {shown}",
            remedy="Write them all alike, or leave the column out: --columns time=none",
        )

    def _scaled(self, values: npt.NDArray[np.int64], unit: str) -> TimeColumn:
        factor = UNITS[unit]
        fractions = np.concatenate(self._fractions) if self._fractional else None
        if factor <= 1_000_000:
            scale = 1_000_000 // factor
            inside = (values >= -(-EARLIEST // scale)) & (values <= LATEST // scale)
            refused = tuple(values[~inside].tolist())
            values[~inside] = 0
            values *= scale
            if fractions is not None:
                values += np.rint(fractions * scale).astype(np.int64)
            return self._as_utc(values, unit, (), None if inside.all() else inside, refused)
        values //= 1_000
        return self._as_utc(values, unit, ())

    def _small_numbers(self, values: npt.NDArray[np.int64]) -> TimeColumn:
        """No value looks like a time since 1970 in any unit."""
        sizes = np.abs(values)
        if len(values) and sizes.max() >= PLAUSIBLE[0]:
            return self._scaled(values, "seconds")
        fractions = np.concatenate(self._fractions) if self._fractional else None
        if fractions is None and len(values) and values.min() >= COMPACT_DATES[0] and values.max() <= COMPACT_DATES[1]:
            dates = _compact_dates(values)
            if dates is not None:
                return self._as_utc(dates, "dates like 20160709", ())
        if fractions is not None:
            values = values * 1_000_000 + np.rint(fractions * 1e6).astype(np.int64)
        note = f"the numbers of the column {self._name!r} are too small for times since 1970: they only give the order"
        return TimeColumn(values, "order", None, "position", (note,))

    def _zone_notes(self) -> tuple[str, ...]:
        if not self._naive:
            return ()
        some = f"{self._naive:,} of the times" if self._zoned else "the times"
        return (f"{some} in the column {self._name!r} name no zone and were read as {self._zone}",)

    def _as_utc(
        self,
        values: npt.NDArray[np.int64],
        unit: str,
        notes: tuple[str, ...],
        valid: npt.NDArray[np.bool_] | None = None,
        refused: tuple[int, ...] = (),
    ) -> TimeColumn:
        if valid is None and len(values) and (values.min() < EARLIEST or values.max() > LATEST):
            valid = (values >= EARLIEST) & (values <= LATEST)
            refused = tuple(values[~valid].tolist())
        kept = values if valid is None else values[valid]
        early = int(np.count_nonzero(kept < 0))
        late = int(np.count_nonzero(kept > time.time() * 1_000_000 + DAY))
        if early:
            notes += (self._lying(early, "before 1970"),)
        if late:
            notes += (self._lying(late, "in the future"),)
        return TimeColumn(values, "utc", valid, unit, notes, refused)

    def _lying(self, number: int, where: str) -> str:
        times, lie = ("time", "lies") if number == 1 else ("times", "lie")
        return f"{number:,} {times} in the column {self._name!r} {lie} {where}"


def _compact_dates(values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64] | None:
    """Numbers such as 20160709 as microseconds; None when one of them is no date."""
    distinct, inverse = np.unique(values, return_inverse=True)
    days = []
    for number in distinct.tolist():
        try:
            days.append(np.datetime64(f"{number // 10000:04}-{number // 100 % 100:02}-{number % 100:02}", "us"))
        except ValueError:
            return None
    return np.asarray(days, "datetime64[us]").astype(np.int64)[inverse]
