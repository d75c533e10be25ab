"""Masks of dropout, four to a random word, compiled."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit
from numpy import uint64

from core.kernels.streams import word

PARTS = 4
"""Numbers of 16 bits in a word: shares are met to 1/65,536."""
_PART = np.uint64(0xFFFF)


@njit(nogil=True, cache=True)
def fill_masks(key: uint64, share: float, masks: npt.NDArray[np.float32]) -> None:
    """Write 0 with probability ``share``, else 1 / (1 - share).

    Args:
        masks: ``[n]``, written; the n-th depends on the key and n alone.
    """
    bound = uint64(round(share * 65536))
    kept = np.float32(1 / (1 - share))
    whole = len(masks) // PARTS
    for place in range(whole):
        bits = word(key, uint64(place))
        for part in range(PARTS):
            masks[place * PARTS + part] = kept if (bits >> uint64(16 * part)) & _PART >= bound else np.float32(0)
    bits = word(key, uint64(whole))
    for part in range(len(masks) - whole * PARTS):
        masks[whole * PARTS + part] = kept if (bits >> uint64(16 * part)) & _PART >= bound else np.float32(0)
