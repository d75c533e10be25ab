"""Kernels that are found compiled are loaded without what only compiling asks for."""

from __future__ import annotations

import importlib
from typing import Any

from numba.core import caching
from numba.core.runtime.nrt import rtsys

SYMBOLS = "numba.cpython.hashing"
"""Names the keys of Python's hashes to the linker, for code that hashes."""


def load_lightly() -> None:
    """Have numba's cache give what it holds without loading how each operation of Python and numpy is compiled.

    That takes numba .4 s in each process that calls one kernel, and is done by its compiler as well: where something is
    not found compiled, or does not fit, all is as ever. What runs needs numba's memory and the names for the linker.
    """
    setattr(caching.Cache, "load_overload", _load_overload)  # noqa: B010 - a method, so typed


def _load_overload(self: Any, sig: Any, target_context: Any) -> Any:
    rtsys.initialize(target_context)
    importlib.import_module(SYMBOLS)
    found: Any = None
    with self._guard_against_spurious_io_errors():
        found = self._load_overload(sig, target_context)
    return found
