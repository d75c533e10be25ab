"""NeuMF, GMF and MLP in tiles: rows gathered, tower, product and scores in one pass, and the gradients in another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from core.kernels.factorisation import RELAXED
from core.kernels.tile_columns import fetch, give_back
from core.kernels.tile_products import TILE, fill
from core.kernels.tiles import clear, correlate, hold_back, multiply, rectify, totals

Flat = npt.NDArray[np.float32]
Table = npt.NDArray[np.float32]
Block = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]

# Sizes are ``[gmf, half, *widths of the layers]`` int64. Weights are flat, one layer after the other, each its matrix
# ``[outputs, inputs]`` and its bias; the output layer ``[gmf + last]`` and its bias at the end.


@njit(nogil=True, cache=True, fastmath=RELAXED)
def _norms(rows: Block, norms: Flat, first: int, count: int) -> None:
    """Squared lengths of the columns of a tile."""
    for s in range(count):
        norms[first + s] = np.float32(0)
    for column in range(len(rows)):
        for s in range(count):
            norms[first + s] += rows[column, s] * rows[column, s]


@njit(nogil=True, cache=True, fastmath=RELAXED)
def forward(
    sizes: Places,
    weights: Flat,
    user_table: Table,
    item_table: Table,
    users: Places,
    items: Places,
    ours: Block,
    theirs: Block,
    states: Block,
    scores: Table,
    measured: bool,
    user_norms: Flat,
    item_norms: Table,
) -> None:
    """s = h · [p ⊙ q ; φ] + b (He et al. 2017, equation 12); the users' half of the first layer runs once a row.

    Args:
        users: ``[rows]``.
        items: ``[n, rows]``, and so ``scores``, written.
        ours: ``[tiles, width, TILE]``, written: what stood at the users' rows.
        theirs: ``[tiles, n, width, TILE]``, likewise.
        states: ``[tiles, n, all widths of the tower, TILE]``, written.
        measured: whether squared lengths are wanted.
        user_norms: ``[rows]``, and ``item_norms`` ``[n, rows]``, written.
    """
    gmf, half, widths = sizes[0], sizes[1], sizes[2:]
    last = widths[-1] if len(widths) else 0
    output = len(weights) - 1 - gmf - last
    left = np.empty((widths[0] if len(widths) else 0, TILE), np.float32)
    score = np.empty((1, TILE), np.float32)
    # a written 0 is a type of its own, for which everything would be compiled once more
    nowhere = gmf * 0
    for tile in range(len(ours)):
        first = tile * TILE
        count = min(TILE, len(users) - first)
        user = ours[tile]
        fetch(user_table, users, first, count, user)
        if measured:
            _norms(user, user_norms, first, count)
        if len(widths):
            wide = 2 * half
            biases = weights[widths[0] * wide :]
            multiply(weights, nowhere, wide, widths[0], half, user[gmf:], biases, left)
        for n in range(len(items)):
            item, state = theirs[tile, n], states[tile, n]
            fetch(item_table, items[n], first, count, item)
            if measured:
                _norms(item, item_norms[n], first, count)
            fill(score, nowhere, weights[-1])
            start = low = nowhere
            for number in range(len(widths)):
                height = widths[number]
                here = state[low:]
                if number == 0:
                    wide = 2 * half
                    multiply(weights, half, wide, height, half, item[gmf:], left, here)
                else:
                    wide = widths[number - 1]
                    biases = weights[start + height * wide :]
                    multiply(weights, start, wide, height, wide, state[low - wide :], biases, here)
                rectify(here, height)
                start += height * (wide + 1)
                low += height
            for column in range(gmf):
                weight, mine, other = weights[output + column], user[column], item[column]
                for s in range(TILE):
                    score[0, s] += weight * mine[s] * other[s]
            multiply(weights, output + gmf, last, 1, last, state[low - last :], score, score)
            for s in range(count):
                scores[n, first + s] = score[0, s]


@njit(nogil=True, cache=True)
def transposed(sizes: Places, weights: Flat) -> Flat:
    """Each layer's matrix the other way round, ``[inputs, outputs]``, in the same places."""
    found = np.empty(len(weights), np.float32)
    start, width = 0, 2 * sizes[1]
    for height in sizes[2:]:
        for j in range(height):
            for k in range(width):
                found[start + k * height + j] = weights[start + j * width + k]
        start += height * (width + 1)
        width = height
    return found


@njit(nogil=True, cache=True, fastmath=RELAXED)
def backward(
    sizes: Places,
    weights: Flat,
    users: Places,
    items: Places,
    ours: Block,
    theirs: Block,
    states: Block,
    of_scores: Table,
    measured: bool,
    of_user_norms: Flat,
    of_item_norms: Table,
    of_weights: Flat,
    of_user_table: Table,
    of_item_table: Table,
) -> None:
    """Gradients of ``forward``.

    Args:
        of_scores: ``[n, rows]``.
        measured: whether the next two are looked at.
        of_user_norms: ``[rows]``, and ``of_item_norms`` ``[n, rows]``.
        of_weights: written.
        of_user_table, of_item_table: added to.
    """
    gmf, half, widths = sizes[0], sizes[1], sizes[2:]
    last = widths[-1] if len(widths) else 0
    output = len(weights) - 1 - gmf - last
    across = transposed(sizes, weights)
    for at in range(len(of_weights)):
        of_weights[at] = np.float32(0)
    width = ours.shape[1]
    highest = 0
    for height in widths:
        highest = max(highest, height)
    of_user, of_item = np.empty((width, TILE), np.float32), np.empty((width, TILE), np.float32)
    change, other = np.empty((highest, TILE), np.float32), np.empty((highest, TILE), np.float32)
    together = np.empty((widths[0] if len(widths) else 0, TILE), np.float32)
    slope, decay = np.zeros((1, TILE), np.float32), np.zeros(TILE, np.float32)
    nothing = np.zeros(max(highest, half), np.float32)
    nowhere = gmf * 0
    for tile in range(len(ours)):
        first = tile * TILE
        count = min(TILE, len(users) - first)
        user = ours[tile]
        clear(of_user, width)
        clear(together, len(together))
        for n in range(len(items)):
            item, state = theirs[tile, n], states[tile, n]
            for s in range(TILE):
                slope[0, s] = of_scores[n, first + s] if s < count else np.float32(0)
            totals(slope, 1, of_weights, len(of_weights) - 1)
            for column in range(gmf):
                weight, mine, their, on_mine, on_their = (
                    weights[output + column],
                    user[column],
                    item[column],
                    of_user[column],
                    of_item[column],
                )
                found = np.float32(0)
                for s in range(TILE):
                    found += slope[0, s] * mine[s] * their[s]
                    on_mine[s] += weight * slope[0, s] * their[s]
                    on_their[s] = weight * slope[0, s] * mine[s]
                of_weights[output + column] += found
            low, start = states.shape[2], output
            for column in range(last):
                weight, mine, on_mine = weights[output + gmf + column], state[low - last + column], change[column]
                found = np.float32(0)
                for s in range(TILE):
                    found += slope[0, s] * mine[s]
                    on_mine[s] = weight * slope[0, s]
                of_weights[output + gmf + column] += found
            for number in range(len(widths) - 1, -1, -1):
                height = widths[number]
                wide = widths[number - 1] if number else 2 * half
                low -= height
                start -= height * (wide + 1)
                hold_back(change, state[low:], height)
                if number == 0:
                    skipped, inner, inputs, of_inputs = half, half, item[gmf:], of_item[gmf:]
                    for j in range(height):
                        sums, moved = together[j], change[j]
                        for s in range(TILE):
                            sums[s] += moved[s]
                else:
                    skipped, inner, inputs, of_inputs = nowhere, wide, state[low - wide :], other
                    totals(change, height, of_weights, start + height * wide)
                correlate(change, inputs, height, inner, of_weights, start + skipped, wide)
                multiply(across, start + skipped * height, height, inner, height, change, nothing, of_inputs)
                change, other = other, change
            if measured:
                for s in range(count):
                    decay[s] = np.float32(2) * of_item_norms[n, first + s]
                _add_scaled(of_item, decay, item)
            give_back(of_item, items[n], first, count, of_item_table)
        if len(widths):
            height, wide = widths[0], 2 * half
            totals(together, height, of_weights, height * wide)
            correlate(together, user[gmf:], height, half, of_weights, nowhere, wide)
            multiply(across, nowhere, height, half, height, together, nothing, of_user[gmf:])
        if measured:
            for s in range(count):
                decay[s] = np.float32(2) * of_user_norms[first + s]
            _add_scaled(of_user, decay, user)
        give_back(of_user, users, first, count, of_user_table)


@njit(nogil=True, cache=True, fastmath=RELAXED)
def _add_scaled(target: Block, factor: Flat, values: Block) -> None:
    """``target += factor · values``, a factor a column."""
    for column in range(len(values)):
        for s in range(TILE):
            target[column, s] += factor[s] * values[column, s]


@njit(nogil=True, cache=True, fastmath=RELAXED)
def catalogue(sizes: Places, weights: Flat, users: Table, items: Table, scores: Table) -> None:
    """``forward`` of every user with every item: the items' half of the first layer runs once an item.

    A score does not depend on which others are asked for with it.

    Args:
        users: rows ``[users, width]``.
        items: ``[items, width]``.
        scores: ``[users, items]``, written.
    """
    gmf, half, widths = sizes[0], sizes[1], sizes[2:]
    first, last = widths[0], widths[-1]
    output = len(weights) - 1 - gmf - last
    highest, nowhere = first, gmf * 0
    for height in widths:
        highest = max(highest, height)
    left = np.empty((len(users), first), np.float32)
    for at in range(len(users)):
        for j in range(first):
            found = weights[first * 2 * half + j]
            for k in range(half):
                found += weights[j * 2 * half + k] * users[at, gmf + k]
            left[at, j] = found
    every = np.arange(len(items))
    item, right = np.empty((items.shape[1], TILE), np.float32), np.empty((first, TILE), np.float32)
    state, other = np.empty((highest, TILE), np.float32), np.empty((highest, TILE), np.float32)
    score = np.empty((1, TILE), np.float32)
    product, nothing = np.empty(gmf, np.float32), np.zeros(first, np.float32)
    for begin in range(0, len(items), TILE):
        count = min(TILE, len(items) - begin)
        fetch(items, every, begin, count, item)
        multiply(weights, half, 2 * half, first, half, item[gmf:], nothing, right)
        for at in range(len(users)):
            for j in range(first):
                mine, theirs, shift = state[j], right[j], left[at, j]
                for s in range(TILE):
                    mine[s] = theirs[s] + shift
            rectify(state, first)
            start = first * (2 * half + 1)
            for number in range(1, len(widths)):
                height, wide = widths[number], widths[number - 1]
                biases = weights[start + height * wide :]
                multiply(weights, start, wide, height, wide, state, biases, other)
                rectify(other, height)
                start += height * (wide + 1)
                state, other = other, state
            fill(score, nowhere, weights[-1])
            for column in range(gmf):
                product[column] = weights[output + column] * users[at, column]
            multiply(product, nowhere, gmf, 1, gmf, item, score, score)
            multiply(weights, output + gmf, last, 1, last, state, score, score)
            for s in range(count):
                scores[at, begin + s] = score[0, s]
