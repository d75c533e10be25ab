"""Single texts, numbers and dates of a time column to whole numbers, exactly; what they mean is decided in times.py."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from core.data.day_month import DAY_FIRST, read_day_month

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
EARLIEST = -62_135_596_800_000_000
LATEST = 253_402_300_799_999_999
"""Years 1 and 9999 in microseconds since 1970: what calendars of the standard library can show."""

DIGITS = 18
"""Any number of so many digits fits into 64 bits."""

NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
MOMENT = re.compile(
    r"(?P<date>\d{4}[-/]\d{2}[-/]\d{2})"
    r"(?:[T ](?P<clock>\d{2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?)?)(?: ?(?P<zone>Z|UTC|[+-]\d{2}(?::?\d{2})?))?)?",
    re.ASCII | re.IGNORECASE,
)


class Kind(IntEnum):
    """What one value of a time column is."""

    BAD = 0
    BLANK = 1
    NUMBER = 2
    NAIVE = 3
    ZONED = 4
    BY_DAY = 5
    BY_MONTH = 6
    EITHER = 7


ENDING_WITH_YEAR = Kind.BY_DAY
"""From here on kinds are dates without a zone that end with the year: day first, month first, or either."""


@dataclass(frozen=True, eq=False)
class Moments:
    """A time column, value by value.

    Attributes:
        kinds: ``[rows]`` int8, see Kind.
        values: ``[rows]`` int64: a number rounded down, or microseconds since 1970 UTC for a date.
        fractions: ``[rows]`` float64, what rounding down took from the numbers; None when nothing.
        swapped: ``[rows]`` int64, the values where dates that end with the year have the month first, as ``values``
            have them with the day first; None when there are none.
    """

    kinds: npt.NDArray[np.int8]
    values: npt.NDArray[np.int64]
    fractions: npt.NDArray[np.float64] | None = None
    swapped: npt.NDArray[np.int64] | None = None

    def select(self, keep: npt.NDArray[np.bool_] | npt.NDArray[np.integer[Any]]) -> Moments:
        """The rows where ``keep`` ``[rows]`` is True, or those at the places that it holds."""
        fractions = None if self.fractions is None else self.fractions[keep]
        swapped = None if self.swapped is None else self.swapped[keep]
        return Moments(self.kinds[keep], self.values[keep], fractions, swapped)

    def settled(self, order: str) -> Moments:
        """Dates that end with the year read in one order alone; those that have no such date are bad."""
        if self.swapped is None or not order:
            return self
        values, fits = (self.values, Kind.BY_DAY) if order == DAY_FIRST else (self.swapped, Kind.BY_MONTH)
        ending = self.kinds >= ENDING_WITH_YEAR
        read = (self.kinds == fits) | (self.kinds == Kind.EITHER)
        kinds = np.where(ending, np.where(read, Kind.NAIVE, Kind.BAD), self.kinds).astype(np.int8)
        return Moments(kinds, values, self.fractions)


def parse_moments(column: pa.Array, zone: tzinfo = UTC, dates: str = "") -> Moments:
    """Read a column of texts, integers, decimals, dates or timestamps.

    Args:
        zone: where the clocks stood for dates without a zone.
        dates: how dates that end with the year begin, ``day-first`` or ``month-first``; empty leaves both open.
    """
    return _read(column, zone).settled(dates)


def _read(column: pa.Array, zone: tzinfo) -> Moments:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _read(column.dictionary_decode(), zone)
    if pa.types.is_date(kind):
        return _read(column.cast(pa.timestamp("ms")), zone)
    for fits, parse in READERS:
        if fits(kind):
            return parse(column, zone)
    return _texts(column.cast(pa.string()), zone)


def parse_moment(text: str, zone: tzinfo = UTC) -> tuple[Kind, int, float]:
    """One text: its kind, its value and the fraction that was rounded down (see Moments)."""
    text = text.strip()
    if not text:
        return Kind.BLANK, 0, 0.0
    if NUMBER.fullmatch(text):
        return _number(Decimal(text))
    match = MOMENT.fullmatch(text)
    if match is None:
        return Kind.BAD, 0, 0.0
    written = match["zone"]
    offset = {"Z": "+00:00", "UTC": "+00:00"}.get(written.upper(), written) if written else ""
    try:
        moment = datetime.fromisoformat(f"{match['date'].replace('/', '-')} {match['clock'] or '00:00'}{offset}")
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
        value = (aware - EPOCH) // MICROSECOND
        if not EARLIEST <= value <= LATEST:
            return Kind.BAD, 0, 0.0
        return (Kind.ZONED if written else Kind.NAIVE), value, 0.0
    except (ValueError, OverflowError):
        return Kind.BAD, 0, 0.0


def _number(number: Decimal) -> tuple[Kind, int, float]:
    if number and number.adjusted() >= DIGITS + 1:
        return Kind.BAD, 0, 0.0
    whole = int(number // 1) if number >= 0 else -int(-number // 1) - (1 if number % 1 else 0)
    return (Kind.NUMBER, whole, float(number - whole)) if abs(whole) < 1 << 63 else (Kind.BAD, 0, 0.0)


def _texts(column: pa.Array, zone: tzinfo) -> Moments:
    if not column.null_count:
        quick = _digits(column) or _whole_decimals(column) or (_dates(column) if zone is UTC else None)
        if quick is not None:
            return quick
    coded = pc.fill_null(column, "").dictionary_encode()
    distinct = _distinct(coded.dictionary, zone)
    return distinct.select(coded.indices.to_numpy())


def _distinct(texts: pa.Array, zone: tzinfo) -> Moments:
    """Texts of any kind, each one once."""
    both = read_day_month(texts)
    other = [
        (Kind.BAD, 0, 0.0) if written else parse_moment(text, zone)
        for text, written in zip(texts.to_pylist(), both.written.tolist(), strict=True)
    ]
    kinds = np.array([kind for kind, _, _ in other], np.int8)
    values = np.array([value for _, value, _ in other], np.int64)
    fractions = np.array([fraction for _, _, fraction in other], np.float64)
    if not both.written.any():
        return Moments(kinds, values, fractions if fractions.any() else None)
    by_day, by_month = both.by_day, both.by_month
    # the fifth of May is the same either way
    same = by_day & by_month & (both.day_first == both.month_first)
    cases = [same, by_day & by_month, by_day, by_month]
    kinds = np.select(cases, [Kind.NAIVE, Kind.EITHER, Kind.BY_DAY, Kind.BY_MONTH], kinds).astype(np.int8)
    swapped = np.where(by_month, _in_zone(both.month_first, by_month, zone), values)
    values = np.where(by_day, _in_zone(both.day_first, by_day, zone), values)
    return Moments(kinds, values, fractions if fractions.any() else None, swapped)


def _in_zone(values: npt.NDArray[np.int64], real: npt.NDArray[np.bool_], zone: tzinfo) -> npt.NDArray[np.int64]:
    """Microseconds of clocks in a zone as those of UTC."""
    if zone is UTC:
        return values
    local = [EPOCH + int(value) * MICROSECOND if fits else EPOCH for value, fits in zip(values, real, strict=True)]
    return np.array([(each.replace(tzinfo=zone) - EPOCH) // MICROSECOND for each in local], np.int64)


def _digits(column: pa.Array) -> Moments | None:
    """Short runs of ASCII digits, by far the most frequent case, at the speed of the machine."""
    if not len(column):
        return None
    lengths = pc.binary_length(column).to_numpy(zero_copy_only=False)
    if lengths.min() < 1 or lengths.max() > DIGITS:
        return None
    offsets = np.frombuffer(column.buffers()[1], np.int32)[column.offset : column.offset + len(column) + 1]
    text = np.frombuffer(column.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    if text.min() < ord("0") or text.max() > ord("9"):
        return None
    return _all(Kind.NUMBER, column.cast(pa.int64()).to_numpy())


def _whole_decimals(column: pa.Array) -> Moments | None:
    """``881250949.0``, as tables with gaps write whole numbers."""
    if len(column) and pc.all(pc.ends_with(column, ".0")).as_py():
        return _digits(pc.utf8_slice_codeunits(column, 0, stop=-2))
    return None


def _dates(column: pa.Array) -> Moments | None:
    lengths = pc.binary_length(column)
    if not len(column) or pc.min(lengths).as_py() < 10:
        return None
    for kind, target in ((Kind.NAIVE, pa.timestamp("us")), (Kind.ZONED, pa.timestamp("us", "UTC"))):
        try:
            values = column.cast(target).cast(pa.int64()).to_numpy()
        except pa.ArrowInvalid:
            continue
        if values.min() >= EARLIEST and values.max() <= LATEST:
            return _all(kind, values)
    return None


def _integers(column: pa.Array, zone: tzinfo) -> Moments:
    if pa.types.is_int64(column.type) and not column.null_count:
        values = column.to_numpy()
        if not len(values) or values.min() > np.iinfo(np.int64).min:
            return _all(Kind.NUMBER, values)
    missing = column.is_null().to_numpy(zero_copy_only=False)
    filled = pc.fill_null(column, 0)
    if pa.types.is_uint64(column.type):
        over = pc.greater(filled, pa.scalar((1 << 63) - 1, pa.uint64())).to_numpy(zero_copy_only=False)
        values = filled.cast(pa.int64(), safe=False).to_numpy()
    else:
        values = filled.cast(pa.int64()).to_numpy()
        # its absolute value does not fit into 64 bits
        over = values == np.iinfo(np.int64).min
    return Moments(_kinds(missing, over, Kind.NUMBER), values)


def _decimals(column: pa.Array, zone: tzinfo) -> Moments:
    numbers = pc.fill_null(column, float("nan")).cast(pa.float64()).to_numpy()
    missing = np.isnan(numbers)
    over = ~missing & (np.abs(numbers) >= 2.0**63)
    whole = np.floor(np.where(missing | over, 0.0, numbers))
    fractions = np.where(missing | over, 0.0, numbers) - whole
    return Moments(_kinds(missing, over, Kind.NUMBER), whole.astype(np.int64), fractions if fractions.any() else None)


def _timestamps(column: pa.Array, zone: tzinfo) -> Moments:
    kind = Kind.ZONED if column.type.tz else Kind.NAIVE
    if kind is Kind.NAIVE and zone is not UTC:
        column = pc.assume_timezone(column, str(zone), ambiguous="earliest", nonexistent="earliest")
    missing = column.is_null().to_numpy(zero_copy_only=False)
    # seconds and milliseconds can lie beyond what microseconds hold
    limit = {"s": LATEST // 1_000_000, "ms": LATEST // 1_000}.get(column.type.unit, (1 << 63) - 1)
    stored = pc.fill_null(column.cast(pa.int64()), 0).to_numpy()
    over = np.abs(stored.astype(np.float64)) > limit
    scaled = {"s": lambda: stored * 1_000_000, "ms": lambda: stored * 1_000, "ns": lambda: stored // 1_000}
    values = scaled.get(column.type.unit, lambda: stored)()
    return Moments(_kinds(missing, over, kind), values)


def _all(kind: Kind, values: npt.NDArray[np.int64]) -> Moments:
    return Moments(np.full(len(values), kind, np.int8), values)


def _kinds(missing: npt.NDArray[np.bool_], over: npt.NDArray[np.bool_], kind: Kind) -> npt.NDArray[np.int8]:
    return np.select([missing, over], [Kind.BLANK, Kind.BAD], kind).astype(np.int8)


READERS: tuple[tuple[Callable[[pa.DataType], bool], Callable[[pa.Array, tzinfo], Moments]], ...] = (
    (pa.types.is_integer, _integers),
    (pa.types.is_floating, _decimals),
    (pa.types.is_timestamp, _timestamps),
    (pa.types.is_string, _texts),
)
