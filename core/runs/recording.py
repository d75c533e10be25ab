"""recorded(): the events of a run, now on disk; what was told as done is done when it is told."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Generator, Iterable, Mapping
from contextlib import ExitStack, closing
from typing import Any

from torch import Tensor

from core import durable
from core.errors import StorageError
from core.runs.checkpoints import write_checkpoint
from core.runs.creating import NewRun, create
from core.runs.folder import RunFolder
from core.runs.log import EventLog
from core.runs.owner import locked
from core.runs.record import RunRecord, now, present_versions, read_record, write_record
from core.runs.results import MODEL, POPULARITY, write_evaluation
from core.runs.weights import not_finite
from core.training.control import Control
from core.training.events import (
    END_EVENTS,
    EpochDone,
    EvaluationAdvanced,
    RunCompleted,
    RunEvent,
    RunFailed,
    RunStarted,
    RunStopped,
    SavingPaused,
    SavingResumed,
    to_plain,
)
from core.training.failures import explained
from core.training.plan import to_toml, to_values
from core.training.state import RunState

EVERY = 30.0
"""Seconds between two checkpoints, within an epoch too."""
SHARE = 10
"""A checkpoint that took t seconds to write is followed by none for SHARE x t seconds, however often they are due."""

TRY_AGAIN = 5.0
"""Seconds between two attempts to save while the disk is full or gone."""


def recorded(
    events: Iterable[RunEvent],
    state: RunState,
    run: NewRun | RunFolder,
    control: Control | None = None,
    every: float = EVERY,
    held: bool = False,
) -> Generator[RunEvent, None, None]:
    """Record a run while it goes on.

    The folder appears with the first RunStarted, whole. A checkpoint is written after the first epoch, then every
    ``every`` seconds at whatever is told next, and at the end. Results, weights and record are synced before the event
    that tells of them is passed on.

    Args:
        events: from ``train``; closed when the run ends early.
        state: what ``train`` works on; read while ``events`` is suspended.
        run: where a new run goes, or the folder of a run that is gone on with.
        control: of the run. Where the disk is full or gone the run waits, with its state in memory, until there is
            room, ``retry`` asks for another attempt, or another ``stop`` for an end with what is on the disk. Without
            a control nobody could end the waiting, and the run fails.
        held: the caller holds the run's lock.

    Yields:
        The same events; the last one is RunFailed where the run could not be saved.

    Raises:
        StorageError: the folder could not be made (before the first RunStarted).
        UsageError: another process writes to the run.
    """
    source = iter(events)
    with ExitStack() as stack:
        close = getattr(source, "close", None)
        if close is not None:
            stack.callback(close)
        recorder: Recorder | None = None
        for event in source:
            if recorder is None:
                if not isinstance(event, RunStarted):
                    yield event
                    continue
                recorder = stack.enter_context(closing(Recorder(run, state, event, every, held)))
            last = yield from persistently(recorder, event, control)
            yield last
            if last is not event and isinstance(last, RunFailed | RunStopped):
                return


def persistently(recorder: Recorder, event: RunEvent, control: Control | None) -> Generator[RunEvent, None, RunEvent]:
    """Record an event, waiting while the disk is full or gone; gives it as it is to be told, or the end of the run.

    What a device did wrong, or that memory is short, is often told only when the weights are read, which is here.
    """
    try:
        return (yield from waiting(recorder, event, control))
    except (RuntimeError, MemoryError) as error:
        state = recorder.state
        failure = None if isinstance(event, RunFailed) else explained(error, state)
        if failure is None:
            raise
    end = RunFailed(failure.code, failure.what, failure.where, failure.why, failure.remedy, state.epoch, state.step)
    return (yield from waiting(recorder, end, control))


def waiting(recorder: Recorder, event: RunEvent, control: Control | None) -> Generator[RunEvent, None, RunEvent]:
    """Record an event as soon as the disk lets it."""
    began, told, stops = time.monotonic(), None, control.stops if control else 0
    state, asked = recorder.state, False
    while True:
        try:
            kept = recorder.take(event) if told is None else recorder.take_again(event)
            if told is not None:
                yield SavingResumed(time.monotonic() - began)
            return kept
        except StorageError as error:
            if control is None or not error.retryable:
                return RunFailed(error.code, error.what, error.where, error.why, error.remedy, state.epoch, state.step)
            # who asked for another attempt is told what came of it
            if error.code != told or asked:
                told = error.code
                yield SavingPaused(
                    error.code, error.what, error.where, error.why, error.remedy, state.epoch, state.step
                )
        if control.stops == stops:
            asked = control.wait_for_retry(TRY_AGAIN)
        if control.stops > stops:
            # one last attempt has not been asked for: what is on the disk stays as it is, and can be gone on with
            return RunStopped(recorder.record.epoch, recorder.record.step)


class Recorder:
    """Writes one run; holds its lock until it is closed."""

    def __init__(
        self, run: NewRun | RunFolder, state: RunState, started: RunStarted, every: float = EVERY, held: bool = False
    ) -> None:
        self.state, self.every = state, every
        self._stack = ExitStack()
        if isinstance(run, NewRun):
            record = first_record(run, state, started)
            self.folder, _ = create(run, record, state.plan, state.split)
            self.name = run.name
        else:
            self.folder, self.name = run, run.path.name
        try:
            if not held:
                self._stack.enter_context(locked(self.folder))
            self.record = read_record(self.folder)
            if not isinstance(run, NewRun):
                self._begin_again()
            self.log = self._stack.enter_context(closing(EventLog(self.folder.events)))
        except BaseException:
            self._stack.close()
            raise
        self._began = time.monotonic()
        self._written = float("-inf")
        self._pause = every
        self._best = self._unsaid = False
        self._logged: RunEvent | None = None

    def _begin_again(self) -> None:
        """Tidy up what a crash left, and say that the run goes on."""
        for place in self.folder.written:
            durable.sweep(place)
        plan = to_values(self.state.plan)
        if plan != self.record.plan:
            durable.write(self.folder.plan, to_toml(self.state.plan).encode("utf-8"), own=True)
        self._keep(dataclasses.replace(self.record, state="running", plan=plan, result={}, failure={}))

    def close(self) -> None:
        """Close the event file and let go of the lock."""
        self._stack.close()

    def take(self, event: RunEvent) -> RunEvent:
        """Record one event and give it as it is to be told. It can be called again after an error.

        Raises:
            StorageError: something could not be written; what was written before is intact.
        """
        if isinstance(event, END_EVENTS):
            return self._end(event)
        if isinstance(event, EpochDone):
            self._best = self._best or event.best
        if isinstance(event, RunStarted) and event.phase == "refit":
            # the weights that they were measured with are gone from here on
            self._write_results()
        due = self._due(event)
        if not isinstance(event, EvaluationAdvanced) and event is not self._logged:
            # the log first: an epoch that is logged and not saved is told again, one saved and not logged never
            self.log.append(to_plain(event), sync=due)
            self._logged = event
        self._unsaid |= due and self._checkpoint()
        if self._unsaid:
            self._keep(self._as_saved())
            self._unsaid = False
        return event

    def take_again(self, event: RunEvent) -> RunEvent:
        """``take`` after an error: the folder may have been gone meanwhile."""
        self.log.find_again()
        return self.take(event)

    def _due(self, event: RunEvent) -> bool:
        # within the first epoch a checkpoint can wait; after it, the first is written at once
        since = self._written if isinstance(event, EpochDone) else max(self._written, self._began)
        return not isinstance(event, RunStarted) and time.monotonic() - since >= self._pause

    def _checkpoint(self) -> bool:
        """Save the whole state; nothing is saved where weights or loss are no numbers."""
        state, began = self.state, time.monotonic()
        # the checkpoint before them is the last good state
        if not math.isfinite(float(state.tally.loss)) or not_finite(state.model.state_dict()):
            return False
        self._write_checkpoint(state.tensors(), state.plain())
        self._written = time.monotonic()
        if self.every:
            self._pause = max(self.every, SHARE * (self._written - began))
        return True

    def _keep_best(self) -> None:
        """Save the best weights alone, where they are newer than the last checkpoint."""
        state = self.state
        if not self._best or state.best is None or not state.plan.training.keep_best:
            return
        try:
            best = {f"best.{name}": value for name, value in state.best.items()}
            self._write_checkpoint(best, {**state.plain(), "only_best": True})
        except (RuntimeError, MemoryError) as error:
            if explained(error, state) is None:
                raise
            # they lie on a device that stopped answering, or cannot be copied: the checkpoint before this one stands

    def _write_checkpoint(self, tensors: Mapping[str, Tensor], plain: dict[str, Any]) -> None:
        write_checkpoint(
            self.folder.checkpoints,
            tensors,
            plain,
            data_hash=str(self.record.data.get("hash", "")),
            plan=self.record.plan,
            versions=present_versions(),
            best=self._best,
        )
        self._best = False

    def _as_saved(self) -> RunRecord:
        state = self.state
        return dataclasses.replace(self.record, epoch=state.epoch, step=state.step, phase=state.phase, saved=now())

    def _end(self, event: RunEvent) -> RunEvent:
        record, given = self.record, event
        if isinstance(event, RunFailed):
            # the step in hand may be half done, so the state is none that can be gone on with
            self._keep_best()
        elif self._checkpoint():
            record = self._as_saved()
        if isinstance(event, RunCompleted | RunStopped):
            event = dataclasses.replace(event, result=self._result(event.result))
            self._write_results()
        if given is not self._logged:
            self.log.append(to_plain(event), sync=True)
            # where the record cannot be written now the end is recorded again, and is told once
            self._logged = given
        self._keep(ended(record, event))
        return event

    def _result(self, result: dict[str, Any]) -> dict[str, Any]:
        return {"run": self.name, **result, **self.record.counts}

    def _write_results(self) -> None:
        results = self.state.results
        for ranker, kept in ((MODEL, results.model), (POPULARITY, results.popularity)):
            for evaluation in kept.values():
                write_evaluation(self.folder.results, evaluation, ranker, self.state.split.interactions)

    def _keep(self, record: RunRecord) -> None:
        write_record(self.folder, record)
        self.record = record


def first_record(run: NewRun, state: RunState, started: RunStarted) -> RunRecord:
    """run.json at the start; what is known of the data is filled in when it is written."""
    return RunRecord(
        id=run.id,
        created=now(),
        state="running",
        versions=dict(present_versions()),
        plan=to_values(state.plan),
        data={},
        device=started.device,
        threads=state.plan.training.threads,
        counts={"rejected": run.rejected, "dropped": dict(run.dropped)},
    )


def ended(record: RunRecord, event: RunEvent) -> RunRecord:
    """run.json at the end."""
    if isinstance(event, RunCompleted):
        return dataclasses.replace(record, state="completed", result=event.result)
    if isinstance(event, RunStopped):
        return dataclasses.replace(record, state="stopped", result=event.result)
    assert isinstance(event, RunFailed)
    failure = {name: getattr(event, name) for name in ("code", "what", "where", "why", "remedy")}
    return dataclasses.replace(record, state="failed", failure=failure)
