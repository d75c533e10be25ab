"""How often Python looks for garbage that refers to itself: seldom, for loading libraries makes a lot that stays."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = (20_000, 20, 50)
"""Objects made between two looks at the young ones, and how many of those looks go before one at the older.

With Python's own 700 objects a fifth of the time in which torch, pandas and numba are imported goes into looking
through what they have just made. A look at 20,000 young objects takes a millisecond or two.
"""


def collect_seldom() -> None:
    """Set it for this process."""
    gc.set_threshold(*SELDOM)


@contextmanager
def nothing_looked_for() -> Iterator[None]:
    """While this lasts nothing is looked through; what is there at its end is never looked through again.

    For the import of a large library: what it makes stays, and a look through all of it, which Python takes on the way
    and again and again afterwards, stops every thread for 0.1 s and more.
    """
    looked = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if looked:
            gc.enable()
