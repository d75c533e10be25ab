"""Training off the GUI thread: data as the plan wants it, the loop, the record."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.models import MODELS
from core.runs.workspace import KEPT_GIGABYTES, Workspace
from core.training.events import (
    EpochDone,
    EvaluationAdvanced,
    RunCompleted,
    RunEvent,
    RunFailed,
    RunStarted,
    RunStopped,
    SavingPaused,
    StepsDone,
    from_plain,
)
from core.training.plan import Plan, make_plan
from workbench.jobs.awaiting import PREPARATION, KernelsAdvanced, awaited
from workbench.jobs.importing import StageDone
from workbench.jobs.job import Cancelled, JobControl, Progress, Tell, Work
from workbench.session import Opened

if TYPE_CHECKING:
    from core.splits.loaded import Loaded
    from core.splits.split import Split


@dataclass(frozen=True)
class RunEnded:
    """What training hands over: where the run is kept, and its last event."""

    path: Path
    last: RunCompleted | RunStopped | RunFailed


@dataclass(frozen=True)
class Earlier:
    """What a run that is gone on with told before."""

    plan: Plan
    events: tuple[RunEvent, ...]


def training(plan: Plan, opened: Opened, workspace: Workspace, path: Path, gigabytes: float = KEPT_GIGABYTES) -> Work:
    """Work that trains and records a run at ``path``; gives a RunEnded.

    Args:
        gigabytes: of data that the workspace keeps to be opened again.
    """

    def work(control: JobControl, tell: Tell) -> RunEnded:
        from core.runs.creating import NewRun
        from core.runs.opening import trained_for
        from core.runs.recording import recorded
        from core.splits.loaded import dropped_rows, rejected_rows
        from core.training.loop import train
        from core.training.state import RunState

        be_ready(plan, control, tell)
        loaded, split = divided(plan, opened, control, tell, workspace, gigabytes)
        workspace.prepare()
        state = RunState(plan, split, trained_for(plan, workspace, split))
        run = NewRun(path, path.name, path.name, rejected=rejected_rows(loaded), dropped=dropped_rows(loaded))
        last = _follow(recorded(train(plan, split, state, control), state, run, control), control, tell)
        if control.discarded:
            shutil.rmtree(path, ignore_errors=True)
            raise Cancelled
        if isinstance(last, RunStopped) and not path.exists():
            # the baselines were still being ranked: nothing was trained, and nothing is kept
            raise Cancelled
        assert isinstance(last, RunCompleted | RunStopped | RunFailed)
        return RunEnded(path, last)

    return work


def resuming(path: Path, epochs: int | None = None) -> Work:
    """Work that goes on with the run at ``path``, to more epochs where they are given; gives a RunEnded.

    What the run told before is told first, as an Earlier.
    """

    def work(control: JobControl, tell: Tell) -> RunEnded:
        from core.runs.folder import RunFolder
        from core.runs.log import read_log
        from core.runs.record import read_record
        from core.runs.resuming import resume

        folder = RunFolder(path)
        logged = read_log(folder.events).events if folder.events.exists() else ()
        plan = make_plan(read_record(folder).plan)
        tell(Earlier(plan, tuple(from_plain(event) for event in logged)))
        be_ready(plan, control, tell)
        last = _follow(resume(path, control, epochs=epochs), control, tell)
        # what the run had before it was gone on with is kept: nothing but this going on is thrown away
        if control.discarded and not isinstance(last, RunCompleted | RunStopped | RunFailed):
            raise Cancelled
        assert isinstance(last, RunCompleted | RunStopped | RunFailed)
        return RunEnded(path, last)

    return work


def _follow(events: Generator[RunEvent, None, None], control: JobControl, tell: Tell) -> RunEvent | None:
    """Tell the events of a run until it ends or is thrown away; gives the last one."""
    last: RunEvent | None = None
    try:
        for last in events:
            tell(last)
            if control.discarded:
                break
    finally:
        events.close()
    return last


def be_ready(plan: Plan, control: JobControl, tell: Tell) -> None:
    """Wait for the kernels that are being compiled.

    Raises:
        Cancelled: the job is to stop.
    """
    from core.compiling import needed_to_train

    PREPARATION.wait_for(needed_to_train(plan.model.name), control, tell)


def divided(
    plan: Plan,
    opened: Opened,
    control: JobControl,
    tell: Tell,
    workspace: Workspace | None = None,
    gigabytes: float = KEPT_GIGABYTES,
) -> tuple[Loaded, Split]:
    """The open data as the plan wants it; read again where windows need the repeats that were merged."""
    from core.data.raw import ReadingCancelled
    from core.runs.kept_data.dataset_store import datasets_of
    from core.runs.kept_data.datasets import load_kept
    from core.splits.prepare import divide_loaded

    windows = MODELS[plan.model.name].batch == "window"
    loaded = opened.loaded
    if windows != opened.windows and plan.data.repeats == "auto":
        try:
            loaded = load_kept(
                datasets_of(workspace, gigabytes) if workspace is not None else None,
                plan.data,
                windows=windows,
                on_progress=lambda stage, done, total: tell(StageDone(stage, done, total)),
                cancelled=lambda: control.stopped,
            )
        except ReadingCancelled:
            raise Cancelled from None
    elif plan.split == opened.choice and plan.seed == opened.seed:
        return loaded, opened.split
    return loaded, divide_loaded(loaded, plan.split.name, plan.split.settings, plan.seed)


class Follower:
    """The progress bar of a run."""

    def __init__(self) -> None:
        self._epochs = 0

    def __call__(self, before: Progress, event: Any) -> Progress:
        """The progress after an event."""
        if isinstance(event, StageDone):
            return Progress(event.stage, event.done / event.total if event.total else None)
        if isinstance(event, KernelsAdvanced):
            return awaited(event)
        if isinstance(event, RunStarted):
            self._epochs = event.epochs
            return Progress(f"epoch {event.first_epoch}/{event.epochs}" if event.epochs else "measuring", 0.0)
        if isinstance(event, StepsDone) and self._epochs:
            part = event.step / event.steps if event.steps else 0.0
            done = min((event.epoch - 1 + part) / self._epochs, 1.0)
            return Progress(f"epoch {event.epoch}/{self._epochs}", done, event.seconds_left, event.rate)
        if isinstance(event, EpochDone) and self._epochs:
            done = event.epoch / self._epochs
            return Progress(f"epoch {event.epoch}/{self._epochs}", done, before.seconds_left, before.rate)
        if isinstance(event, SavingPaused):
            return Progress("paused: it cannot be saved", before.fraction)
        if isinstance(event, EvaluationAdvanced) and event.part == "test":
            return Progress("ranking the test part", event.done / event.total if event.total else None)
        return before
