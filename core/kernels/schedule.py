"""The order of an epoch of matrix factorisation: windows of neighbouring users, shuffled between and within."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from numba import njit
from numpy import uint64

from core.kernels.streams import below, stream_of, word, word_reference

Order = npt.NDArray[np.int32]

WINDOW = 65_536
"""Positives of a window. They come in user order, so that the rows of some hundred users stay in the second-level cache
while the window is walked in random order: 4 times faster at 20 million positives than a shuffle of everything."""
SHUFFLED_WHOLE = 1 << 20
"""Up to so many positives one window holds all: the tables are in the cache anyway."""


@dataclass(frozen=True)
class Block:
    """What is walked between two looks at stop and pause: a part of a shuffled window.

    Attributes:
        epoch: number of the epoch.
        window: first and last + 1 of the positives (in user order) that are shuffled among each other.
        start, stop: part of the shuffled window.
    """

    epoch: int
    window: tuple[int, int]
    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start


def blocks(count: int, size: int, epoch: int, generator: np.random.Generator) -> list[Block]:
    """The blocks of an epoch, windows in random order; needs no memory for the positives themselves.

    Args:
        count: positives in the training part.
        size: most positives of a block; blocks of a window are of nearly equal size.
        epoch: number of the epoch.
        generator: decides the order of the windows.
    """
    width = count if count <= SHUFFLED_WHOLE else WINDOW
    starts = np.arange(0, count, max(width, 1))
    found = []
    for start in generator.permutation(starts).tolist():
        window = (start, min(start + width, count))
        pieces = -(-(window[1] - start) // size)
        cuts = np.linspace(0, window[1] - start, pieces + 1).astype(int).tolist()
        found += [Block(epoch, window, a, b) for a, b in pairwise(cuts)]
    return found


@njit(nogil=True, cache=True)
def shuffle(order: Order, first: int, key: uint64) -> None:
    """Fill ``order`` ``[n]`` with a random permutation of ``first .. first + n - 1`` (Fisher and Yates)."""
    stream = stream_of(key, uint64(first))
    for at in range(len(order)):
        order[at] = first + at
    for at in range(len(order) - 1, 0, -1):
        other = below(word(stream, uint64(at)), uint64(at + 1))
        order[at], order[other] = order[other], order[at]


def shuffle_reference(n: int, first: int, key: int) -> list[int]:
    """``shuffle`` in a plain list."""
    order = list(range(first, first + n))
    for at in range(n - 1, 0, -1):
        other = (word_reference(key, first, at) * (at + 1)) >> 64
        order[at], order[other] = order[other], order[at]
    return order


@njit(nogil=True, cache=True)
def cells(
    order: Order,
    owners: npt.NDArray[np.int32],
    items: npt.NDArray[np.int32],
    user_part: npt.NDArray[np.uint16],
    item_part: npt.NDArray[np.uint16],
    part: int,
    gathered: npt.NDArray[np.int32],
) -> npt.NDArray[np.int64]:
    """Collect the positives of one part of the users by the part of their item, order kept.

    Args:
        order: positives, ``[n]``.
        owners, items: user and item of every positive.
        user_part, item_part: part of each user and item.
        part: the part of the users that is wanted.
        gathered: ``[item parts, n]``, written.

    Returns:
        How many positives each row of ``gathered`` holds, ``[item parts]``.
    """
    counts = np.zeros(gathered.shape[0], np.int64)
    for at in range(len(order)):
        positive = order[at]
        row = item_part[items[positive]]
        # written in any case and kept only when it belongs here: no branch to guess wrong
        gathered[row, counts[row]] = positive
        counts[row] += user_part[owners[positive]] == part
    return counts


def parts_of(count: int, parts: int, generator: np.random.Generator) -> tuple[npt.NDArray[np.uint16], list[Order]]:
    """Divide ``0 .. count - 1`` at random into parts of nearly equal size: part of each, and members of each part."""
    members = np.array_split(generator.permutation(count).astype(np.int32), parts)
    part = np.empty(count, np.uint16)
    for number, each in enumerate(members):
        part[each] = number
    return part, members
