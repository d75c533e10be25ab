"""Epochs of matrix factorisation in blocks, on one thread or more, repeatable to the last bit unless told otherwise."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from numpy import uint64

from core.kernels.divisions import Division, Piece, Window, division
from core.kernels.factorisation import (
    BINS,
    LOSS_CODES,
    Rule,
    Tables,
    constants,
    lanes_of,
    learn_drawn,
)
from core.kernels.factorisation_portions import learn_in_portion
from core.kernels.factorisation_warp import learn_warp
from core.kernels.gates import APART, SPINS, reached
from core.kernels.membership import seen_of
from core.kernels.portions import CELLS, portions_each
from core.kernels.schedule import WINDOW, Block, Items, blocks, window_ends
from core.kernels.streams import WORD, word_reference

if TYPE_CHECKING:
    from core.data.interactions import Events

BLOCK_TRIPLES = 131_072
"""Triples of a thread between two looks at stop and pause; some milliseconds."""
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
        lock_free: threads do not wait for each other and may write the same rows at once (Hogwild, Niu et al. 2011):
            fastest, NOT repeatable. Otherwise they never share a row (stratified SGD, Gemulla et al. 2011). In both
            each thread walks a window of users of its own, the items are divided among the threads anew each epoch, and
            a thread draws its negatives from the part of the items that it is at: a row that goes to and fro between
            processors costs more than all the arithmetic. Where that part is too large for a processor's caches, it is
            divided again, into portions that each window walks one after the other (not with WARP).
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

    Args:
        portions: that a thread's part of the items is cut into; 0 takes what suits the size of the tables. WARP has 1.
    """

    def __init__(self, tables: Tables, train: Events, steps: Steps, seed: int, portions: int = 0) -> None:
        if len(train) >= 2**31:
            raise ValueError("more than 2^31 positives")
        self.tables, self.steps, self.seed = tables, steps, seed
        self.train = train
        factors = tables.users.shape[1]
        warp = steps.loss == "warp"
        suitable = portions or portions_each(train.n_items, factors, steps.threads, len(train))
        self.portions = 1 if warp else suitable
        width = WINDOW if self.portions == 1 else CELLS * steps.threads * self.portions
        self.ends = window_ends(train.indptr, width, steps.threads)
        self.fixed = constants(train.n_items)
        self.lanes = lanes_of(factors)
        cost = WARP_COST if warp else steps.negatives
        slices = max(-(-int(np.diff(self.ends).max()) * cost // BLOCK_TRIPLES), 1)
        self._slices = slices if self.portions == 1 else min(slices, self.portions)
        # portions hold all that a user has met beside what is being walked
        self.seen = None if self.portions > 1 else seen_of(train.pairs)
        self._learn = learn_warp if warp else learn_drawn
        self._epoch: _Epoch | None = None
        self._windows = [Window() for _ in range(steps.threads)]

    def blocks(self, epoch: int) -> list[Block]:
        """The blocks of an epoch, to be run in this order; as many in every epoch."""
        return blocks(len(self.ends) - 1, self.steps.threads, self._slices, epoch, self._key(epoch, 0))

    def run(self, block: Block, learning_rate: float) -> Report:
        """Walk the positives of a block; any block can be run at any time, as after a resume."""
        if self._epoch is None or self._epoch.number != block.epoch:
            self._epoch = self._begun(block.epoch)
        rule = Rule(
            LOSS_CODES[self.steps.loss],
            self.steps.negatives,
            self.steps.trials,
            np.float32(self.steps.margin),
            np.float32(learning_rate),
            np.float32(self.steps.l2),
        )
        walk = _Walk(block, rule, self._epoch, np.zeros(self.steps.threads * APART, np.int64))
        return self._report(self._together(walk))

    def close(self) -> None:
        """End the threads; the next block makes new ones."""
        pool = self.__dict__.pop("_pool", None)
        if pool is not None:
            pool.shutdown()

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self.steps.threads - 1, thread_name_prefix="descent")

    def _together(self, walk: _Walk) -> list[Report]:
        """The walks of all threads; this one is the first of them."""
        waiting = [self._pool.submit(self._walk, walk, thread) for thread in range(1, self.steps.threads)]
        try:
            found = self._walk(walk, 0)
        except BaseException:
            wait(waiting)
            raise
        for each in waiting:
            found += each.result()
        return found

    def _walk(self, walk: _Walk, thread: int) -> list[Report]:
        """Thread t walks its window, in each turn the positives with items of part (t + turn) mod parts."""
        block, epoch, parts = walk.block, walk.epoch, self.steps.threads
        window = self._windows[thread]
        try:
            self._fill(window, block.epoch, block.windows[thread], epoch)
            found: list[Report] = []
            for turn in range(parts):
                held = (thread + turn) % parts
                if turn and not self.steps.lock_free:
                    self._wait(walk, (thread + 1) % parts, turn)
                found += [self._through(piece, walk) for piece in epoch.division.pieces(window, held, block)]
                walk.turns[thread * APART] = turn + 1
        except BaseException:
            # nobody waits for a thread that will not come
            walk.turns[:] = parts
            raise
        return found

    def _through(self, piece: Piece, walk: _Walk) -> Report:
        histogram = np.zeros(BINS, np.int64)
        row, cells, members = piece
        last = (walk.rule, self.fixed, walk.epoch.draw_key, histogram)
        if self.seen is None:
            loss, triples, skipped = learn_in_portion(self.lanes, self.tables, cells, row, members, *last)
        else:
            loss, triples, skipped = self._learn(self.lanes, self.tables, cells, row, self.seen, members, *last)
        return Report(len(cells), triples, skipped, loss, histogram)

    def _wait(self, walk: _Walk, thread: int, turn: int) -> None:
        """Until the thread that held the part before has ended so many turns."""
        while not reached(walk.turns, thread * APART, turn, SPINS):
            # there are more threads than processors for them
            time.sleep(0)

    def _fill(self, window: Window, epoch: int, number: int, begun: _Epoch) -> None:
        if (window.epoch, window.number) != (epoch, number):
            first, stop = int(self.ends[number]), int(self.ends[number + 1])
            begun.division.fill(window, self.train.users, self.train.items, first, stop)
            window.epoch, window.number = epoch, number

    def _begun(self, number: int) -> _Epoch:
        keys = (self._key(number, 1), self._key(number, 3), self._key(number, 4))
        return _Epoch(number, self._key(number, 2), division(self._ranking, self.steps.threads, self.portions, keys))

    @cached_property
    def _ranking(self) -> Items:
        return np.argsort(-self.train.item_counts, kind="stable").astype(np.int32)

    def _key(self, epoch: int, purpose: int) -> np.uint64:
        return uint64(word_reference(self.seed & WORD, epoch & WORD, purpose))

    def _report(self, found: list[Report]) -> Report:
        loss = sum(result.loss for result in found)
        if self.steps.loss == "bce":
            loss *= self.steps.negatives / (1 + self.steps.negatives)
        return Report(
            sum(result.positives for result in found),
            sum(result.triples for result in found),
            sum(result.skipped for result in found),
            loss,
            reduce(np.add, [result.histogram for result in found]),
        )


@dataclass(frozen=True, eq=False)
class _Epoch:
    """What is the same in a whole epoch."""

    number: int
    draw_key: np.uint64
    division: Division


@dataclass(frozen=True, eq=False)
class _Walk:
    """A block being walked: ``turns`` counts what each thread has ended, a cache line apart."""

    block: Block
    rule: Rule
    epoch: _Epoch
    turns: npt.NDArray[np.int64]
