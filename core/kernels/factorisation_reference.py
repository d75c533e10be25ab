"""What the kernels of matrix factorisation do, in plain NumPy, one step after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.kernels.factorisation import BCE, BIN_RANGE, BINS, BPR, WARP, Rule, Tables
from core.kernels.sampling import ATTEMPTS, SPAN, draw_uniform_reference
from core.kernels.streams import GOLDEN, WORD, below_reference, mixed_reference

if TYPE_CHECKING:
    from core.data.interactions import Pairs

Vector = npt.NDArray[np.floating]


def pair_loss(loss: int, margin: float, high: float, low: float, share: float) -> tuple[float, float, float]:
    """Loss of scores s⁺ and s⁻ and minus its derivative by s⁺, and its derivative by s⁻.

    Args:
        share: weight of the positive's own point in cross-entropy.
    """
    x = high - low
    if loss == BPR:
        return float(np.logaddexp(0, -x)), _sigmoid(-x), _sigmoid(-x)
    if loss == BCE:
        value = share * np.logaddexp(0, -high) + np.logaddexp(0, low)
        return float(value), share * _sigmoid(-high), _sigmoid(low)
    gap = margin - x
    return max(gap, 0.0), float(gap > 0), float(gap > 0)


def _sigmoid(x: float) -> float:
    return float(1 / (1 + np.exp(-x)))


def learn_reference(
    tables: Tables,
    cells: list[tuple[int, int]],
    first: int,
    pairs: Pairs,
    catalogue: npt.NDArray[np.int32],
    rule: Rule,
    key: int,
) -> tuple[float, int, int, npt.NDArray[np.int64]]:
    """Change the tables (of any float type) in place; sum of losses, triples, positives skipped, histogram.

    Args:
        cells: user and item of each positive.
        first: number of the first.
    """
    total, learned, skipped = 0.0, 0, 0
    histogram = np.zeros(BINS, np.int64)
    walk = _warp if rule.loss == WARP else _drawn
    for row, (user, item) in enumerate(cells, first):

        def draw(column: int, user: int = user, row: int = row) -> int:
            if rule.loss == WARP:
                return draw_uniform_reference(pairs, catalogue, user, key, row, column)
            return draw_reference(pairs, catalogue, user, key, row * rule.negatives + column)

        if draw(0) < 0:
            skipped += 1
            continue
        for loss, x in walk(tables, pairs, user, item, rule, draw):
            total, learned = total + loss, learned + 1
            histogram[int(np.clip((x + BIN_RANGE) * BINS / (2 * BIN_RANGE), 0, BINS - 1))] += 1
    return total, learned, skipped, histogram


def draw_reference(pairs: Pairs, catalogue: npt.NDArray[np.int32], user: int, key: int, number: int) -> int:
    """A negative of ``draw_triples`` by its number, row · negatives + column, from lists; -1 when there is none."""
    words = [mixed_reference((key + (number * SPAN + at + 1) * GOLDEN) & WORD) for at in range(SPAN)]
    listed = catalogue.tolist() if len(catalogue) else list(range(pairs.n_items))
    seen = set(pairs.of(user).tolist())
    for attempt in range(ATTEMPTS):
        item = int(listed[below_reference(words[attempt], len(listed))])
        if item not in seen:
            return item
    left = [item for item in listed if item not in seen]
    return left[below_reference(words[ATTEMPTS], len(left))] if left else -1


Draw = Callable[[int], int]
Steps = Iterator[tuple[float, float]]


def _drawn(tables: Tables, pairs: Pairs, user: int, item: int, rule: Rule, draw: Draw) -> Steps:
    for column in range(rule.negatives):
        negative = draw(column)
        high, low = score(tables, user, item), score(tables, user, negative)
        loss, up, down = pair_loss(rule.loss, float(rule.margin), high, low, 1 / rule.negatives)
        step(tables, user, item, negative, up, down, rule)
        yield loss, high - low


def _warp(tables: Tables, pairs: Pairs, user: int, item: int, rule: Rule, draw: Draw) -> Steps:
    high = score(tables, user, item)
    unseen = pairs.n_items - len(pairs.of(user))
    for drawn in range(1, rule.trials + 1):
        negative = draw(drawn - 1)
        x = high - score(tables, user, negative)
        if x < 1 or drawn == rule.trials:
            weight = float(np.sum(1 / np.arange(1, unseen // drawn + 1))) if x < 1 else 0.0
            step(tables, user, item, negative, weight, weight, rule)
            yield weight * (1 - x), x
            return


def score(tables: Tables, user: int, item: int) -> float:
    """s(u, i) = p_u · q_i (+ b_i)."""
    bias = float(tables.item_bias[item]) if len(tables.item_bias) else 0.0
    return float(tables.users[user] @ tables.items[item]) + bias


def step(tables: Tables, user: int, item: int, negative: int, up: float, down: float, rule: Rule) -> None:
    """One step down the gradient of loss + (λ/2)(|u|² + |i|² + |j|²)."""
    rate, l2 = float(rule.learning_rate), float(rule.l2)
    u, i, j = (row.copy() for row in (tables.users[user], tables.items[item], tables.items[negative]))
    tables.users[user] -= rate * (l2 * u - up * i + down * j)
    tables.items[item] -= rate * (l2 * i - up * u)
    tables.items[negative] -= rate * (l2 * j + down * u)
    if len(tables.item_bias):
        tables.item_bias[item] += rate * up
        tables.item_bias[negative] -= rate * down
