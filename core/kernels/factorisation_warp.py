"""Stochastic gradient descent of matrix factorisation with WARP: negatives are drawn until one violates the margin."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit
from numpy import float32, uint64

from core.kernels.factorisation import RELAXED, Constants, Rule, Tables, bin_of, last_resort
from core.kernels.membership import Seen, has_seen
from core.kernels.prefetch import LINE, prefetch
from core.kernels.sampling import ATTEMPTS, SPAN
from core.kernels.schedule import Cells, Items
from core.kernels.streams import below, stream_of, word


@njit(nogil=True, cache=True, fastmath=RELAXED, error_model="numpy")
def learn_warp(
    lanes: tuple[int, ...],
    tables: Tables,
    cells: Cells,
    row: uint64,
    seen: Seen,
    catalogue: Items,
    rule: Rule,
    fixed: Constants,
    key: uint64,
    histogram: npt.NDArray[np.int64],
) -> tuple[float, int, int]:
    """Walk positives with WARP; arguments and result as in ``learn_drawn``.

    A positive without a violation is a triple of weight 0 with its last draw: only the L2 term moves its rows.
    """
    of_users, of_items, bias = tables.users, tables.items, tables.item_bias
    indptr, items, bits, n_items = seen.indptr, seen.items, seen.bits, seen.n_items
    weights = fixed.rank_weights
    factors = 8 * len(lanes) if len(lanes) else of_users.shape[1]
    biased, listed = len(bias) > 0, len(catalogue)
    bound = uint64(listed if listed else n_items)
    keep = float32(1) - rule.learning_rate * rule.l2
    total, learned, skipped = 0.0, 0, 0
    for at in range(len(cells)):
        user, item = cells[at] >> uint64(32), cells[at] & uint64(2**32 - 1)
        unseen = n_items - (indptr[user + uint64(1)] - indptr[user])
        stream = stream_of(key, row + uint64(at))
        u, i = of_users[user], of_items[item]
        high = float32(0)
        for factor in range(factors):
            high += u[factor] * i[factor]
        if biased:
            high += bias[item]
        negative, following, draw = np.int64(-1), np.int64(-1), 0
        while draw <= rule.trials:
            negative, following = following, np.int64(-1)
            # the next draw's row is on its way while this one is scored
            for attempt in range(ATTEMPTS):
                drawn = below(word(stream, uint64(draw * SPAN + attempt)), bound)
                if listed:
                    drawn = uint64(catalogue[drawn])
                if not has_seen(indptr, items, bits, user, drawn):
                    following = np.int64(drawn)
                    break
            if following < 0:
                drawn = word(stream, uint64(draw * SPAN + ATTEMPTS))
                following = last_resort(indptr, items, bits, n_items, catalogue, user, drawn)
            if following < 0:
                break
            for column in range(0, factors, LINE):
                prefetch(of_items, uint64(following), uint64(column))
            draw += 1
            if negative < 0:
                continue
            j = of_items[uint64(negative)]
            low = float32(0)
            for factor in range(factors):
                low += u[factor] * j[factor]
            if biased:
                low += bias[negative]
            # written so that NaN counts as a violation and comes out in the loss
            kept_off = low <= high - float32(1)
            if kept_off and draw <= rule.trials:
                continue
            x = high - low
            weight = float32(0) if kept_off else weights[unseen // (draw - 1)]
            total += float(weight * (float32(1) - x))
            histogram[bin_of(x)] += 1
            go = weight * rule.learning_rate
            for factor in range(factors):
                w, p, q = u[factor], i[factor], j[factor]
                u[factor] = keep * w + go * (p - q)
                i[factor] = keep * p + go * w
                j[factor] = keep * q - go * w
            if biased:
                bias[item] += go
                bias[negative] -= go
            break
        if following < 0:
            skipped += 1
        else:
            learned += 1
    return total, learned, skipped
