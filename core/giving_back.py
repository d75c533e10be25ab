"""What is freed is given back to the system when work of some size has ended."""

from __future__ import annotations

import sys
from typing import Any


def give_memory_back() -> bool:
    """Let the system have the pages of which nothing is used; gives whether there were any.

    The C library gives back the end of a heap by itself, and no page before it: what large work took in pieces would
    stay the process's until it ends. Takes some milliseconds, without Python's lock.
    """
    pool = getattr(sys.modules.get("pyarrow"), "default_memory_pool", None)
    if pool is not None:
        # it has heaps of its own
        pool().release_unused()
    trim = of_the_c_library("malloc_trim")
    return trim is not None and trim(0) == 1


def of_the_c_library(name: str) -> Any:
    """A function that only the GNU C library has; None elsewhere."""
    if not sys.platform.startswith("linux"):
        return None
    # nothing that is painted at first needs it
    import ctypes

    return getattr(ctypes.CDLL(None), name, None)
