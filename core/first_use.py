"""A kernel is compiled once on each machine, which takes seconds: whoever waits for it meanwhile is told why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

WORDS = "compiling kernels: first use on this machine"
_hearers: list[Callable[[], None]] = []


@contextmanager
def told_of_compiling(hear: Callable[[], None]) -> Iterator[None]:
    """While this lasts, ``hear`` is called whenever a kernel begins to be compiled, in the thread that compiles it.

    What is found compiled on the disk is loaded without a word.
    """
    _hearers.append(hear)
    try:
        yield
    finally:
        _hearers.remove(hear)


def compiling_begins() -> None:
    """Tell all who want to hear it; called by what listens to numba."""
    for hear in tuple(_hearers):
        hear()
