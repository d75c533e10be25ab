"""Compiled hot loops, each with a plain reference that the tests hold it against."""

from __future__ import annotations

import atexit
import importlib
import os
import shutil
import tempfile
from pathlib import Path

_made: list[str] = []
"""The folder of this process alone, where one had to be made."""


def keep_compiled_code_somewhere() -> None:
    """Give numba a folder of this process where neither the package's nor the home folder can be written to.

    Without any folder it refuses to import a function that is to be cached. A folder of the process alone is compiled
    into anew each time, and nobody else can put code into it.
    """
    places = (Path(__file__).parent, Path.home())
    if "NUMBA_CACHE_DIR" not in os.environ and not any(os.access(place, os.W_OK) for place in places):
        _made.append(tempfile.mkdtemp(prefix="rankscope-"))
        os.environ["NUMBA_CACHE_DIR"] = _made[-1]
        atexit.register(shutil.rmtree, _made[-1], ignore_errors=True)


def kept_for_this_process() -> bool:
    """Whether what is compiled is gone when this process, or the one that started it, ends."""
    return bool(_made)


keep_compiled_code_somewhere()
# numba takes the folder when it is imported, and this imports it
importlib.import_module("core.kernels.listening").listen()
