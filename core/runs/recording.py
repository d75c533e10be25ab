"""recorded(): the events of a run, now on disk; what was told as done is done when it is told."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from typing import Any

from core import durable
from core.errors import StorageError
from core.runs.checkpoints import write_checkpoint
from core.runs.creating import NewRun, create
from core.runs.folder import RunFolder, locked
from core.runs.log import EventLog
from core.runs.record import RunRecord, now, present_versions, read_record, write_record
from core.runs.results import MODEL, POPULARITY, write_evaluation
from core.runs.weights import not_finite
from core.training.events import (
    END_EVENTS,
    EpochDone,
    EvaluationAdvanced,
    RunCompleted,
    RunEvent,
    RunFailed,
    RunStarted,
    RunStopped,
    to_plain,
)
from core.training.plan import to_values
from core.training.state import RunState

EVERY = 30.0
"""Seconds between two checkpoints where epochs are shorter."""

Retry = Callable[[StorageError], bool]
"""Asked when saving failed; True tries again, False ends the run with what was saved before."""


def recorded(
    events: Iterable[RunEvent],
    state: RunState,
    run: NewRun | RunFolder,
    retry: Retry = lambda error: False,
    every: float = EVERY,
) -> Iterator[RunEvent]:
    """Record a run while it goes on.

    The folder appears with the first RunStarted, whole. A checkpoint is written after the first epoch, then after each
    epoch or every ``every`` seconds where epochs are shorter, and at the end. Results, weights and record are synced
    before the event that tells of them is passed on.

    Args:
        events: from ``train``; closed when the run ends early.
        state: what ``train`` works on; read while ``events`` is suspended.
        run: where a new run goes, or the folder of a run that is gone on with.
        retry: asked when the disk is full or gone; the run waits meanwhile with its state in memory.

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
                recorder = stack.enter_context(closing(Recorder(run, state, event, every)))
            kept, error = persistently(recorder, event, retry)
            if error is not None:
                yield RunFailed(error.code, error.what, error.where, error.why, error.remedy, state.epoch, state.step)
                return
            yield kept


def persistently(recorder: Recorder, event: RunEvent, retry: Retry) -> tuple[RunEvent, StorageError | None]:
    """Record an event, again and again while ``retry`` wants it."""
    while True:
        try:
            return recorder.take(event), None
        except StorageError as error:
            if not retry(error):
                return event, error


class Recorder:
    """Writes one run; holds its lock until it is closed."""

    def __init__(self, run: NewRun | RunFolder, state: RunState, started: RunStarted, every: float = EVERY) -> None:
        self.state, self.every = state, every
        self._stack = ExitStack()
        if isinstance(run, NewRun):
            record = first_record(run, state, started)
            self.folder, _ = create(run, record, state.plan, state.split)
            self.name = run.name
        else:
            self.folder, self.name = run, str(run.path)
        try:
            self._stack.enter_context(locked(self.folder))
            self.record = dataclasses.replace(read_record(self.folder), state="running", result={}, failure={})
            durable.sweep(self.folder.path)
            durable.sweep(self.folder.checkpoints)
            self.log = self._stack.enter_context(closing(EventLog(self.folder.events)))
        except BaseException:
            self._stack.close()
            raise
        self._written = float("-inf")
        self._best = False

    def close(self) -> None:
        """Close the event file and let go of the lock."""
        self._stack.close()

    def take(self, event: RunEvent) -> RunEvent:
        """Record one event and give it as it is to be told. It can be called again after an error.

        Raises:
            StorageError: something could not be written; what was written before is intact.
        """
        if isinstance(event, EvaluationAdvanced):
            return event
        if isinstance(event, END_EVENTS):
            return self._end(event)
        saved = False
        if isinstance(event, EpochDone):
            self._best = self._best or event.best
            if time.monotonic() - self._written >= self.every:
                self._checkpoint()
                saved = True
        self.log.append(to_plain(event), sync=saved)
        if saved:
            self._keep(dataclasses.replace(self.record, epoch=self.state.epoch, step=self.state.step))
        return event

    def _checkpoint(self) -> None:
        # weights that have become NaN are not kept: the checkpoint before them is the last good state
        if not_finite(self.state.model.state_dict()):
            return
        write_checkpoint(
            self.folder.checkpoints,
            self.state.tensors(),
            self.state.plain(),
            data_hash=str(self.record.data.get("hash", "")),
            plan=self.record.plan,
            versions=self.record.versions,
            best=self._best,
        )
        self._written = time.monotonic()
        self._best = False

    def _end(self, event: RunEvent) -> RunEvent:
        self._checkpoint()
        if isinstance(event, RunCompleted | RunStopped):
            event = dataclasses.replace(event, result=self._result(event.result))
            self._write_results()
        self.log.append(to_plain(event), sync=True)
        self._keep(ended(self.record, event, self.state))
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


def ended(record: RunRecord, event: RunEvent, state: RunState) -> RunRecord:
    """run.json at the end."""
    record = dataclasses.replace(record, epoch=state.epoch, step=state.step)
    if isinstance(event, RunCompleted):
        return dataclasses.replace(record, state="completed", result=event.result)
    if isinstance(event, RunStopped):
        return dataclasses.replace(record, state="stopped", result=event.result)
    assert isinstance(event, RunFailed)
    failure = {name: getattr(event, name) for name in ("code", "what", "where", "why", "remedy")}
    return dataclasses.replace(record, state="failed", failure=failure)
