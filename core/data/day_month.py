"""Dates that end with the year, such as 31/01/2016 13:45: each read day first and month first, many at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

DAY_FIRST, MONTH_FIRST = ORDERS = ("day-first", "month-first")
PATTERN = (
    r"(?P<first>[0-9]{1,2})[/.\-](?P<second>[0-9]{1,2})[/.\-](?P<year>[0-9]{4})"
    r"(?:[T ](?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<seconds>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,6})[0-9]*)?)?"
    r"(?: ?(?P<half>[APap])[Mm])?)?"
)
WRITTEN = re.compile(PATTERN)
Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class DayMonth:
    """Texts read both ways.

    Attributes:
        written: ``[texts]``, the texts that are written so at all.
        day_first, month_first: ``[texts]``, microseconds since 1970 by a clock without a zone.
        by_day, by_month: ``[texts]``, where that is a date of the calendar.
    """

    written: Mask
    day_first: Numbers
    by_day: Mask
    month_first: Numbers
    by_month: Mask


def looks_written(text: str) -> bool:
    """Whether one text is written so, and is a date in one of the two orders; 10.0.1000 is the number of a version."""
    found = WRITTEN.fullmatch(text.strip())
    if found is None:
        return False
    low, high = sorted((int(found["first"]), int(found["second"])))
    return 1 <= low <= 12 and high <= 31


def read_day_month(texts: pa.Array) -> DayMonth:
    """Read texts, ``[texts]`` strings without nulls, both ways."""
    parts = pc.extract_regex(pc.utf8_trim_whitespace(texts), f"^(?:{PATTERN})$")
    written = parts.is_valid().to_numpy(zero_copy_only=False)

    def number(name: str) -> Numbers:
        found = pc.fill_null(pc.struct_field(parts, name), "")
        values: Numbers = pc.if_else(pc.equal(found, ""), "0", found).cast(pa.int64()).to_numpy()
        return values

    clock, told = _clock(number, pc.fill_null(pc.struct_field(parts, "half"), ""))
    fraction = pc.utf8_rpad(pc.fill_null(pc.struct_field(parts, "fraction"), ""), 6, "0").cast(pa.int64()).to_numpy()
    first, second, year = (number(name) for name in ("first", "second", "year"))
    ways = []
    for day, month in ((first, second), (second, first)):
        days, real = _days(day, month, year)
        ways.append((days * 86_400_000_000 + clock * 1_000_000 + fraction, written & told & real))
    (day_first, by_day), (month_first, by_month) = ways
    return DayMonth(written, day_first, by_day, month_first, by_month)


def _clock(number: Callable[[str], Numbers], half: pa.Array) -> tuple[Numbers, Mask]:
    """Seconds since midnight, and where there is such a time; noon is 12 PM and midnight 12 AM."""
    hour, minute, seconds = (number(name) for name in ("hour", "minute", "seconds"))
    halves = pc.utf8_upper(half).to_numpy(zero_copy_only=False)
    of_day = np.where(halves == "", hour, hour % 12 + 12 * (halves == "P"))
    told = np.where(halves == "", hour < 24, (hour >= 1) & (hour <= 12)) & (minute < 60) & (seconds < 60)
    return of_day * 3600 + minute * 60 + seconds, told


def _days(day: Numbers, month: Numbers, year: Numbers) -> tuple[Numbers, Mask]:
    """Days since 1970, and where the calendar has such a day."""
    real = (month >= 1) & (month <= 12) & (year >= 1)
    months = np.where(real, (year - 1970) * 12 + month - 1, 0)
    begins, ends = (
        each.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) for each in (months, months + 1)
    )
    return begins + day - 1, real & (day >= 1) & (day <= ends - begins)
