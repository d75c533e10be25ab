"""Epochs of matrix factorisation in blocks, on one thread or more, repeatable to the last bit unless told otherwise."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from numpy import uint64

from core.kernels.factorisation import (
    BINS,
    LOSS_CODES,
    Positives,
    Rule,
    Tables,
    constants,
    lanes_of,
    learn_drawn,
)
from core.kernels.factorisation_warp import learn_warp
from core.kernels.membership import seen_of
from core.kernels.schedule import Block, Order, blocks, cells, parts_of, shuffle

if TYPE_CHECKING:
    from core.data.interactions import Events

BLOCK_TRIPLES = 65_536
"""Triples between two looks at stop and pause; some milliseconds."""
WARP_COST = 8
"""How many triples' time a positive of WARP is taken to cost."""


@dataclass(frozen=True)
class Steps:
    """How to descend.

    Attributes:
        loss: key of the LOSSES table: ``bpr``, ``hinge``, ``bce`` or ``warp``.
        negatives: uniform negatives per positive (1 for WARP).
        l2: λ of (λ/2)(|u|² + |i|² + |j|²), per triple.
        margin: of hinge.
        trials: most draws of WARP.
        threads: threads to use.
        lock_free: threads may write the same rows at once (Hogwild, Niu et al. 2011): fastest, NOT repeatable.
            Otherwise they never share a row: users and items are divided among them anew each epoch (stratified SGD,
            Gemulla et al. 2011), and a thread draws its negatives from the part of the items that it holds.
    """

    loss: str = "bpr"
    negatives: int = 1
    l2: float = 0.01
    margin: float = 1.0
    trials: int = 50
    threads: int = 1
    lock_free: bool = False


@dataclass(frozen=True, eq=False)
class Report:
    """What a block gave.

    Attributes:
        positives: positives visited.
        triples: (user, item, negative) learned from; with WARP also those of weight 0.
        skipped: positives whose user has nothing left to draw.
        loss: sum over the triples, in the units of the loss (cross-entropy: mean of a row's points); NaN or infinite
            once the tables are.
        histogram: ``[64]`` counts of s⁺ − s⁻ over ±8, the outermost bins hold what lies outside.
    """

    positives: int
    triples: int
    skipped: int
    loss: float
    histogram: npt.NDArray[np.int64]


class Descent:
    """Tables being learned from the training part; every draw follows from the seed, the epoch and the positive.

    The tables are changed in place. They may share their memory with torch parameters.
    """

    def __init__(self, tables: Tables, train: Events, steps: Steps, seed: int) -> None:
        if len(train) >= 2**31:
            raise ValueError("more than 2^31 positives")
        self.tables, self.steps, self.seed = tables, steps, seed
        self.positives = Positives(train.users, train.items)
        self.seen = seen_of(train.pairs)
        self.fixed = constants(train.n_items)
        self.lanes = lanes_of(tables.users.shape[1])
        self._learn = learn_warp if steps.loss == "warp" else learn_drawn
        self._shuffled: tuple[int, tuple[int, int]] | None = None
        self._order: Order = np.empty(0, np.int32)
        self._parts: tuple[int, _Parts] | None = None

    def blocks(self, epoch: int) -> list[Block]:
        """The blocks of an epoch, to be run in this order; as many in every epoch."""
        cost = WARP_COST if self.steps.loss == "warp" else self.steps.negatives
        size = max(BLOCK_TRIPLES // cost, 1024)
        return blocks(len(self.positives.users), size, epoch, self._generator(epoch, 0))

    def run(self, block: Block, learning_rate: float) -> Report:
        """Walk the positives of a block; any block can be run at any time, as after a resume."""
        if self._shuffled != (block.epoch, block.window):
            self._order = np.empty(block.window[1] - block.window[0], np.int32)
            shuffle(self._order, block.window[0], self._key(block.epoch, 1))
            self._shuffled = (block.epoch, block.window)
        order = self._order[block.start : block.stop]
        rule = Rule(
            LOSS_CODES[self.steps.loss],
            self.steps.negatives,
            self.steps.trials,
            np.float32(self.steps.margin),
            np.float32(learning_rate),
            np.float32(self.steps.l2),
        )
        key = self._key(block.epoch, 2)
        if self.steps.threads == 1:
            found = [self._walk(order, _EVERYTHING, rule, key)]
        elif self.steps.lock_free:
            pieces = np.array_split(order, self.steps.threads)
            found = self._at_once([partial(self._walk, piece, _EVERYTHING, rule, key) for piece in pieces])
        else:
            found = self._stratified(order, block.epoch, rule, key)
        return self._report(len(order), found)

    def close(self) -> None:
        """End the threads; the next block makes new ones."""
        pool = self.__dict__.pop("_pool", None)
        if pool is not None:
            pool.shutdown()

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self.steps.threads, thread_name_prefix="descent")

    def _at_once(self, tasks: list[Callable[[], _Result]]) -> list[_Result]:
        return [waiting.result() for waiting in [self._pool.submit(task) for task in tasks]]

    def _walk(self, order: Order, catalogue: Order, rule: Rule, key: np.uint64) -> _Result:
        histogram = np.zeros(BINS, np.int64)
        result = self._learn(
            self.lanes, self.tables, self.positives, self.seen, order, catalogue, rule, self.fixed, key, histogram
        )
        return (*result, histogram)

    def _stratified(self, order: Order, epoch: int, rule: Rule, key: np.uint64) -> list[_Result]:
        """Thread t holds the users of part t throughout, and in each turn the items of part (t + turn) mod threads."""
        if self._parts is None or self._parts[0] != epoch:
            self._parts = (epoch, self._divide(epoch))
        parts = self._parts[1]
        threads = self.steps.threads
        gathered = np.empty((threads, threads, len(order)), np.int32)
        counts = [np.zeros(threads, np.int64)] * threads

        def walk(thread: int, turn: int) -> _Result:
            if turn == 0:
                owners, items = self.positives
                counts[thread] = cells(order, owners, items, parts.of_user, parts.of_item, thread, gathered[thread])
            held = (thread + turn) % threads
            return self._walk(gathered[thread, held, : counts[thread][held]], parts.items[held], rule, key)

        found = []
        for turn in range(threads):
            found += self._at_once([partial(walk, thread, turn) for thread in range(threads)])
        return found

    def _divide(self, epoch: int) -> _Parts:
        generator = self._generator(epoch, 3)
        of_user, _ = parts_of(len(self.tables.users), self.steps.threads, generator)
        of_item, items = parts_of(len(self.tables.items), self.steps.threads, generator)
        return _Parts(of_user, of_item, items)

    def _report(self, positives: int, found: list[_Result]) -> Report:
        loss = sum(result[0] for result in found)
        triples, skipped = sum(result[1] for result in found), sum(result[2] for result in found)
        if self.steps.loss == "bce":
            loss *= self.steps.negatives / (1 + self.steps.negatives)
        histogram = np.sum([result[3] for result in found], axis=0)
        return Report(positives, triples, skipped, loss, histogram)

    def _generator(self, epoch: int, purpose: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, epoch, purpose])

    def _key(self, epoch: int, purpose: int) -> np.uint64:
        return uint64(self._generator(epoch, purpose).integers(2**63))


_Result = tuple[float, int, int, npt.NDArray[np.int64]]
_EVERYTHING: Order = np.empty(0, np.int32)


@dataclass(frozen=True, eq=False)
class _Parts:
    of_user: npt.NDArray[np.uint16]
    of_item: npt.NDArray[np.uint16]
    items: list[Order]
