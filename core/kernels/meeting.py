"""The parts of NeuMF around its matrix products, compiled: rectified sums, the output layer, and their gradients."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from core.kernels.factorisation import RELAXED

Table = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float32]


@njit(nogil=True, cache=True, fastmath=RELAXED)
def add_and_rectify(right: Table, left: Table) -> None:
    """``right[r] = max(0, right[r] + left[r // n])`` with n rows of ``right`` for each of ``left``."""
    each = len(right) // max(len(left), 1)
    for at in range(len(right)):
        mine, other = right[at], left[at // each]
        for column in range(len(mine)):
            value = mine[column] + other[column]
            # written so that NaN stays
            mine[column] = np.float32(0) if value <= np.float32(0) else value


@njit(nogil=True, cache=True, fastmath=RELAXED)
def rectify(values: Table) -> None:
    """``max(0, x)`` in place; NaN stays."""
    for at in range(len(values)):
        row = values[at]
        for column in range(len(row)):
            row[column] = np.float32(0) if row[column] <= np.float32(0) else row[column]


@njit(nogil=True, cache=True, fastmath=RELAXED)
def hold_back(change: Table, values: Table) -> None:
    """Gradient of a rectifier in place: nothing passes where its output was 0."""
    for at in range(len(change)):
        row, value = change[at], values[at]
        for column in range(len(row)):
            row[column] = np.float32(0) if value[column] == np.float32(0) else row[column]


@njit(nogil=True, cache=True, fastmath=RELAXED)
def outputs(users: Table, items: Table, hidden: Table, weight: Vector, bias: Vector, scores: Vector) -> None:
    """s = h · [p ⊙ q ; φ] + b (He et al. 2017, equation 12).

    Args:
        users: ``[rows, width]``, the first ``gmf`` columns are p.
        items: ``[rows * n, width]``, likewise q.
        hidden: ``[rows * n, last]`` φ; ``last`` is 0 without a tower.
        weight: ``[gmf + last]``.
        bias: ``[1]``.
        scores: ``[rows * n]``, written.
    """
    each = len(items) // max(len(users), 1)
    last = hidden.shape[1]
    gmf = len(weight) - last
    for at in range(len(items)):
        user, item, state = users[at // each], items[at], hidden[at]
        total = bias[0]
        for column in range(gmf):
            total += weight[column] * user[column] * item[column]
        for column in range(last):
            total += weight[gmf + column] * state[column]
        scores[at] = total


@njit(nogil=True, cache=True, fastmath=RELAXED)
def outputs_back(
    users: Table,
    items: Table,
    hidden: Table,
    weight: Vector,
    of_scores: Vector,
    of_users: Table,
    of_items: Table,
    of_hidden: Table,
    of_weight: Vector,
    of_bias: Vector,
) -> None:
    """Gradients of ``outputs``, those of the hidden layer already held back where it was 0.

    Args:
        of_scores: ``[rows * n]``.
        of_users, of_items: as ``users`` and ``items``; their first ``gmf`` columns are written, the rest left alone.
        of_hidden: as ``hidden``, written.
        of_weight, of_bias: written.
    """
    each = len(items) // max(len(users), 1)
    last = hidden.shape[1]
    gmf = len(weight) - last
    of_product, of_state_weight = np.zeros(gmf, np.float32), np.zeros(last, np.float32)
    total = np.float32(0)
    for row in range(len(users)):
        user, of_user = users[row], of_users[row]
        for column in range(gmf):
            of_user[column] = np.float32(0)
        for at in range(row * each, (row + 1) * each):
            item, of_item, state, of_state = items[at], of_items[at], hidden[at], of_hidden[at]
            slope = of_scores[at]
            total += slope
            # short loops of one thing each: only such run in vector registers
            for column in range(gmf):
                of_product[column] += slope * user[column] * item[column]
            for column in range(gmf):
                of_item[column] = weight[column] * slope * user[column]
            for column in range(gmf):
                of_user[column] += weight[column] * slope * item[column]
            for column in range(last):
                of_state_weight[column] += slope * state[column]
            for column in range(last):
                passed = slope * weight[gmf + column]
                of_state[column] = passed if state[column] != np.float32(0) else np.float32(0)
    of_weight[:gmf] = of_product
    of_weight[gmf:] = of_state_weight
    of_bias[0] = total
