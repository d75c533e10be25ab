"""Where compiled kernels are kept on this machine, and whether all that sessions need are there already."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core import compiling
from core.kernels.keeping import kept_for_this_process, state_of_kernels, sweep

STAMP = "rankscope-compiled"


@dataclass(frozen=True)
class Place:
    """A folder of compiled kernels.

    Attributes:
        stamp: file that is there once all kernels of this version are compiled on this kind of processor.
        lasts: the folder is still there the next time.
    """

    folder: Path
    stamp: Path
    lasts: bool

    @property
    def complete(self) -> bool:
        """Nothing is left to be compiled."""
        return self.stamp.exists()

    def complete_now(self) -> None:
        """Say that nothing is left to be compiled; stamps and old folders of other versions go.

        Raises:
            OSError: the folder cannot be written to.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in self.folder.glob(f"{STAMP}-*"):
            old.unlink(missing_ok=True)
        self.stamp.touch()
        sweep(self.folder.parent)


def find_place() -> Place:
    """Where this process keeps them; numba is imported."""
    from core.kernels.topk import best_rows

    cache: Any = vars(best_rows)["_cache"]
    folder = Path(cache.cache_path)
    return Place(folder, folder / f"{STAMP}-{fingerprint()}", not kept_for_this_process())


def fingerprint() -> str:
    """Changes with the kernels' source, what warms them, numba, Python and the processor, as what is compiled does."""
    told = [importlib.metadata.version("numba"), sys.version, platform.machine(), _processor(), state_of_kernels()]
    for path in sorted(Path(str(compiling.__file__)).parent.glob("*.py")):
        seen = os.stat(path)
        told.append(f"{path.name} {seen.st_size} {seen.st_mtime_ns}")
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def _processor() -> str:
    """The processor as numba tells processors apart: its name, and what it can do."""
    from llvmlite import binding

    return f"{binding.get_host_cpu_name()} {binding.get_host_cpu_features().flatten()}"
