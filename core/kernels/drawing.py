"""Draw exact numbers of events of each group for the parts of a split, every subset equally likely."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Places = npt.NDArray[np.int64]
Parts = npt.NDArray[np.uint8]


@njit(nogil=True, cache=True)
def draw_parts(indptr: Places, uniforms: npt.NDArray[np.float64], first: Places, second: Places) -> Parts:
    """Selection sampling in one pass (Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S), two parts at once.

    Args:
        indptr: start of each group, ``[groups + 1]``.
        uniforms: one number of [0, 1) an event, ``[events]``.
        first, second: how many events of each group go to the parts 1 and 2, ``[groups]``; together at most its size.

    Returns:
        Part of each event, ``[events]``: 1, 2, or 0 for the rest.
    """
    parts = np.zeros(len(uniforms), np.uint8)
    for group in range(len(indptr) - 1):
        wanted, also = first[group], second[group]
        for at in range(indptr[group], indptr[group + 1]):
            mark = uniforms[at] * (indptr[group + 1] - at)
            if mark < wanted:
                parts[at] = 1
                wanted -= 1
            elif mark < wanted + also:
                parts[at] = 2
                also -= 1
    return parts


def draw_parts_reference(indptr: Places, uniforms: npt.NDArray[np.float64], first: Places, second: Places) -> Parts:
    """The same in plain lists."""
    parts: list[int] = []
    for group in range(len(indptr) - 1):
        members = uniforms[indptr[group] : indptr[group + 1]].tolist()
        wanted = {1: int(first[group]), 2: int(second[group])}
        for at, uniform in enumerate(members):
            mark = uniform * (len(members) - at)
            part = 1 if mark < wanted[1] else 2 if mark < wanted[1] + wanted[2] else 0
            if part:
                wanted[part] -= 1
            parts.append(part)
    return np.array(parts, np.uint8)
