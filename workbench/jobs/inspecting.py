"""Looking at runs off the GUI thread: the list, what a run told, two runs compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.runs.workspace import Workspace
from workbench.jobs.job import JobControl, Tell, Work

if TYPE_CHECKING:
    from core.comparison import PairedResult
    from core.runs.record import RunRecord
    from workbench.trace import Trace


@dataclass(frozen=True, eq=False)
class Listed:
    """The runs of a workspace, the latest first, and what could not be read."""

    paths: tuple[Path, ...]
    records: tuple[RunRecord, ...]
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Compared:
    """Two runs on the users that both ranked, one result a metric."""

    first: str
    second: str
    results: tuple[PairedResult, ...]


def listing(workspace: Workspace) -> Work:
    """Work that reads the records of all runs; gives a Listed."""

    def work(control: JobControl, tell: Tell) -> Listed:
        from core.errors import RankscopeError
        from core.runs.record import read_record

        found, faults = [], []
        for folder in workspace.runs():
            try:
                found.append((folder.path, read_record(folder)))
            except RankscopeError as error:
                faults.append(error.sentence())
        found.sort(key=lambda each: each[1].created, reverse=True)
        return Listed(tuple(path for path, _ in found), tuple(record for _, record in found), tuple(faults))

    return work


def tracing(path: Path, title: str) -> Work:
    """Work that reads what a run told; gives a Trace."""

    def work(control: JobControl, tell: Tell) -> Trace:
        from core.runs.folder import RunFolder
        from core.runs.log import read_log
        from core.training.events import from_plain
        from workbench.trace import Trace

        trace = Trace(title, path)
        trace.take((from_plain(event) for event in read_log(RunFolder(path).events).events), live=False)
        return trace

    return work


def comparing(paths: Sequence[Path], metrics: Sequence[str]) -> Work:
    """Work that compares two runs user by user on the test part; gives a Compared."""

    def work(control: JobControl, tell: Tell) -> Compared:
        from core.comparison import UserValues, paired
        from core.errors import UsageError
        from core.metrics import user_values
        from core.runs.opening import open_run

        both = []
        for path in paths:
            run = open_run(path)
            evaluation = run.evaluation("test")
            if evaluation is None:
                raise UsageError(
                    "run.not-measured",
                    "this run was not measured on the test part",
                    path.name[:8],
                    remedy="Choose runs that were completed",
                )
            values = user_values(evaluation, metrics)
            both.append(UserValues(run.interactions.users.take(evaluation.users), values))
        results = tuple(paired(both[0], both[1], metric) for metric in metrics)
        return Compared(paths[0].name, paths[1].name, results)

    return work
