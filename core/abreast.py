"""Blocks of users worked through in several threads, each with a scorer of its own; the outcomes come in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from queue import SimpleQueue
from typing import TypeVar

from core.scoring import Scorer

Block = TypeVar("Block")
Outcome = TypeVar("Outcome")


def scorers_for(scorer: Scorer, threads: int, blocks: int) -> Sequence[Scorer]:
    """As many scorers as can be asked at the same time for so many blocks; one where the model gives no more."""
    abreast = getattr(scorer, "abreast", None)
    wanted = min(threads, blocks)
    found: Sequence[Scorer] = (scorer,) if abreast is None or wanted < 2 else abreast(wanted)
    return found


def at_rest(scorer: Scorer) -> AbstractContextManager[None]:
    """While this is open the model of the scorer is not in training."""
    resting = getattr(scorer, "at_rest", None)
    found: AbstractContextManager[None] = nullcontext() if resting is None else resting()
    return found


def in_order(
    work: Callable[[Scorer, Block], Outcome], scorers: Sequence[Scorer], blocks: Iterable[Block]
) -> Iterator[Outcome]:
    """What ``work`` gives for each block, in the order of the blocks; can be left at any of them.

    With one scorer all is done in the caller's thread. With several, each thread has one torch thread: two products
    side by side need not wait for each other, and each gives to the bit what a run with one thread computes. At most
    one block more than there are scorers is in hand, so memory does not grow with the number of blocks.

    Raises:
        Exception: what ``work`` raised, at the first block in which it did.
    """
    if len(scorers) == 1:
        for block in blocks:
            yield work(scorers[0], block)
        return
    free: SimpleQueue[Scorer] = SimpleQueue()
    for scorer in scorers:
        free.put(scorer)

    def worked(block: Block) -> Outcome:
        scorer = free.get()
        try:
            return work(scorer, block)
        finally:
            free.put(scorer)

    import torch

    threads_before = torch.get_num_threads()
    pool = ThreadPoolExecutor(len(scorers), initializer=_one_torch_thread)
    in_hand: deque[Future[Outcome]] = deque()
    try:
        for block in blocks:
            in_hand.append(pool.submit(worked, block))
            if len(in_hand) > len(scorers):
                yield in_hand.popleft().result()
        while in_hand:
            yield in_hand.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
        # the number is kept for each thread, and for threads yet to come; the latter was changed
        torch.set_num_threads(threads_before)


def _one_torch_thread() -> None:
    import torch

    # asked for first: a thread that has not been asked takes over the number meant for new threads later on
    torch.get_num_threads()
    torch.set_num_threads(1)
