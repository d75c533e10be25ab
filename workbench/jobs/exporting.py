"""Exports and imports of runs off the GUI thread, with progress; a stop leaves everything as it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.runs.workspace import Workspace
from workbench.jobs.importing import StageDone
from workbench.jobs.job import Cancelled, JobControl, Tell, Work

if TYPE_CHECKING:
    from core.export.request import Exported
    from core.runs.importing import Imported
    from core.runs.opening import Run


@dataclass(frozen=True, eq=False)
class Arrived:
    """A bundle that is in the workspace now, opened."""

    imported: Imported
    run: Run


def exporting(path: Path, target: str, out: Path, values: Mapping[str, Any], replace: bool) -> Work:
    """Work that exports the run at a path; gives an Exported."""

    def work(control: JobControl, tell: Tell) -> Exported:
        from core.export.exporting import export
        from core.runs.opening import open_run

        # opened anew: the run in view is read by other threads at the same time
        return export(open_run(path), target, out, values, replace=replace, tell=_stages(control, tell))

    return work


def importing_bundle(path: Path, workspace: Workspace, data: str, copy: bool) -> Work:
    """Work that brings a bundle into the workspace; gives an Arrived."""

    def work(control: JobControl, tell: Tell) -> Arrived:
        from core.runs.importing import import_bundle
        from core.runs.opening import open_run

        done = import_bundle(path, workspace, data=data, copy=copy, tell=_stages(control, tell))
        return Arrived(done, open_run(done.folder.path))

    return work


def _stages(control: JobControl, tell: Tell) -> Callable[[str, int, int], None]:
    def stage(what: str, done: int, total: int) -> None:
        if control.stopped:
            raise Cancelled
        tell(StageDone(what, done, total))

    return stage
