"""What a run waited is neither told as work nor reckoned into the time that is left."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.runs.creating import NewRun
from core.runs.recording import recorded
from core.training.control import Control
from core.training.events import EpochDone, RunCompleted, RunEvent, SavingPaused, StepsDone
from core.training.loop import train
from core.training.state import RunState
from tests.core.training.boards import chance
from tests.core.training.running import plan_of

LONG = 100_000.0
"""Seconds of each wait."""


class Waited:
    """A clock that each wait moves on by LONG, and waits that end at once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.waits = 0.0, 0
        waited = self

        class Event(threading.Event):
            def wait(self, timeout: float | None = None) -> bool:
                if not self.is_set():
                    waited.now += LONG
                    waited.waits += 1
                    self.set()
                return True

        monkeypatch.setattr("core.training.control.threading", SimpleNamespace(Event=Event))
        monkeypatch.setattr("core.training.control.time", SimpleNamespace(monotonic=self.tick))

    def tick(self) -> float:
        self.now += 0.001
        return self.now


def check(events: list[RunEvent]) -> None:
    reports = [event for event in events if isinstance(event, StepsDone)]
    assert len(reports) > 3
    assert all(0 < event.seconds < LONG / 2 for event in reports)
    assert all(event.seconds_left < LONG / 2 for event in reports)
    assert all(event.rate > 1 for event in reports)
    assert all(0 < event.seconds < LONG / 2 for event in events if isinstance(event, EpochDone))
    last = events[-1]
    assert isinstance(last, RunCompleted)
    assert 0 < last.result["seconds"] < LONG / 2


def test_that_a_pause_is_not_counted_as_time_of_the_training(monkeypatch: pytest.MonkeyPatch) -> None:
    waited, events = Waited(monkeypatch), list[RunEvent]()
    control = Control()
    for event in train(plan_of("gmf"), chance(), control=control):
        events.append(event)
        control.pause()
    assert waited.waits > 3
    check(events)


def test_that_waiting_for_room_on_the_disk_is_not_counted_as_time_of_the_training(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    waited, events, split = Waited(monkeypatch), list[RunEvent](), chance()
    control, state, fsync, failing = Control(), RunState(plan_of("gmf"), split), os.fsync, [False]

    def sometimes(descriptor: int) -> None:
        if failing[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", sometimes)
    run = NewRun(tmp_path / "run", "run", "an-id")
    for event in recorded(train(state.plan, split, state, control), state, run, control, every=0.0):
        events.append(event)
        failing[0] = isinstance(event, EpochDone) and event.epoch == 1
    assert any(isinstance(event, SavingPaused) for event in events)
    assert waited.waits > 0
    check(events)
