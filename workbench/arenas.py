"""How what is freed is kept: in few heaps, for few threads."""

from __future__ import annotations

from core.giving_back import of_the_c_library

ARENA_MAX, MMAP_THRESHOLD, TRIM_THRESHOLD = -8, -3, -1
"""What mallopt of the GNU C library knows them by, from its malloc.h."""
ARENAS = 2
LARGE = 1 << 20
"""Bytes from which a block has pages of its own, which go back to the system with it."""
KEPT_FREE = 8 << 20
"""Free bytes at the end of a heap that are kept for what comes next, until a job of some size has ended."""
READERS = 2
"""Threads with which pyarrow reads and writes files."""


def keep_heaps_small() -> bool:
    """Let all threads share two heaps, of small blocks alone; gives whether the C library knows how.

    Each job has a new thread, and the GNU C library gives threads up to eight heaps a processor, which each grow to
    what the largest training needs and come apart in their own way: with them, an hour of 1,984 trainings in one
    window took 34 MB an hour more at its end than after its first quarter. One heap alone grew no less than two.

    The library also puts ever larger blocks into its heaps, as large as the largest that was freed, up to 32 MB: what
    is small and stays, and comes to lie between them, holds their pages. Of what the two heaps had, 7 MB more was free
    and not the system's after 1,300 trainings; where large blocks have pages of their own, nothing more after 2,400.
    """
    mallopt = of_the_c_library("mallopt")
    if mallopt is None:
        return False
    chosen = ((ARENA_MAX, ARENAS), (MMAP_THRESHOLD, LARGE), (TRIM_THRESHOLD, KEPT_FREE))
    return all(mallopt(name, value) == 1 for name, value in chosen)


def let_pyarrow_share() -> None:
    """Let pyarrow, which is imported, take memory from the same heaps, and read with few threads.

    It has heaps of its own, which keep what a thread that ended had taken: an import of some kilobytes could take 7 MB
    for good. It would make up to eight threads, another one each time that all are busy, each with memory of its own.
    """
    import pyarrow

    pyarrow.set_memory_pool(pyarrow.system_memory_pool())
    pyarrow.set_io_thread_count(READERS)
