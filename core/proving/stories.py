"""What people do with a workspace, step by step: what loses its power at some instant of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core import durable
from core.export import TARGETS
from core.export.exporting import export
from core.export.facts import facts_of
from core.proving.material import made_plan, made_split
from core.proving.outside import fetch_archive, open_source, write_source
from core.proving.tape import Tape
from core.proving.views import (
    Subject,
    as_exported,
    as_imported,
    identity,
    marks_of,
    place_of,
    reached,
    state_of,
)
from core.runs.creating import NewRun
from core.runs.folder import RunFolder
from core.runs.history import PHASES
from core.runs.importing import import_bundle
from core.runs.library import mark_run, read_library
from core.runs.opening import open_run
from core.runs.recording import recorded
from core.runs.resuming import resume
from core.runs.trash import delete_run, delete_runs, deleted_runs, empty_trash, restore_runs
from core.runs.workspace import Workspace
from core.training.events import EpochDone, RunCompleted, RunEvent
from core.training.loop import train
from core.training.plan import Plan
from core.training.state import RunState

OLD, NEW, TWIN = "old", "new", "twin"
"""Names of runs."""
EPOCHS, MORE = 4, 6


@dataclass(frozen=True)
class Step:
    """Something that is done.

    Attributes:
        subject: what is seen before, or after.
        act: does it; what it tells on its way, it tells the tape.
        between: what may be seen while it is done.
    """

    subject: Subject
    act: Callable[[Workspace, Tape], object]
    between: tuple[object, ...] = ()


def plan_of() -> Plan:
    """Of all runs."""
    training = {"epochs": EPOCHS, "patience": 0, "batch_size": 1000}
    return made_plan("gmf", sections={"training": training, "optimiser": {"warmup": 0.0}})


def record_run(path: Path, identity: str = "", replace: bool = False) -> Iterator[RunEvent]:
    """Train and record, each epoch with a checkpoint."""
    state = RunState(plan_of(), made_split(1))
    return recorded(
        train(state.plan, state.split, state), state, NewRun(path, path.name, identity or path.name, replace), every=0.0
    )


def prepare(workspace: Workspace) -> Path:
    """What is there before anything is told: two runs, a bundle beside the workspace; gives the folder of sources."""
    workspace.prepare()
    for name in (OLD, TWIN):
        for _ in record_run(workspace.runs_folder / name):
            pass
    outside = workspace.path.parent / "outside"
    outside.mkdir()
    export(open_run(workspace.runs_folder / OLD), "bundle", outside / "bundle.zip", {"state": True})
    write_source(outside / "ratings.csv")
    read_library(workspace)
    return outside


def steps(workspace: Workspace, outside: Path) -> Iterator[Step]:
    """All that is done, one after the other."""
    going = ("running",)
    yield Step(state_of(NEW), lambda ws, tape: _told(record_run(ws.runs_folder / NEW), tape), going)
    yield Step(state_of(NEW), lambda ws, tape: _told(resume(ws.runs_folder / NEW, epochs=MORE, every=0.0), tape), going)
    for marks in ({"name": "a name"}, {"star": True}, {"note": "a note\n" * 200}, {"name": "", "star": False}):
        yield Step(marks_of(NEW), lambda ws, tape, marks=marks: mark_run(ws, _run(ws, NEW), **marks))  # type: ignore[misc]
    # two that the disk is waited for together, then one
    yield Step(place_of(OLD), lambda ws, tape: list(delete_runs(ws, [_run(ws, TWIN), _run(ws, OLD)])))
    yield Step(place_of(OLD), lambda ws, tape: list(restore_runs(ws, list(deleted_runs(ws)))))
    yield Step(place_of(OLD), lambda ws, tape: delete_run(ws, _run(ws, OLD)))
    yield Step(place_of(OLD), lambda ws, tape: empty_trash(ws))
    yield Step(
        identity(TWIN),
        lambda ws, tape: list(record_run(ws.runs_folder / TWIN, "another", replace=True)),
        (("another", ""),),
    )
    yield Step(as_imported(), lambda ws, tape: import_bundle(outside / "bundle.zip", ws, copy=True))
    yield Step(as_imported(), lambda ws, tape: open_source(ws, outside / "ratings.csv"))
    yield Step(as_imported(), lambda ws, tape: open_source(ws, outside / "ratings.csv"))
    yield Step(as_imported(), lambda ws, tape: fetch_archive(ws))
    facts = facts_of(open_run(workspace.runs_folder / TWIN))
    for key, entry in TARGETS.items():
        if entry.unfit(facts):
            continue
        name = key + (entry.suffixes[0] if entry.suffixes else "")
        # once where nothing is, once over what is there, of another run
        yield Step(as_exported(name), lambda ws, tape, key=key, name=name: _export(ws, TWIN, key, name))  # type: ignore[misc]
        yield Step(as_exported(name), lambda ws, tape, key=key, name=name: _export(ws, NEW, key, name))  # type: ignore[misc]


def _run(workspace: Workspace, name: str) -> RunFolder:
    return RunFolder(workspace.runs_folder / name)


def _export(workspace: Workspace, run: str, key: str, name: str) -> object:
    out = workspace.path / "out" / name
    durable.make_folder(out.parent)
    return export(open_run(workspace.runs_folder / run), key, out, replace=True)


def _told(events: Iterator[RunEvent], tape: Tape) -> None:
    """Train on, and take down what is told when it is told."""
    subject = reached(NEW)
    for event in events:
        if isinstance(event, EpochDone):
            tape.tell(subject.name, (PHASES.index(event.phase), event.epoch))
        if isinstance(event, RunCompleted):
            tape.tell(state_of(NEW).name, "completed")
