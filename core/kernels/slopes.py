"""BPR, hinge and binary cross-entropy of a batch of logits with their derivatives, compiled."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from core.kernels.factorisation import BPR, HINGE

Logits = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


@njit(nogil=True, cache=True)
def _softplus(x: np.float32) -> tuple[np.float32, np.float32]:
    """ln(1 + eˣ) and its derivative σ(x), without overflow; NaN stays."""
    small = np.float32(math.exp(-abs(x)))
    share = np.float32(1) / (np.float32(1) + small)
    if x <= np.float32(0):
        return np.float32(math.log1p(small)), np.float32(small * share)
    return np.float32(x + math.log1p(small)), share


@njit(nogil=True, cache=True)
def slopes(
    loss: int, margin: np.float32, targets: int, logits: Logits, valid: Mask, count: int, of_logits: Logits
) -> float:
    """The mean loss over the rows that count, and its derivative; see ``core.losses``.

    Args:
        loss: a code of ``core.kernels.factorisation.LOSS_CODES``: BPR, HINGE or BCE.
        margin: of the hinge.
        targets: T, positives of a line.
        logits: ``[lines, T (1 + n)]``: the positives, then the n negatives of each.
        valid: ``[lines * T]``: which positives count.
        count: how many of them, at least 1.
        of_logits: as ``logits``, written.
    """
    n = logits.shape[1] // targets - 1
    zero, one = np.float32(0), np.float32(1)
    # pairwise losses are the mean over n pairs, cross-entropy over 1 + n points
    weight = one / np.float32(count * n) if loss <= HINGE else one / np.float32(count * (1 + n))
    summed = 0.0
    for line in range(len(logits)):
        for target in range(targets):
            begin = targets + target * n
            if not valid[line * targets + target]:
                of_logits[line, target] = zero
                for at in range(begin, begin + n):
                    of_logits[line, at] = zero
                continue
            high = logits[line, target]
            up = zero
            if loss <= HINGE:
                for at in range(begin, begin + n):
                    x = high - logits[line, at]
                    if loss == BPR:
                        value, slope = _softplus(-x)
                    else:
                        value = margin - x
                        # written so that NaN stays
                        slope = zero if value <= zero else one
                        value = zero if value <= zero else value
                    summed += float(value)
                    of_logits[line, at] = weight * slope
                    up += weight * slope
            else:
                value, slope = _softplus(-high)
                summed += float(value)
                up = weight * slope
                for at in range(begin, begin + n):
                    value, slope = _softplus(logits[line, at])
                    summed += float(value)
                    of_logits[line, at] = weight * slope
            of_logits[line, target] = -up
    return summed * float(weight)


@njit(nogil=True, cache=True)
def penalties(
    l2: np.float32,
    targets: int,
    valid: Mask,
    count: int,
    user_norms: Logits,
    item_norms: Logits,
    of_users: Logits,
    of_items: Logits,
) -> float:
    """(λ/2)(|u|² + |i|² + |j|²), the mean over triples, and its derivatives (protocol: losses).

    Args:
        l2: λ.
        targets, valid, count: as in ``slopes``.
        user_norms, item_norms: squared lengths, ``[lines]`` and ``[lines, T (1 + n)]``.
        of_users, of_items: likewise, written.
    """
    n = item_norms.shape[1] // targets - 1
    whole = l2 / np.float32(2) / np.float32(count)
    part = whole / np.float32(n)
    summed = 0.0
    for line in range(len(item_norms)):
        mine = np.float32(0)
        for target in range(targets):
            begin = targets + target * n
            counts = valid[line * targets + target]
            if counts:
                mine += whole
                summed += float(whole * (user_norms[line] + item_norms[line, target]))
            of_items[line, target] = whole if counts else np.float32(0)
            for at in range(begin, begin + n):
                if counts:
                    summed += float(part * item_norms[line, at])
                of_items[line, at] = part if counts else np.float32(0)
        of_users[line] = mine
    return summed
