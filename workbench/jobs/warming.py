"""Load the heavy libraries while the window is already there."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from workbench.jobs.job import JobControl, Tell
from workbench.jobs.putting_off import put_off

SHAPES = "torch._meta_registrations"
"""What torch knows of the shapes that its operations give on no data: a quarter of the time of its import, and only
tracing a model for export asks for it."""
STAGES: dict[str, tuple[str, ...]] = {
    "plans": ("core.training.plan", "workbench.last_data", "workbench.bundle_import", "workbench.interrupted"),
    "plots": ("numpy", "pyqtgraph"),
    "reading": (
        "pandas",
        "core.splits.prepare",
        "core.data.summary",
        "core.splits.doctor",
        "core.data.preview",
        "core.runs.described",
    ),
    "training": ("torch", "core.training.loop", "core.runs.recording", "core.runs.opening", "core.ranking"),
    "exporting": ("torch.export", SHAPES),
}
"""What is loaded, in order; the key is told when it is there."""


def warm(control: JobControl, tell: Tell, more: Mapping[str, Iterable[str]] | None = None) -> None:
    """Import everything, stage by stage; the names of finished stages are told.

    Args:
        more: modules that are imported after those of a stage, before it is told.
    """
    first = "torch" not in sys.modules
    for stage, names in STAGES.items():
        for name in (*names, *(more or {}).get(stage, ())):
            if control.stopped:
                return
            if name == "torch" and "torch" not in sys.modules:
                preload_torch()
                with put_off(SHAPES):
                    importlib.import_module(name)
            elif name == SHAPES:
                import_the_rest_of_torch()
            else:
                importlib.import_module(name)
        tell(stage)
    if first:
        # what the libraries hold stays: a collection that looks through all of it stops every thread for 0.2 s and more
        gc.freeze()


def import_the_rest_of_torch() -> None:
    """Import what was put off, where this torch has it: before torch's compiler, which an optimiser may load."""
    if importlib.util.find_spec(SHAPES) is not None:
        importlib.import_module(SHAPES)


def preload_torch() -> None:
    """Load torch's largest library through a call that lets other threads run: importing holds the lock meanwhile."""
    found = importlib.util.find_spec("torch")
    if not sys.platform.startswith("linux") or found is None or not found.submodule_search_locations:
        return
    # loaded after the window is painted
    import ctypes

    library = Path(found.submodule_search_locations[0]) / "lib" / "libtorch_cpu.so"
    loader = ctypes.CDLL(None)
    if library.exists() and hasattr(loader, "dlopen"):
        loader.dlopen.restype = ctypes.c_void_p
        loader.dlopen.argtypes = (ctypes.c_char_p, ctypes.c_int)
        loader.dlopen(os.fsencode(library), os.RTLD_NOW | os.RTLD_GLOBAL)
