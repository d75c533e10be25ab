"""How what is freed is kept: in few heaps, for few threads, and given back when work of some size has ended."""

from __future__ import annotations

import sys
from typing import Any

ARENA_MAX = -8
"""M_ARENA_MAX of the GNU C library's malloc.h."""
ARENAS = 2
READERS = 2
"""Threads with which pyarrow reads and writes files."""


def keep_few_arenas() -> bool:
    """Let all threads share two heaps; gives whether the C library knows how.

    Each job has a new thread, and the GNU C library gives threads up to eight heaps a processor, which each grow to
    what the largest training needs and come apart in their own way: with them, an hour of 1,984 trainings in one
    window took 34 MB an hour more at its end than after its first quarter. One heap alone grew no less than two.
    """
    mallopt = _of_the_c_library("mallopt")
    return mallopt is not None and mallopt(ARENA_MAX, ARENAS) == 1


def keep_few_readers() -> None:
    """Let pyarrow, which is imported, read with few threads.

    It would make up to eight, another one each time that all are busy, and each keeps memory of its own for good.
    """
    import pyarrow

    pyarrow.set_io_thread_count(READERS)


def give_memory_back() -> bool:
    """Let the system have the pages of which nothing is used; gives whether there were any.

    The C library gives back the end of a heap by itself, and no page before it: what a large training took would stay
    the window's until it is closed, and an hour of small ones would touch a few more pages of the heaps each minute.
    Takes some milliseconds, without Python's lock.
    """
    pool = getattr(sys.modules.get("pyarrow"), "default_memory_pool", None)
    if pool is not None:
        # it has heaps of its own
        pool().release_unused()
    trim = _of_the_c_library("malloc_trim")
    return trim is not None and trim(0) == 1


def _of_the_c_library(name: str) -> Any:
    """A function that only the GNU C library has; None elsewhere."""
    if not sys.platform.startswith("linux"):
        return None
    # nothing that is painted at first needs it
    import ctypes

    return getattr(ctypes.CDLL(None), name, None)
