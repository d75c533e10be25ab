"""Where compiled code is kept: a folder for each state of all kernels, on the disk if one can be written to."""

from __future__ import annotations

import atexit
import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

VARIABLE = "NUMBA_CACHE_DIR"
KEPT = 7 * 24 * 3600
"""Seconds that a folder of another state stays after it was last written to."""
_NAME = re.compile(r"kernels-[0-9a-f]{16}")
_made: list[str] = []
"""The folder of this process alone, where one had to be made."""


def keep_compiled_code_somewhere() -> Path:
    """Name the folder to numba, which takes it when it is imported; gives it.

    Numba asks whether the file of a kernel has changed, not what the kernel calls: after an upgrade it would go on with
    half of the code of before. Where no folder can be written to, numba would refuse to import what is to be cached: a
    folder of the process alone is compiled into anew each time, and nobody else can put code into it.
    """
    name = f"kernels-{state_of_kernels()}"
    chosen = os.environ.get(VARIABLE)
    if chosen and Path(chosen).name == name:
        # of the process that started this one
        return Path(chosen)
    for place in _places(chosen):
        if _writable(place / name):
            break
    else:
        _made.append(tempfile.mkdtemp(prefix="rankscope-"))
        atexit.register(shutil.rmtree, _made[-1], ignore_errors=True)
        place = Path(_made[-1])
    os.environ[VARIABLE] = str(place / name)
    return place / name


def _places(chosen: str | None) -> Iterator[Path]:
    """Where it may be, the best first."""
    if chosen:
        yield Path(chosen)
    yield Path(__file__).parent / "__pycache__"
    import platformdirs

    yield platformdirs.user_cache_path("rankscope", appauthor=False)


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # asked of the disk itself: a right to write says nothing about a disk that only reads
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def state_of_kernels() -> str:
    """16 hexadecimal digits that change with any source in this package."""
    told = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        content = path.read_bytes()
        told.update(f"{path.name} {len(content)}\n".encode())
        told.update(content)
    return told.hexdigest()[:16]


def kept_for_this_process() -> bool:
    """Whether what is compiled is gone when this process ends."""
    return bool(_made)


def sweep(folder: Path) -> None:
    """Remove what was compiled for other states and has not been written to for a week."""
    for other in folder.parent.glob("kernels-*"):
        if other != folder and _NAME.fullmatch(other.name) and time.time() - other.stat().st_mtime > KEPT:
            shutil.rmtree(other, ignore_errors=True)
