"""Compiled hot loops, each with a plain reference that the tests hold it against."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def keep_compiled_code_somewhere() -> None:
    """Give numba a folder of this process where neither the package's nor the home folder can be written to.

    Without any folder it refuses to import a function that is to be cached. A folder of the process alone is compiled
    into anew each time, and nobody else can put code into it.
    """
    places = (Path(__file__).parent, Path.home())
    if "NUMBA_CACHE_DIR" not in os.environ and not any(os.access(place, os.W_OK) for place in places):
        os.environ["NUMBA_CACHE_DIR"] = tempfile.mkdtemp(prefix="rankscope-")


keep_compiled_code_somewhere()
