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

from core.kernels.factorisation import (
    BINS,
    LOSS_CODES,
    Rule,
    Tables,
    constants,
    lanes_of,
    learn_drawn,
)
from core.kernels.factorisation_warp import learn_warp
from core.kernels.gates import APART, SPINS, reached
from core.kernels.membership import seen_of
from core.kernels.schedule import WINDOW, Block, Cells, Items, arrange, blocks, divide, window_ends
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
            processors costs more than all the arithmetic.
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
        self.train = train
        self.ends = window_ends(train.indptr, WINDOW, steps.threads)
        self.seen = seen_of(train.pairs)
        self.fixed = constants(train.n_items)
        self.lanes = lanes_of(tables.users.shape[1])
        cost = WARP_COST if steps.loss == "warp" else steps.negatives
        self._slices = max(-(-int(np.diff(self.ends).max()) * cost // BLOCK_TRIPLES), 1)
        self._learn = learn_warp if steps.loss == "warp" else learn_drawn
        self._epoch: _Epoch | None = None
        self._windows = [_Window() for _ in range(steps.threads)]

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
            found = []
            for turn in range(parts):
                held = (thread + turn) % parts
                if turn and not self.steps.lock_free:
                    self._wait(walk, (thread + 1) % parts, turn)
                row, cells = window.slice_of(held, block)
                histogram = np.zeros(BINS, np.int64)
                loss, triples, skipped = self._learn(
                    self.lanes,
                    self.tables,
                    cells,
                    uint64(row),
                    self.seen,
                    epoch.members[held, : epoch.sizes[held]] if parts > 1 else _EVERYTHING,
                    walk.rule,
                    self.fixed,
                    epoch.draw_key,
                    histogram,
                )
                walk.turns[thread * APART] = turn + 1
                found.append(Report(len(cells), triples, skipped, loss, histogram))
        except BaseException:
            # nobody waits for a thread that will not come
            walk.turns[:] = parts
            raise
        return found

    def _wait(self, walk: _Walk, thread: int, turn: int) -> None:
        """Until the thread that held the part before has ended so many turns."""
        while not reached(walk.turns, thread * APART, turn, SPINS):
            # there are more threads than processors for them
            time.sleep(0)

    def _fill(self, window: _Window, epoch: int, number: int, begun: _Epoch) -> None:
        if (window.epoch, window.number) == (epoch, number):
            return
        first, stop = int(self.ends[number]), int(self.ends[number + 1])
        if window.cells.shape[1] <= stop - first:
            # most of it is never touched, and takes no memory
            window.cells = np.empty((self.steps.threads, stop - first + 1), np.uint64)
        users, items = self.train.users, self.train.items
        window.rows = arrange(users, items, first, stop, begun.item_part, begun.order_key, window.cells)
        window.epoch, window.number = epoch, number

    def _begun(self, number: int) -> _Epoch:
        parts, n_items = self.steps.threads, self.train.n_items
        epoch = _Epoch(
            number,
            self._key(number, 1),
            self._key(number, 2),
            np.zeros(n_items if parts > 1 else 0, np.uint16),
            np.zeros((parts, -(-n_items // parts)), np.int32),
            np.zeros(parts, np.int64),
        )
        if parts > 1:
            divide(self._ranking, self._key(number, 3), epoch.item_part, epoch.members, epoch.sizes)
        return epoch

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


_EVERYTHING: Items = np.empty(0, np.int32)


@dataclass(frozen=True, eq=False)
class _Epoch:
    """What is the same in a whole epoch: keys, part of each item, and each part's items."""

    number: int
    order_key: np.uint64
    draw_key: np.uint64
    item_part: npt.NDArray[np.uint16]
    members: Items
    sizes: npt.NDArray[np.int64]


class _Window:
    """A thread's window, its positives by the part of their item."""

    def __init__(self) -> None:
        self.epoch, self.number = -1, -1
        self.cells: npt.NDArray[np.uint64] = np.empty((0, 0), np.uint64)
        self.rows: npt.NDArray[np.int64] = np.zeros(0, np.int64)

    def slice_of(self, part: int, block: Block) -> tuple[int, Cells]:
        """The part's positives that belong to the block, and the number of the first."""
        row, stop = self.rows[part : part + 2].tolist()
        start, end = ((stop - row) * at // block.parts for at in (block.part, block.part + 1))
        return row + start, self.cells[part, start:end]


@dataclass(frozen=True, eq=False)
class _Walk:
    """A block being walked: ``turns`` counts what each thread has ended, a cache line apart."""

    block: Block
    rule: Rule
    epoch: _Epoch
    turns: npt.NDArray[np.int64]
