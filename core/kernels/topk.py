"""The best items of each user: higher score first, the lower item row first among equals, hidden items left out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from core.kernels.ranks import has_nan

Scores = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

CHUNK = 256
"""Scores compared with the worst of the list in one sweep; a chunk without a better one is passed over."""


@njit(nogil=True, cache=True)
def best_rows(
    scores: Scores,
    start: int,
    stop: int,
    users: Codes,
    hidden_indptr: Places,
    hidden_items: Codes,
    excluded: Mask,
    items: Codes,
    values: Scores,
    lengths: Codes,
) -> int:
    """Insert what beats the worst of the list so far; exact, and fast as long as lists are much shorter than rows.

    Args:
        scores: ``[rows, items]``; rows ``start`` to ``stop`` are listed.
        users: row of the hidden items of each row, ``[rows]``.
        hidden_indptr, hidden_items: CSR, items ascending within a row.
        excluded: items that nobody is given, ``[items]``.
        items, values: ``[rows, k]``, written as far as there are items.
        lengths: ``[rows]``, written: items in each list.

    Returns:
        The first row with a NaN, -1 if there is none.
    """
    k = items.shape[1]
    for row in range(start, stop):
        line = scores[row]
        if has_nan(line):
            return row
        hidden = hidden_items[hidden_indptr[users[row]] : hidden_indptr[users[row] + 1]]
        lengths[row] = _best(line, hidden, excluded, items[row], values[row], k)
    return -1


@njit(nogil=True, cache=True)
def _best(line: Scores, hidden: Codes, excluded: Mask, items: Codes, values: Scores, k: int) -> int:
    filled, at = 0, 0
    for begin in range(0, len(line), CHUNK):
        end = min(begin + CHUNK, len(line))
        if filled == k:
            worst = values[k - 1]
            better = np.int32(0)
            for item in range(begin, end):
                better = np.int32(better + (line[item] > worst))
            if better == 0:
                continue
        for item in range(begin, end):
            score = line[item]
            # items come in ascending order: an equal score later in the row never displaces an earlier one
            if filled == k and not score > values[k - 1]:
                continue
            while at < len(hidden) and hidden[at] < item:
                at += 1
            if excluded[item] or (at < len(hidden) and hidden[at] == item):
                continue
            place = filled if filled < k else k - 1
            while place > 0 and values[place - 1] < score:
                values[place] = values[place - 1]
                items[place] = items[place - 1]
                place -= 1
            values[place] = score
            items[place] = item
            filled = min(filled + 1, k)
    return filled


def best_rows_reference(
    scores: Scores, users: Codes, hidden_indptr: Places, hidden_items: Codes, excluded: Mask, k: int
) -> list[list[int]]:
    """The same by a stable sort of each whole row: the items of each list."""
    lists = []
    for line, user in zip(scores, users, strict=True):
        allowed = ~excluded
        allowed[hidden_items[hidden_indptr[user] : hidden_indptr[user + 1]]] = False
        order = np.argsort(-line, kind="stable")
        lists.append([int(item) for item in order[allowed[order]][:k]])
    return lists
