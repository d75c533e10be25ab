"""Ranges of axes that stay while points are added: one that moves with every point draws its axis anew each time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

ENDS = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
"""Where an axis that grows may end, times a power of ten."""
FAR_ENDS = (1.0, 2.0, 5.0, 10.0)
"""The same for one that grows all the time: half of the time of drawing goes into axes that have another range."""
Range = tuple[float, float]


def growing_end(value: float, most: float = math.inf, ends: Sequence[float] = ENDS) -> float:
    """The end of an axis that has to show ``value`` and grows to ``most``, by ``ends`` up to 10."""
    if not value > 0:
        return min(1.0, most)
    power = 10.0 ** math.floor(math.log10(value))
    return min(next(end * power for end in ends if end * power >= value * (1 - 1e-9)), max(most, value))


def steady_range(arrays: Iterable[npt.ArrayLike], standing: bool = False) -> Range:
    """A range around all finite numbers, moved out to round ones so that it seldom changes.

    Args:
        arrays: what is to be seen.
        standing: the range begins at 0.
    """
    low, high = math.inf, -math.inf
    for each in arrays:
        values = np.asarray(each, np.float64)
        values = values[np.isfinite(values)]
        if len(values):
            low, high = min(low, float(values.min())), max(high, float(values.max()))
    if low > high:
        return (0.0, 1.0)
    if standing:
        return (0.0, growing_end(high))
    span = high - low
    if span <= 1e-9 * max(abs(low), abs(high)):
        room = abs(high) / 10 or 1.0
        return (low - room, high + room)
    step = 10.0 ** math.floor(math.log10(span)) / 2
    return (math.floor(low / step) * step, math.ceil(high / step) * step)
