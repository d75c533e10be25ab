"""Items in portions that stay in the second cache, for tables that do not: who is where, and positives by portion."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
from numba import njit
from numpy import uint64

from core.kernels.prefetch import prefetch
from core.kernels.schedule import Cells, Items
from core.kernels.streams import below, stream_of, word, word_reference

Where = npt.NDArray[np.uint32]
"""Of each item: its portion in the upper 10 bits, its place in the portion in the lower 22."""

WHOLE = 8 * 2**20
"""Bytes of item factors that are not cut up: the third cache holds them, of which others have their share. At 13 MB a
triple takes 1.4 times as long without portions, at 34 MB 1.7 times."""
PORTION = 512 * 2**10
"""Bytes of item factors in a portion, about: half of a second cache, users and positives take the rest."""
MOST = 512
"""Portions at most, of all threads together; with so many a window takes 64 MB."""
CELLS = 16_384
"""Positives of a window in a portion, about: each of its items is asked for several times while it is at hand."""
FEWEST = 4096
"""Positives of a window in a portion below which a call costs more than it saves."""
AHEAD = 16
"""Cells between asking for a line and writing to it: two lines."""
PLACE_BITS = 22
PLACE = (1 << PLACE_BITS) - 1


def portions_each(n_items: int, factors: int, parts: int, positives: int) -> int:
    """Portions of each of so many parts of the items; 1 where all of them are few enough.

    Args:
        positives: all of an epoch, which as many threads as there are parts walk.
    """
    size = n_items * factors * 4
    most = min(MOST // parts, positives // (parts * parts * FEWEST))
    return 1 if size <= WHOLE else max(min(-(-size // (parts * PORTION)), most), 1)


@njit(nogil=True, cache=True, error_model="numpy")
def cut(
    members: Items,
    sizes: npt.NDArray[np.int64],
    each: int,
    key: uint64,
    where: Where,
    order: Items,
    starts: npt.NDArray[np.int64],
) -> None:
    """Cut every part into portions of the same size, any items of it together with any others equally likely.

    Args:
        members: items of each part, ``[parts, items of the largest]``; each part's are put into random order.
        sizes: members of each part, ``[parts]``.
        each: portions of a part.
        key: decides who gets where.
        where: ``[items]``, written.
        order: the items portion after portion, ``[items]``, written.
        starts: start of each portion in ``order``, and the end of the last, ``[parts · each + 1]``, written.
    """
    done = 0
    for part in range(len(sizes)):
        size, stream = sizes[part], stream_of(key, uint64(part))
        for left in range(size, 1, -1):
            other = np.int64(below(word(stream, uint64(left)), uint64(left)))
            members[part, left - 1], members[part, other] = members[part, other], members[part, left - 1]
        for piece in range(each):
            portion, first = part * each + piece, size * piece // each
            starts[portion] = done
            for place in range(size * (piece + 1) // each - first):
                item = members[part, first + place]
                order[done] = item
                where[item] = (portion << PLACE_BITS) | place
                done += 1
    starts[len(starts) - 1] = done


def cut_reference(members: list[list[int]], each: int, key: int) -> list[list[int]]:
    """``cut`` in plain lists: the items of each portion."""
    portions = []
    for part, mine in enumerate(members):
        mixed = list(mine)
        for left in range(len(mine), 1, -1):
            other = (word_reference(key, part, left) * left) >> 64
            mixed[left - 1], mixed[other] = mixed[other], mixed[left - 1]
        ends = [len(mine) * piece // each for piece in range(each + 1)]
        portions += [mixed[start:end] for start, end in pairwise(ends)]
    return portions


@njit(nogil=True, cache=True, error_model="numpy")
def collect(
    owners: Items, items: Items, first: int, stop: int, where: Where, cells: Cells, rows: npt.NDArray[np.int64]
) -> None:
    """Collect a window's positives by the portion of their item, in each in the order of the events.

    Args:
        owners, items: user and item of every positive.
        first, stop: the window.
        cells: ``[stop - first or more]``, written: portion after portion, the user in the upper 32 bits and where the
            item is in the lower.
        rows: start of each portion in ``cells``, and the end of the last, ``[portions + 1]``, written.
    """
    rows[:] = 0
    for at in range(uint64(first), uint64(stop)):
        rows[uint64(where[uint64(items[at])] >> PLACE_BITS) + uint64(1)] += 1
    for portion in range(len(rows) - 1):
        rows[portion + 1] += rows[portion]
    following, lines = rows.copy(), cells.reshape(1, len(cells))
    for at in range(uint64(first), uint64(stop)):
        found = uint64(where[uint64(items[at])])
        held = found >> uint64(PLACE_BITS)
        to = uint64(following[held])
        # each portion is written at a place of its own: its next line is asked for before it is written to
        prefetch(lines, uint64(0), to + uint64(AHEAD))
        cells[to] = (uint64(owners[at]) << uint64(32)) | found
        following[held] += 1


def collect_reference(
    owners: list[int], items: list[int], first: int, stop: int, portions: list[list[int]]
) -> list[list[tuple[int, int]]]:
    """``collect`` in plain lists: user and place of each positive, by portion."""
    return [
        [(owners[at], members.index(items[at])) for at in range(first, stop) if items[at] in members]
        for members in portions
    ]
