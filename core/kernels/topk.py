"""The best items of each user: higher score first, the lower item row first among equals, hidden items left out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit
from numpy import uint64

from core.kernels.ranks import has
from core.kernels.unions import unite

Scores = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

LANES = 64
"""Items whose places differ by a multiple of it share a lane: a loop over all lanes is a few vector instructions."""

DEPTH = 16
"""Items of one lane in a group; a group is copied, masked and searched while it is in the fastest cache."""


LOWEST = np.float32(-np.inf)


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

    One sweep without branches finds the maximum of each lane of each group of items. The k-th best lane is a score
    that at least k items reach; only lanes of groups that reach it are then looked into.

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
    group = np.empty(DEPTH * LANES, np.float32)
    maxima = np.empty((-(-n_items // len(group)), LANES), np.float32)
    # longer lists need more maxima to choose from
    folded = np.empty((min(-(-4 * k // LANES), len(maxima)), LANES), np.float32)
    highest = np.empty(k, np.float32)
    union = np.empty(n_items if len(excluded) else 0, np.int32)
    for row in range(start, stop):
        hidden = hidden_items[hidden_indptr[users[row]] : hidden_indptr[users[row] + 1]]
        if len(excluded):
            hidden = union[: unite(hidden, excluded, union)]
        if _maxima(scores[row], hidden, group, maxima):
            return row
        threshold = _kth(maxima, folded, highest)
        lengths[row] = _collect(scores[row], threshold, maxima, len(group), hidden, items[row], values[row])
    return -1


@njit(nogil=True, cache=True)
def _maxima(line: Scores, hidden: Codes, group: Scores, maxima: Scores) -> bool:
    """Fill ``maxima`` ``[groups, lanes]`` of what is not hidden; tells whether there is a NaN."""
    size = len(group)
    at, broken = 0, 0
    for number in range(len(maxima)):
        begin = number * size
        end = min(begin + size, len(line))
        broken += _copy(line[begin:end], group)
        for rest in range(end - begin, size):
            group[rest] = LOWEST
        # unsigned places are not checked for counting from the end
        while at < len(hidden) and hidden[at] < end:
            group[uint64(hidden[at] - begin)] = LOWEST
            at += 1
        best = maxima[number]
        for lane in range(LANES):
            highest = group[lane]
            for step in range(1, DEPTH):
                score = group[uint64(step * LANES + lane)]
                highest = score if score > highest else highest
            best[lane] = highest
    return broken > 0


# Loops from 0 to the length of a slice, or to a constant, are what the compiler turns into vector instructions.


@njit(nogil=True, cache=True)
def _copy(line: Scores, copy: Scores) -> int:
    """Copy, and count what is not a number."""
    broken = np.int32(0)
    for item in range(len(line)):
        broken = np.int32(broken + (line[item] != line[item]))
        copy[item] = line[item]
    return int(broken)


@njit(nogil=True, cache=True)
def _raise_to(lanes: Scores, scores: Scores) -> None:
    for at in range(LANES):
        score, before = scores[at], lanes[at]
        lanes[at] = score if score > before else before


@njit(nogil=True, cache=True)
def _kth(maxima: Scores, folded: Scores, highest: Scores) -> np.float32:
    """The k-th highest maximum of the lanes: a score that at least k items reach, -inf where there are too few.

    Groups whose numbers differ by a multiple of ``len(folded)`` are looked at as one.
    """
    k = len(highest)
    for place in range(k):
        highest[place] = LOWEST
    for number in range(len(folded)):
        _copy(maxima[number], folded[number])
    for number in range(len(folded), len(maxima)):
        _raise_to(folded[number % len(folded)], maxima[number])
    for number in range(len(folded)):
        for score in folded[number]:
            if score > highest[k - 1]:
                place = k - 1
                while place > 0 and highest[place - 1] < score:
                    highest[place] = highest[place - 1]
                    place -= 1
                highest[place] = score
    least: np.float32 = highest[k - 1]
    return least


@njit(nogil=True, cache=True)
def _collect(
    line: Scores,
    threshold: np.float32,
    maxima: Scores,
    size: int,
    hidden: Codes,
    items: Codes,
    values: Scores,
) -> int:
    k, filled = len(items), 0
    for number in range(len(maxima)):
        best = maxima[number]
        if not _any_reaches(best, threshold):
            continue
        begin = number * size
        end = min(begin + size, len(line))
        for lane in range(LANES):
            if best[lane] < threshold:
                continue
            for item in range(begin + lane, end, LANES):
                score = line[item]
                if score < threshold or (filled == k and not _before(score, item, values[k - 1], items[k - 1])):
                    continue
                if has(hidden, item):
                    continue
                place = filled if filled < k else k - 1
                while place > 0 and _before(score, item, values[place - 1], items[place - 1]):
                    values[place] = values[place - 1]
                    items[place] = items[place - 1]
                    place -= 1
                values[place] = score
                items[place] = item
                filled = min(filled + 1, k)
    return filled


@njit(nogil=True, cache=True)
def _any_reaches(scores: Scores, threshold: np.float32) -> bool:
    reached = np.int32(0)
    for at in range(LANES):
        reached = np.int32(reached + (scores[at] >= threshold))
    return bool(reached > 0)


@njit(nogil=True, cache=True)
def _before(score: np.float32, item: int, other_score: np.float32, other_item: int) -> bool:
    return bool(score > other_score or (score == other_score and item < other_item))


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
