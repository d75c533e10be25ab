"""Adam over many tensors in one call, compiled: the moments, the correction of their bias, and the step."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import carray, njit, types  # type: ignore[attr-defined]
from numba.extending import intrinsic

from core.kernels.factorisation import RELAXED

Addresses = npt.NDArray[np.int64]
Vector = npt.NDArray[np.float32]

COLUMNS = 6
"""Of an address table: numbers in the tensor, then where the parameter, its gradient, both moments and the count of
steps lie in memory."""


def _pointer(typing_context: Any, address: Any) -> Any:
    """``pointer(address)``: a number as a pointer that ``carray`` takes."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

    return types.voidptr(types.int64), generate


pointer: Any = intrinsic(_pointer)


@njit(nogil=True, cache=True, error_model="numpy")
def adam_all(
    table: Addresses, decays: Vector, decoupled: bool, rate: float, first: float, second: float, tiny: float
) -> None:
    """A step of every tensor; each counts its own steps.

    Args:
        table: ``[tensors, COLUMNS]``: float32 tensors without gaps, whoever calls keeps them alive.
        decays: weight decay of each.
        decoupled: weights shrink by themselves (AdamW) instead of through the gradient.
        rate, first, second, tiny: α, β1, β2 and ε.
    """
    for row in range(len(table)):
        length = table[row, 0]
        steps = carray(pointer(table[row, 5]), 1, np.float32)
        steps[0] += np.float32(1)
        counted = float(steps[0])
        shrink = rate * decays[row] if decoupled else 0.0
        adam(
            carray(pointer(table[row, 1]), length, np.float32),
            carray(pointer(table[row, 2]), length, np.float32),
            carray(pointer(table[row, 3]), length, np.float32),
            carray(pointer(table[row, 4]), length, np.float32),
            np.float32(0 if decoupled else decays[row]),
            np.float32(1 - shrink),
            # 1 - 0.999 in single precision would be off by 1e-5
            np.float32(1 - first),
            np.float32(second),
            np.float32(1 - second),
            np.float32(tiny),
            np.float32(rate / (1 - first**counted)),
            np.float32(math.sqrt(1 - second**counted)),
        )


@njit(nogil=True, cache=True, fastmath=RELAXED, error_model="numpy")
def adam(
    values: Vector,
    gradients: Vector,
    means: Vector,
    squares: Vector,
    decay: np.float32,
    keep: np.float32,
    fresh: np.float32,
    second: np.float32,
    fresh_square: np.float32,
    tiny: np.float32,
    rate: np.float32,
    correction: np.float32,
) -> None:
    """One tensor: w -= α m̂ / (√v̂ + ε) (Kingma and Ba 2015, algorithm 1).

    Args:
        decay: added to the gradient, times the weights.
        keep: what the weights are multiplied by beforehand.
        fresh, fresh_square: 1 − β1 and 1 − β2.
        rate: α / (1 − β1ᵗ).
        correction: √(1 − β2ᵗ).
    """
    for at in range(len(values)):
        value = values[at]
        gradient = gradients[at] + decay * value
        mean = means[at] + fresh * (gradient - means[at])
        square = second * squares[at] + fresh_square * gradient * gradient
        means[at], squares[at] = mean, square
        values[at] = keep * value - rate * mean / (np.float32(math.sqrt(square)) / correction + tiny)
