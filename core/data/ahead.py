"""Work on the blocks of a file that come next, in threads, while one is dealt with."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

MOST = 4
"""Threads; from here on reading and hashing the bytes, one block after the other, is what takes the time."""

Block = TypeVar("Block")
Result = TypeVar("Result")


def ahead(
    work: Callable[[Block], Result], blocks: Iterator[Block]
) -> Iterator[tuple[Block, Callable[[], Result] | None]]:
    """Blocks in their order, each with what gives (or raises) the result of the work on it.

    The first two come without, and blocks come one by one with nothing read ahead until then: most files are no longer
    than that, and a preview looks no further.
    """
    for _, block in zip(range(2), blocks, strict=False):
        yield block, None
    waiting: deque[tuple[Block, Future[Result]]] = deque()
    threads = min(usable_cores(), MOST)
    failure: Exception | None = None
    with ThreadPoolExecutor(threads, thread_name_prefix="reading") as pool:
        try:
            while True:
                try:
                    block = next(blocks)
                except StopIteration:
                    break
                except Exception as error:
                    # what is wrong with an earlier block comes first
                    failure = error
                    break
                waiting.append((block, pool.submit(work, block)))
                if len(waiting) > threads:
                    first, result = waiting.popleft()
                    yield first, result.result
            while waiting:
                first, result = waiting.popleft()
                yield first, result.result
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    if failure is not None:
        raise failure


def usable_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
