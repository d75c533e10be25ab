"""Many steps of NeuMF, GMF and MLP in one call: negatives, scores, loss, gradients and Adam, without Python between."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import carray, njit  # type: ignore[attr-defined]

from core.kernels.adaptive import adam_all, pointer
from core.kernels.membership import Seen
from core.kernels.rows import clear
from core.kernels.sampling import draw_uniform_ahead
from core.kernels.slopes import penalties, slopes
from core.kernels.tower import backward, forward

Flat = npt.NDArray[np.float32]
Table = npt.NDArray[np.float32]
Block = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]
Addresses = npt.NDArray[np.int64]


class Learned(NamedTuple):
    """What is learned, and its gradients.

    Attributes:
        sizes, weights: as in ``core.kernels.tower``; the weights are a copy, made anew in each step.
        layers: ``[layers, 2]``: numbers in each tensor that the weights are copied from, and where it lies in memory.
        users, items: the tables.
        of_weights, of_users, of_items: gradients; those of the tables are zero between steps.
    """

    sizes: Places
    weights: Flat
    layers: Addresses
    users: Table
    items: Table
    of_weights: Flat
    of_users: Table
    of_items: Table


class Room(NamedTuple):
    """Memory of a step of so many positives: ``[rows]``, ``[1 + n, rows]`` or blocks of ``forward``."""

    users: Places
    items: Places
    valid: Mask
    ours: Block
    theirs: Block
    states: Block
    scores: Table
    of_scores: Table
    user_norms: Flat
    item_norms: Table
    of_user_norms: Flat
    of_item_norms: Table


class Rule(NamedTuple):
    """What is made small, and by which steps.

    Attributes:
        loss, margin, l2: as in ``core.kernels.slopes``.
        adam: as ``adam_all`` takes it: tensors, decays, whether weights shrink by themselves, β1, β2 and ε.
    """

    loss: int
    margin: np.float32
    l2: np.float32
    tensors: Addresses
    decays: Flat
    decoupled: bool
    first: float
    second: float
    tiny: float


@njit(nogil=True, cache=True)
def take_steps(
    learned: Learned,
    room: Room,
    rule: Rule,
    seen: Seen,
    owners: Codes,
    positives: Codes,
    order: Places,
    keys: npt.NDArray[np.uint64],
    rates: npt.NDArray[np.float64],
    losses: npt.NDArray[np.float64],
    skipped: Places,
) -> int:
    """Take steps one after the other, up to one whose loss is no number.

    Args:
        owners, positives: user and item of each event.
        order: the steps' events, ``[steps · rows]``.
        keys: of the negatives of each step, ``[steps]``.
        rates: learning rate of each.
        losses, skipped: of each, written: the mean loss, and how many positives have no negative.

    Returns:
        Steps taken.
    """
    users, items, valid, scores, of_scores = room.users, room.items, room.valid, room.scores, room.of_scores
    of_user_norms, of_item_norms = room.of_user_norms, room.of_item_norms
    each, rows = items.shape
    measured = rule.l2 != 0
    for step in range(len(keys)):
        for row in range(rows):
            event = order[step * rows + row]
            users[row], items[0, row] = owners[event], positives[event]
        draw_uniform_ahead(seen, users, keys[step], items, valid)
        count = 0
        for row in range(rows):
            count += valid[row]
        _copy(learned.layers, learned.weights)
        forward(
            learned.sizes,
            learned.weights,
            learned.users,
            learned.items,
            users,
            items,
            room.ours,
            room.theirs,
            room.states,
            scores,
            measured,
            room.user_norms,
            room.item_norms,
        )
        losses[step] = slopes(rule.loss, rule.margin, 1, scores.T, valid, max(count, 1), of_scores.T)
        if measured:
            losses[step] += penalties(
                rule.l2,
                1,
                valid,
                max(count, 1),
                room.user_norms,
                room.item_norms.T,
                of_user_norms,
                of_item_norms.T,
            )
        skipped[step] = rows - count
        if not math.isfinite(losses[step]):
            return step + 1
        backward(
            learned.sizes,
            learned.weights,
            users,
            items,
            room.ours,
            room.theirs,
            room.states,
            of_scores,
            measured,
            of_user_norms,
            of_item_norms,
            learned.of_weights,
            learned.of_users,
            learned.of_items,
        )
        adam_all(rule.tensors, rule.decays, rule.decoupled, rates[step], rule.first, rule.second, rule.tiny)
        clear(learned.of_users, users)
        for n in range(each):
            clear(learned.of_items, items[n])
    return len(keys)


@njit(nogil=True, cache=True)
def _copy(layers: Addresses, weights: Flat) -> None:
    """The layers one after the other."""
    at = 0
    for layer in range(len(layers)):
        found = carray(pointer(layers[layer, 1]), layers[layer, 0], np.float32)
        for place in range(len(found)):
            weights[at] = found[place]
            at += 1
