"""What a run tells while it goes on: frozen plain values, the same for a window, a terminal, a file and a test."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

HISTOGRAM_BINS = 64
HISTOGRAM_RANGE = (-8.0, 8.0)
"""Differences s⁺ − s⁻ outside of the range count in the outermost bins."""


@dataclass(frozen=True)
class RunEvent:
    """Base of all events."""


@dataclass(frozen=True)
class RunStarted(RunEvent):
    """The run is about to take its first step.

    Attributes:
        plan: the plan as nested plain values.
        steps_per_epoch: optimiser steps, or blocks of a compiled kernel.
        examples_per_epoch: positives, windows or rows an epoch visits.
        parameters: numbers that are learned.
        learner: ``gradient`` or ``kernel``.
        baseline: metrics of Popularity on the validation part (empty without one).
        pinned: ids of the users whose held-out ranks are told.
    """

    plan: dict[str, Any]
    model: str
    users: int
    items: int
    train_events: int
    steps_per_epoch: int
    examples_per_epoch: int
    parameters: int
    learner: str
    device: str
    epochs: int
    first_epoch: int = 1
    phase: str = "train"
    baseline: dict[str, float] = field(default_factory=dict)
    random: dict[str, float] = field(default_factory=dict)
    pinned: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class StepsDone(RunEvent):
    """Some steps since the last report.

    Attributes:
        loss: mean over the examples since the last report.
        rate: positives (or rows) a second since the last report.
        histogram: 64 counts of s⁺ − s⁻ over HISTOGRAM_RANGE for the latest step, empty where there are no negatives.
        seconds_left: estimate for all epochs planned.
    """

    epoch: int
    step: int
    steps: int
    loss: float
    examples: int
    rate: float
    seconds: float
    seconds_left: float
    histogram: tuple[int, ...] = ()
    phase: str = "train"


@dataclass(frozen=True)
class EvaluationAdvanced(RunEvent):
    """Some users of a part have been ranked."""

    part: str
    done: int
    total: int


@dataclass(frozen=True)
class EpochDone(RunEvent):
    """An epoch has ended and, where it was due, the validation part was ranked.

    Attributes:
        loss: mean over the epoch's examples.
        metrics: flat validation metrics, empty when not evaluated.
        best: this epoch is the best so far.
        pinned: (user id, rank of the held-out item) of the pinned users.
        skipped: rows without a negative (the user has seen everything).
    """

    epoch: int
    epochs: int
    loss: float
    metrics: dict[str, float]
    best: bool
    learning_rate: float
    seconds: float
    examples: int
    skipped: int = 0
    pinned: tuple[tuple[str, int], ...] = ()
    phase: str = "train"


@dataclass(frozen=True)
class RunCompleted(RunEvent):
    """The run ended by itself; ``result`` has the shape of the command line's result line."""

    result: dict[str, Any]


@dataclass(frozen=True)
class RunStopped(RunEvent):
    """The run was asked to stop; what was trained so far is kept."""

    epoch: int
    step: int
    result: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RunFailed(RunEvent):
    """The run could not go on; the last good state is kept."""

    code: str
    what: str
    where: str
    why: str
    remedy: str
    epoch: int = 0
    step: int = 0


@dataclass(frozen=True)
class SavingPaused(RunEvent):
    """The run could not be saved and waits with its state in memory; told again when the cause changes.

    Attributes:
        epoch, step: where the state in memory stands.
    """

    code: str
    what: str
    where: str
    why: str
    remedy: str
    epoch: int
    step: int


@dataclass(frozen=True)
class SavingResumed(RunEvent):
    """The run could be saved again and goes on.

    Attributes:
        seconds: how long it waited.
    """

    seconds: float


END_EVENTS = (RunCompleted, RunStopped, RunFailed)
EVENTS: dict[str, type[RunEvent]] = {
    "started": RunStarted,
    "steps": StepsDone,
    "evaluation": EvaluationAdvanced,
    "epoch": EpochDone,
    "saving-paused": SavingPaused,
    "saving-resumed": SavingResumed,
    "result": RunCompleted,
    "stopped": RunStopped,
    "failed": RunFailed,
}
NAMES = {cls: name for name, cls in EVENTS.items()}


def to_plain(event: RunEvent) -> dict[str, Any]:
    """The event as a JSON object with its name under ``event``; a result is laid flat."""
    if isinstance(event, RunCompleted):
        return {"event": "result", **event.result}
    return {"event": NAMES[type(event)], **dataclasses.asdict(event)}


def from_plain(values: dict[str, Any]) -> RunEvent:
    """The event that ``to_plain`` was given; unknown keys are ignored so that newer files still open."""
    name = values["event"]
    if name == "result":
        return RunCompleted({key: value for key, value in values.items() if key != "event"})
    cls = EVENTS[name]
    known = {each.name for each in dataclasses.fields(cls)}
    taken = {key: _tuples(value) if isinstance(value, list) else value for key, value in values.items() if key in known}
    return cls(**taken)


def _tuples(value: Any) -> Any:
    return tuple(_tuples(each) for each in value) if isinstance(value, list) else value
