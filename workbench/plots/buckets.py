"""A long line as its least and largest value in each pixel column: what is seen stays the same."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Line = npt.NDArray[np.float64]


def bucketed(x: Line, y: Line, pixels: int) -> tuple[Line, Line]:
    """Thin a line with ascending x to about two points a pixel column.

    Args:
        x, y: ``[points]``.
        pixels: width of the plot.

    Returns:
        The line itself when it is short, else least and largest y of each bucket in turn.
    """
    pixels = max(pixels, 16)
    if len(x) <= 4 * pixels:
        return x, y
    size = len(x) // pixels
    whole = len(x) // size * size
    blocks = y[:whole].reshape(-1, size)
    thin_x = np.repeat(x[:whole:size], 2)
    thin_y = np.empty(2 * len(blocks))
    thin_y[0::2], thin_y[1::2] = blocks.min(1), blocks.max(1)
    rest = slice(whole, None)
    return np.concatenate([thin_x, x[rest]]), np.concatenate([thin_y, y[rest]])


def smoothed(y: Line, strength: float) -> Line:
    """Exponential moving average, 0 <= strength < 1, corrected for its beginning.

    Args:
        y: ``[points]``; NaN is passed over.
    """
    if strength <= 0 or not len(y):
        return y
    out = np.empty(len(y))
    total = weight = 0.0
    for at, value in enumerate(y.tolist()):
        if value == value:
            total = total * strength + value * (1 - strength)
            weight = weight * strength + (1 - strength)
        out[at] = total / weight if weight else np.nan
    return out
