"""Microseconds since 1970 as dates that people read; any int64, also where datetime gives up."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

BLOCK = 1 << 20


def iso_text(microseconds: int) -> str:
    """Date and time in UTC, to the second, such as ``2016-05-01T12:00:00Z``."""
    return f"{np.datetime64(microseconds // 1_000_000, 's')}Z"


def months(times: npt.NDArray[np.int64]) -> tuple[tuple[str, int], ...]:
    """Events by month in UTC as (``2016-05``, number), in order; months without any are left out.

    Args:
        times: ``[events]`` microseconds since 1970.
    """
    numbers: dict[int, int] = {}
    for start in range(0, len(times), BLOCK):
        block = times[start : start + BLOCK].view("datetime64[us]").astype("datetime64[M]").astype(np.int64)
        for month, number in zip(*(each.tolist() for each in np.unique(block, return_counts=True)), strict=True):
            numbers[month] = numbers.get(month, 0) + number
    return tuple((str(np.datetime64(month, "M")), number) for month, number in sorted(numbers.items()))
