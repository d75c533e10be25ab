"""Load the heavy libraries while the window is already there."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Iterable, Mapping

from workbench.jobs.job import JobControl, Tell

STAGES: dict[str, tuple[str, ...]] = {
    "plans": ("core.training.plan", "workbench.last_data", "workbench.bundle_import", "workbench.interrupted"),
    "plots": ("numpy", "pyqtgraph", "pyarrow.compute", "core.data.summary"),
    "reading": (
        "pandas",
        "core.splits.prepare",
        "core.data.summary",
        "core.splits.doctor",
        "core.data.preview",
        "core.runs.kept_data.described",
    ),
    "training": ("torch", "core.training.loop", "core.runs.recording", "core.runs.opening", "core.ranking"),
}
"""What is loaded, in order; the key is told when it is there."""
BESIDE = "plots"
"""The stage whose further modules torch's library is loaded beside: they are many, and none is compiled."""


def warm(control: JobControl, tell: Tell, more: Mapping[str, Iterable[str]] | None = None) -> None:
    """Import everything, stage by stage; the names of finished stages are told.

    Args:
        more: modules that are imported after those of a stage, before it is told.
    """
    from core.lean_torch import begin_loading_torch, keep_torch_lean
    from workbench.arenas import let_pyarrow_share

    first = "torch" not in sys.modules
    keep_torch_lean()
    for stage, names in STAGES.items():
        import_all(names, control)
        if stage == BESIDE and not control.stopped:
            begin_loading_torch()
            let_pyarrow_share()
        import_all((more or {}).get(stage, ()), control)
        if control.stopped:
            return
        tell(stage)
    if first:
        # what the libraries hold stays: a collection that looks through all of it stops every thread for 0.2 s and more
        gc.freeze()


def import_all(names: Iterable[str], control: JobControl) -> None:
    """Import modules in order, as far as nobody asks to stop."""
    for name in names:
        if control.stopped:
            return
        importlib.import_module(name)
