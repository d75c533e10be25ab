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

CHUNK = 64
"""Scores that are compared with the threshold at once; a chunk without one that reaches it is passed over."""


@njit(nogil=True, cache=True)
def best_rows(
    scores: Scores,
    start: int,
    stop: int,
    users: Codes,
    hidden_indptr: Places,
    hidden_items: Codes,
    excluded: Codes,
    items: Codes,
    values: Scores,
    lengths: Codes,
) -> int:
    """List the best items of some users exactly; made for lists that are much shorter than rows.

    Two sweeps without branches do the most: the first finds a score that at least k items reach (the k-th best of
    the maxima of many lanes), the second passes over all chunks that have nothing as high.

    Args:
        scores: ``[rows, items]``; rows ``start`` to ``stop`` are listed.
        users: row of the hidden items of each row, ``[rows]``.
        hidden_indptr, hidden_items: CSR, items ascending within a row.
        excluded: items that nobody is given, ascending.
        items, values: ``[rows, k]``, written as far as there are items.
        lengths: ``[rows]``, written: items in each list.

    Returns:
        The first row with a NaN, -1 if there is none.
    """
    n_items, k = scores.shape[1], items.shape[1]
    line = np.empty(n_items, np.float32)
    lanes = np.empty(_lanes(k), np.float32)
    highest = np.empty(k, np.float32)
    for row in range(start, stop):
        if has_nan(scores[row]):
            return row
        hidden = hidden_items[hidden_indptr[users[row]] : hidden_indptr[users[row] + 1]]
        _copy(scores[row], line)
        for item in hidden:
            line[item] = -np.inf
        for item in excluded:
            line[item] = -np.inf
        threshold = _threshold(line, lanes, highest)
        lengths[row] = _collect(line, threshold, hidden, excluded, items[row], values[row])
    return -1


@njit(nogil=True, cache=True)
def _copy(line: Scores, copy: Scores) -> None:
    # three times as fast as a slice assignment, which asks first whether the two overlap
    for item in range(len(line)):
        copy[item] = line[item]


@njit(nogil=True, cache=True)
def _lanes(k: int) -> int:
    lanes = CHUNK
    while lanes < 4 * k:
        lanes *= 2
    return lanes


@njit(nogil=True, cache=True)
def _threshold(line: Scores, lanes: Scores, highest: Scores) -> np.float32:
    """A score that at least ``len(highest)`` items of the line reach, -inf when the line is short."""
    width = len(lanes)
    if len(line) < 2 * width:
        return np.float32(-np.inf)
    lanes[:] = -np.inf
    for begin in range(0, len(line) - width + 1, width):
        _raise_to(lanes, line[begin : begin + width])
    k, filled = len(highest), 0
    for score in lanes:
        if filled < k or score > highest[k - 1]:
            place = filled if filled < k else k - 1
            while place > 0 and highest[place - 1] < score:
                highest[place] = highest[place - 1]
                place -= 1
            highest[place] = score
            filled = min(filled + 1, k)
    least: np.float32 = highest[k - 1]
    return least


@njit(nogil=True, cache=True)
def _raise_to(lanes: Scores, scores: Scores) -> None:
    for at in range(len(lanes)):
        lanes[at] = scores[at] if scores[at] > lanes[at] else lanes[at]


@njit(nogil=True, cache=True)
def _collect(line: Scores, threshold: np.float32, hidden: Codes, excluded: Codes, items: Codes, values: Scores) -> int:
    k, filled, at, other = len(items), 0, 0, 0
    for begin in range(0, len(line), CHUNK):
        chunk = line[begin : begin + CHUNK]
        if not _any_reaches(chunk, threshold):
            continue
        for step in range(len(chunk)):
            score, item = chunk[step], begin + step
            # items come in ascending order: an equal score later in the row never displaces an earlier one
            if score < threshold or (filled == k and not score > values[k - 1]):
                continue
            while at < len(hidden) and hidden[at] < item:
                at += 1
            while other < len(excluded) and excluded[other] < item:
                other += 1
            if (at < len(hidden) and hidden[at] == item) or (other < len(excluded) and excluded[other] == item):
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


@njit(nogil=True, cache=True)
def _any_reaches(scores: Scores, threshold: np.float32) -> bool:
    # a loop from 0 to the length is what the compiler turns into vector instructions
    reached = np.int32(0)
    for at in range(len(scores)):
        reached = np.int32(reached + (scores[at] >= threshold))
    return bool(reached > 0)


def best_rows_reference(
    scores: Scores, users: Codes, hidden_indptr: Places, hidden_items: Codes, excluded: Codes, k: int
) -> list[list[int]]:
    """The same by a stable sort of each whole row: the items of each list."""
    lists = []
    for line, user in zip(scores, users, strict=True):
        allowed = np.ones(len(line), np.bool_)
        allowed[hidden_items[hidden_indptr[user] : hidden_indptr[user + 1]]] = False
        allowed[excluded] = False
        order = np.argsort(-line, kind="stable")
        lists.append([int(item) for item in order[allowed[order]][:k]])
    return lists
