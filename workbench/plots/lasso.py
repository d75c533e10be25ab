"""Which points lie within a line drawn by hand."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

MOST_CORNERS = 400


def inside(corners: npt.NDArray[np.float64], points: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Even-odd rule: a ray to the right crosses the closed line an odd number of times.

    Args:
        corners: ``[corners, 2]``; of very many every n-th is taken.
        points: ``[points, 2]``.
    """
    corners = corners[:: -(-len(corners) // MOST_CORNERS)]
    found = np.zeros(len(points), np.bool_)
    low, high = corners.min(0), corners.max(0)
    near = np.flatnonzero(((points >= low) & (points <= high)).all(1))
    x, y = points[near, 0].astype(np.float64), points[near, 1].astype(np.float64)
    odd = np.zeros(len(near), np.bool_)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y0 != y1:
            crosses = (y0 > y) != (y1 > y)
            odd ^= crosses & (x < x0 + (y - y0) * (x1 - x0) / (y1 - y0))
    found[near] = odd
    return found
