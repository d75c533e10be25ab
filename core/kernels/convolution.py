"""Caser's convolutions around their matrix product, compiled: pooling with its winners, lags, and their gradients."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit
from numpy import uint64

from core.kernels.factorisation import RELAXED

Table = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float32]
Winners = npt.NDArray[np.int32]


@njit(nogil=True, cache=True, fastmath=RELAXED)
def pool(everything: Table, length: int, filters: int, joined: Table, first: int, winners: Winners) -> None:
    """Rectified maximum over the positions of each filter of each height.

    Args:
        everything: ``[rows, sum of positions x filters]``: heights 1..L, in each the positions, in each the filters.
        length: L.
        joined: ``[rows, first + L x filters]``, written from column ``first`` on.
        winners: ``[rows, L x filters]``, written: the position of the maximum, -1 where nothing is above 0.
    """
    for row in range(len(everything)):
        place = 0
        for height in range(length):
            # slices of one length, and numbers of one size: only so do these loops run in vector registers
            base = height * filters
            best = joined[row, first + base : first + base + filters]
            won = winners[row, base : base + filters]
            values = everything[row, place : place + filters]
            for number in range(filters):
                best[number] = values[number]
                won[number] = 0
            for position in range(1, length - height):
                at = place + position * filters
                values = everything[row, at : at + filters]
                here = np.int32(position)
                for number in range(filters):
                    value, before = values[number], best[number]
                    higher = value > before
                    best[number] = value if higher else before
                    won[number] = here if higher else won[number]
            for number in range(filters):
                value = best[number]
                # written so that NaN stays
                below = value <= np.float32(0)
                best[number] = np.float32(0) if below else value
                won[number] = np.int32(-1) if below else won[number]
            place += (length - height) * filters


@njit(nogil=True, cache=True, fastmath=RELAXED)
def pool_back(
    sequences: Table,
    weights: Vector,
    length: int,
    filters: int,
    of_joined: Table,
    first: int,
    winners: Winners,
    of_sequences: Table,
    of_weights: Vector,
    of_bias: Vector,
) -> None:
    """Gradients through the winners alone: a filter has seen nothing of the other positions.

    Args:
        sequences: ``[rows, L x k]``.
        weights: filters of heights 1..L one after the other, each height ``[filters, height x k]``, flat.
        of_joined: as ``joined`` in ``pool``.
        of_sequences: ``[rows, L x k]``, added to.
        of_weights, of_bias: flat, and ``[L x filters]``; written.
    """
    width = sequences.shape[1] // length
    of_weights[:] = np.float32(0)
    of_bias[:] = np.float32(0)
    for row in range(len(sequences)):
        sequence, change, of_sequence = sequences[row], of_joined[row], of_sequences[row]
        before = 0
        for height in range(length):
            size = (height + 1) * width
            for number in range(filters):
                won = winners[row, height * filters + number]
                slope = change[first + height * filters + number]
                if won >= 0 and slope != np.float32(0):
                    of_bias[height * filters + number] += slope
                    # unsigned places are not checked for counting from the end
                    start, at = uint64(won * width), uint64(before + number * size)
                    for column in range(uint64(size)):
                        of_weights[at + column] += slope * sequence[start + column]
                    for column in range(uint64(size)):
                        of_sequence[start + column] += slope * weights[at + column]
            before += filters * size


@njit(nogil=True, cache=True, fastmath=RELAXED)
def lags(sequences: Table, weight: Table, bias: Vector, joined: Table) -> None:
    """Vertical filters: weighted sums over the window, ``[rows, filters x k]`` into the first columns of ``joined``.

    Args:
        sequences: ``[rows, L x k]``.
        weight: ``[filters, L]``.
        bias: ``[filters]``.
    """
    filters, length = weight.shape
    width = sequences.shape[1] // length
    for row in range(len(sequences)):
        sequence = sequences[row]
        for number in range(filters):
            found = joined[row, number * width : (number + 1) * width]
            for column in range(width):
                found[column] = bias[number]
            for lag in range(length):
                share, seen = weight[number, lag], sequence[lag * width : (lag + 1) * width]
                for column in range(width):
                    found[column] += share * seen[column]


@njit(nogil=True, cache=True, fastmath=RELAXED)
def lags_back(
    sequences: Table, weight: Table, of_joined: Table, of_sequences: Table, of_weight: Table, of_bias: Vector
) -> None:
    """Gradients of ``lags``: ``of_sequences`` is added to, ``of_weight`` and ``of_bias`` are written."""
    filters, length = weight.shape
    width = sequences.shape[1] // length
    of_weight[:] = np.float32(0)
    of_bias[:] = np.float32(0)
    for row in range(len(sequences)):
        sequence, of_sequence = sequences[row], of_sequences[row]
        for number in range(filters):
            change = of_joined[row, number * width : (number + 1) * width]
            total = np.float32(0)
            for column in range(width):
                total += change[column]
            of_bias[number] += total
            for lag in range(length):
                seen = sequence[lag * width : (lag + 1) * width]
                of_seen = of_sequence[lag * width : (lag + 1) * width]
                share, product = weight[number, lag], np.float32(0)
                for column in range(width):
                    product += change[column] * seen[column]
                of_weight[number, lag] += product
                for column in range(width):
                    of_seen[column] += share * change[column]


@njit(nogil=True, cache=True)
def add_at(sums: Vector, places: npt.NDArray[np.int64], values: Vector) -> None:
    """``sums[places[n]] += values[n]``, one after the other."""
    for at in range(len(places)):
        sums[places[at]] += values[at]


@njit(nogil=True, cache=True, fastmath=RELAXED)
def norms_of(table: Table, rows: npt.NDArray[np.int64], norms: Vector) -> None:
    """Squared lengths of rows, ``[n]``."""
    for at in range(len(rows)):
        row = table[rows[at]]
        total = np.float32(0)
        for column in range(len(row)):
            total += row[column] * row[column]
        norms[at] = total


@njit(nogil=True, cache=True, fastmath=RELAXED)
def norms_back(table: Table, rows: npt.NDArray[np.int64], of_norms: Vector, gradient: Table) -> None:
    """Gradient of ``norms_of``, added to ``gradient``."""
    for at in range(len(rows)):
        row, target = table[rows[at]], gradient[rows[at]]
        decay = np.float32(2) * of_norms[at]
        for column in range(len(row)):
            target[column] += decay * row[column]
