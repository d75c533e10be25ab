"""Matrix products over tiles ``[features, TILE rows]`` that stay in the first-level cache, compiled."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from core.kernels.factorisation import RELAXED

Tile = npt.NDArray[np.float32]
Flat = npt.NDArray[np.float32]

TILE = 64
"""Rows side by side: known when compiling, so that the inner loops are whole vector registers without a rest. At 128
small layers are a seventh faster, but a layer of 128 no longer fits the first-level cache."""


LARGEST_LAYER = 8192
"""Weights of the largest layer up to which tiles are used: at 20 x 10 they take a quarter of the time of the library's
products and what is around them, at 128 x 64 as much on one thread, at 128 x 128 a third more."""


@njit(nogil=True, cache=True, fastmath=RELAXED)
def multiply(weight: Flat, start: int, step: int, height: int, width: int, inputs: Tile, outputs: Tile) -> None:
    """``outputs += W inputs``, where ``W[j, k] = weight[start + j * step + k]`` is ``[height, width]``.

    Two outputs and four inputs at a time: the numbers that are read serve twice, and sums stay in registers.

    Args:
        inputs: ``[width or more, TILE]``.
        outputs: ``[height or more, TILE]``, added to.
    """
    fours, pairs = width - width % 4, height - height % 2
    for j in range(0, pairs, 2):
        one, two = outputs[j], outputs[j + 1]
        for k in range(0, fours, 4):
            at = start + j * step + k
            a, b, c, d = weight[at], weight[at + 1], weight[at + 2], weight[at + 3]
            at += step
            e, f, g, h = weight[at], weight[at + 1], weight[at + 2], weight[at + 3]
            p, q, r, t = inputs[k], inputs[k + 1], inputs[k + 2], inputs[k + 3]
            for s in range(TILE):
                one[s] += a * p[s] + b * q[s] + c * r[s] + d * t[s]
                two[s] += e * p[s] + f * q[s] + g * r[s] + h * t[s]
        for k in range(fours, width):
            a, e = weight[start + j * step + k], weight[start + j * step + step + k]
            p = inputs[k]
            for s in range(TILE):
                one[s] += a * p[s]
                two[s] += e * p[s]
    for j in range(pairs, height):
        one = outputs[j]
        for k in range(width):
            a, p = weight[start + j * step + k], inputs[k]
            for s in range(TILE):
                one[s] += a * p[s]


@njit(nogil=True, cache=True, fastmath=RELAXED)
def correlate(change: Tile, inputs: Tile, height: int, width: int, weight: Flat, start: int, step: int) -> None:
    """``W += change inputs^T``: what ``multiply`` passes back to its weights; shapes as there."""
    fours = width - width % 4
    for j in range(height):
        moved = change[j]
        for k in range(0, fours, 4):
            p, q, r, t = inputs[k], inputs[k + 1], inputs[k + 2], inputs[k + 3]
            a = b = c = d = np.float32(0)
            for s in range(TILE):
                a += moved[s] * p[s]
                b += moved[s] * q[s]
                c += moved[s] * r[s]
                d += moved[s] * t[s]
            at = start + j * step + k
            weight[at] += a
            weight[at + 1] += b
            weight[at + 2] += c
            weight[at + 3] += d
        for k in range(fours, width):
            p = inputs[k]
            a = np.float32(0)
            for s in range(TILE):
                a += moved[s] * p[s]
            weight[start + j * step + k] += a


@njit(nogil=True, cache=True, fastmath=RELAXED)
def total(values: Flat) -> np.float32:
    """Sum of TILE numbers."""
    found = np.float32(0)
    for s in range(TILE):
        found += values[s]
    return found


@njit(nogil=True, cache=True, fastmath=RELAXED)
def rectify(values: Tile, height: int) -> None:
    """``max(0, x)`` in place; NaN stays."""
    for j in range(height):
        row = values[j]
        for s in range(TILE):
            row[s] = np.float32(0) if row[s] <= np.float32(0) else row[s]


@njit(nogil=True, cache=True, fastmath=RELAXED)
def hold_back(change: Tile, values: Tile, height: int) -> None:
    """Gradient of a rectifier in place: nothing passes where its output was 0."""
    for j in range(height):
        row, value = change[j], values[j]
        for s in range(TILE):
            row[s] = np.float32(0) if value[s] == np.float32(0) else row[s]
