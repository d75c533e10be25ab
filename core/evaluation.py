"""Rank the held-out items of a part, block by block: against the whole catalogue, or against given candidates."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from core.abreast import at_rest, in_order, scorers_for
from core.data.interactions import Pairs
from core.errors import PlanError
from core.kernels.ranks import count_full, count_listed
from core.metrics.held_out import DEFAULT_KS, Evaluation
from core.protocols import Part, Protocol, met_already, nobody_ranked, protocol_for
from core.ranking import best_items
from core.scoring import Histories, Scorer, known_before, not_a_number, score_block, users_at_once
from core.splits.split import Candidates, Split

if TYPE_CHECKING:
    import torch


class Progress(NamedTuple):
    """Users that have been ranked, of how many."""

    done: int
    total: int


def evaluate(
    scorer: Scorer,
    split: Split,
    part: Part,
    *,
    ks: Iterable[int] = DEFAULT_KS,
    candidates: Candidates | Literal["split"] | None = "split",
    lists: bool = False,
    block_users: int | None = None,
    threads: int = 1,
) -> Evaluation:
    """Rank a part in one go; arguments, result and errors as ``evaluating``."""
    steps = evaluating(
        scorer, split, part, ks=ks, candidates=candidates, lists=lists, block_users=block_users, threads=threads
    )
    while True:
        try:
            next(steps)
        except StopIteration as end:
            outcome: Evaluation = end.value
            return outcome


def evaluating(
    scorer: Scorer,
    split: Split,
    part: Part,
    *,
    ks: Iterable[int] = DEFAULT_KS,
    candidates: Candidates | Literal["split"] | None = "split",
    lists: bool = False,
    block_users: int | None = None,
    threads: int = 1,
) -> Generator[Progress, None, Evaluation]:
    """Rank the held-out items of a part; advances a block of users at a time and can be closed at any yield.

    In full ranking the candidates are all items but the user's training items (and validation items, when the test
    part is ranked), unless ``split.hide_seen`` is False. Held-out items are never hidden, and never candidates for
    each other. A given list is ranked as it is, and the protocol is then called ``sampled``.

    Args:
        ks: the lengths of list that ``summary`` reports.
        candidates: None ranks in full, ``split`` takes those of the split where it has any (test part only).
        lists: keep the best max(ks) items of each user, for the metrics beyond accuracy; full ranking only.
        block_users: users scored at once; chosen from the size of the catalogue when None.
        threads: threads that score and count; the figures do not depend on it.

    Raises:
        PlanError: a k below 1.
        SplitError: nothing is held out, or nobody can be ranked.
        TrainingError: the model gave NaN.
        UsageError: candidates for the validation part.
    """
    ks = checked_ks(ks)
    protocol = protocol_for(split, part, candidates)
    counts = _Counts(protocol, max(ks) if lists and not protocol.sampled else 0)
    known = known_before(split, part)
    step = block_users or users_at_once(scorer)
    total = len(protocol.users)
    starts = range(0, total, step)
    scorers = scorers_for(scorer, threads, len(starts))
    # where the scorer cannot be asked in several threads, its scores are at least counted in several
    counting = threads if len(scorers) == 1 else 1

    def counted(one: Scorer, start: int) -> tuple[int, int]:
        users = protocol.users[start : start + step]
        broken = counts.add(score_block(one, users, Histories(known, users)), start, pool, counting)
        return start + len(users), -1 if broken < 0 else int(users[broken])

    with at_rest(scorer), ThreadPoolExecutor(counting) if counting > 1 else nullcontext() as pool:
        for done, broken in in_order(counted, scorers, starts):
            if broken >= 0:
                raise not_a_number(split.interactions.users.id(broken))
            yield Progress(done, total)
    return _outcome(counts, split, ks)


def checked_ks(ks: Iterable[int]) -> tuple[int, ...]:
    """The lengths of list in ascending order, once each.

    Raises:
        PlanError: none, or one below 1.
    """
    found = tuple(sorted(set(ks)))
    if not found or found[0] < 1:
        raise PlanError(
            code="plan.value",
            what=f"k cannot be {list(found)}",
            why="A list has at least one item",
            remedy="Give whole numbers from 1 on; the default is 5, 10, 20, 50",
        )
    return found


class _Counts:
    """The arrays that the blocks are counted into."""

    def __init__(self, protocol: Protocol, length: int) -> None:
        users, n_items = len(protocol.users), protocol.field.n_items
        self.protocol = protocol
        self.above = np.zeros(len(protocol.items), np.int32)
        self.equal = np.zeros(len(protocol.items), np.int32)
        self.candidates = np.zeros(users, np.int32)
        self.lists = np.full((users, min(length, n_items)), -1, np.int32) if length else None

    def add(
        self, block: npt.NDArray[np.float32] | torch.Tensor, start: int, pool: ThreadPoolExecutor | None, threads: int
    ) -> int:
        """Count the users from ``start`` on; returns the first row of the block with a NaN, or -1."""
        stop = start + len(block)
        if isinstance(block, np.ndarray):
            broken = self._rows(block, start, stop, pool, threads)
        else:
            broken = self._tensor(block, start, stop)
        if broken < 0 and self.lists is not None:
            scores = block if isinstance(block, np.ndarray) else block.cpu().numpy()
            field = self.protocol.field
            best = best_items(scores, field, self.protocol.users[start:stop], self.lists.shape[1])
            self.lists[start:stop] = best.items
        return broken

    def _rows(
        self, scores: npt.NDArray[np.float32], start: int, stop: int, pool: ThreadPoolExecutor | None, threads: int
    ) -> int:
        kernel, protocol = (count_listed if self.protocol.sampled else count_full), self.protocol

        def counted(first: int, last: int) -> int:
            broken: int = kernel(
                scores,
                first,
                last,
                protocol.users[start:stop],
                protocol.field.indptr,
                protocol.field.items,
                protocol.indptr[start : stop + 1],
                protocol.items,
                self.above,
                self.equal,
                self.candidates[start:stop],
            )
            return broken

        if pool is None:
            return counted(0, stop - start)
        # plain threads on kernels without the GIL: numba's own pool must not be entered from two threads at once
        cuts = [(stop - start) * each // threads for each in range(threads + 1)]
        broken = [row for row in pool.map(counted, cuts[:-1], cuts[1:]) if row >= 0]
        return min(broken, default=-1)

    def _tensor(self, scores: torch.Tensor, start: int, stop: int) -> int:
        from core.kernels.tensor_ranks import count_tensor

        protocol = self.protocol
        held_indptr = protocol.indptr[start : stop + 1]
        held = slice(int(held_indptr[0]), int(held_indptr[-1]))
        self.above[held], self.equal[held], self.candidates[start:stop], broken = count_tensor(
            scores,
            protocol.users[start:stop],
            protocol.field.indptr,
            protocol.field.items,
            protocol.sampled,
            held_indptr,
            protocol.items,
        )
        return broken


def _outcome(counts: _Counts, split: Split, ks: tuple[int, ...]) -> Evaluation:
    protocol = counts.protocol
    evaluation = Evaluation(
        part=protocol.part,
        protocol="sampled" if protocol.sampled else "full",
        n_items=protocol.field.n_items,
        users=protocol.users,
        indptr=protocol.indptr,
        items=protocol.items,
        above=counts.above,
        equal=counts.equal,
        candidates=counts.candidates,
        ks=ks,
        excluded=protocol.excluded,
        counts=protocol.counts,
        repeat=_repeats(protocol, split) if split.interactions.repeats == "all" else None,
        lists=counts.lists,
    )
    alone = counts.candidates == 0
    if alone.any():
        excluded = {**protocol.excluded, "no candidate": int(alone.sum())}
        evaluation = replace(evaluation.select(~alone[evaluation.owners]), excluded=excluded)
    if not len(evaluation.users):
        raise nobody_ranked(protocol.part, evaluation.excluded)
    return evaluation


def _repeats(protocol: Protocol, split: Split) -> npt.NDArray[np.bool_]:
    sizes = np.zeros(split.train.n_users, np.int64)
    sizes[protocol.users] = np.diff(protocol.indptr)
    indptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    return met_already(split, protocol.part, Pairs(indptr, protocol.items, protocol.field.n_items))


__all__ = ["Evaluation", "Part", "Progress", "checked_ks", "evaluate", "evaluating"]
