"""How what is freed is kept: in few heaps, for few threads."""

from __future__ import annotations

from core.giving_back import of_the_c_library

ARENA_MAX, MMAP_THRESHOLD, TRIM_THRESHOLD = -8, -3, -1
"""What mallopt of the GNU C library knows them by, from its malloc.h."""
ARENAS = 2
SMALL, LARGE = (1 << 20, 8 << 20), (32 << 20, 64 << 20)
"""Bytes from which a block has pages of its own, which go back to the system with it, and free bytes that are kept at
the end of a heap: mostly, and for work that makes large blocks again and again."""
READERS = 2
"""Threads with which pyarrow reads and writes files."""


def keep_heaps_small() -> bool:
    """Let all threads share two heaps, of small blocks alone; gives whether the C library knows how.

    Each job has a new thread, and the GNU C library gives threads up to eight heaps a processor, which each grow to
    what the largest training needs and come apart in their own way: with them, an hour of 1,984 trainings in one
    window took 34 MB an hour more at its end than after its first quarter. One heap alone grew no less than two.

    The library also puts ever larger blocks into its heaps, as large as the largest that was freed, up to 32 MB: what
    is small and stays, and comes to lie between them, holds their pages. With that, the same hour took 5.6 MB more.
    """
    mallopt = of_the_c_library("mallopt")
    return mallopt is not None and bool(mallopt(ARENA_MAX, ARENAS) == 1) and put_large_blocks_into_heaps(False)


def put_large_blocks_into_heaps(wanted: bool) -> bool:
    """Let heaps hold what is large too, or no more; gives whether the C library knows how.

    Pages of its own are cleared by the system each time that a block is made: a training that makes matrices of many
    MB at each step would take twice as long.
    """
    mallopt = of_the_c_library("mallopt")
    if mallopt is None:
        return False
    block, kept = LARGE if wanted else SMALL
    return bool(mallopt(MMAP_THRESHOLD, block) == 1 and mallopt(TRIM_THRESHOLD, kept) == 1)


def let_pyarrow_share() -> None:
    """Let pyarrow, which is imported, take memory from the same heaps, and read with few threads.

    It has heaps of its own, which keep what a thread that ended had taken: an import of some kilobytes could take 7 MB
    for good. It would make up to eight threads, another one each time that all are busy, each with memory of its own.
    """
    import pyarrow

    pyarrow.set_memory_pool(pyarrow.system_memory_pool())
    pyarrow.set_io_thread_count(READERS)
