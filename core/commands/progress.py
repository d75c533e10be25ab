"""A run as it goes on: a bar in a terminal, a line now and then where output is piped, every event as JSON."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from core import text
from core.commands.console import Console
from core.errors import StorageError
from core.training.events import (
    EpochDone,
    EvaluationAdvanced,
    RunEvent,
    RunStarted,
    SavingPaused,
    SavingResumed,
    StepsDone,
    to_plain,
)

if TYPE_CHECKING:
    from rich.progress import Progress

BETWEEN_LINES = 1.0
"""Seconds: a run of many short epochs does not fill a log."""


class RunProgress:
    """Shows the events of one run.

    Args:
        metric: flat name of the validation metric that picks the best epoch.
    """

    def __init__(self, console: Console, metric: str) -> None:
        self.console, self.metric = console, metric
        self._bar: Progress | None = None
        self._said = float("-inf")
        self._held: EpochDone | None = None
        self._speed = 0.0
        self._loss = ""

    def __enter__(self) -> Self:
        if self.console.terminal:
            self._bar = make_bar()
            self._task = self._bar.add_task("starting", total=None, detail="")
            self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()
        elif self._held is not None:
            self._say(self._held)

    def show(self, event: RunEvent) -> None:
        """Show one event; the last one of a run is the caller's to tell."""
        values = to_plain(event)
        self.console.emit(values.pop("event"), values)
        if isinstance(event, RunStarted):
            self._started(event)
        elif isinstance(event, StepsDone):
            self._speed = event.rate
            self._loss = f"loss {text.number(event.loss)}"
            left = f"{text.duration(event.seconds_left)} left"
            done = event.epoch - 1 + event.step / max(event.steps, 1)
            self._advance(f"epoch {event.epoch}", done, f"{self._loss}  {text.rate(event.rate)}  {left}")
        elif isinstance(event, EpochDone):
            self._ended(event)
        elif isinstance(event, SavingPaused):
            self._paused(event)
        elif isinstance(event, SavingResumed):
            self.console.note(f"saved again after {text.duration(event.seconds)}; the run goes on")
        elif isinstance(event, EvaluationAdvanced):
            self._advance(f"ranking {event.part}", None, f"{event.done:,} of {text.count(event.total, 'user')}")

    def _paused(self, event: SavingPaused) -> None:
        error = StorageError(event.code, event.what, event.where, event.why, event.remedy)
        self.console.note(f"the run is paused, with its state in memory: {error.sentence()}")
        self.console.note("it goes on when it can be saved; Ctrl-C ends it with what is on the disk")

    def _started(self, event: RunStarted) -> None:
        if event.phase == "refit":
            self.console.say("Training again on training and validation for as many epochs as were best")
        if self._bar is not None:
            self._bar.update(self._task, total=event.epochs or None, completed=event.first_epoch - 1)

    def _advance(self, description: str, done: float | None, detail: str) -> None:
        if self._bar is not None:
            self._bar.update(self._task, description=description, completed=done, detail=detail)

    def _ended(self, event: EpochDone) -> None:
        shown = f"{self.metric} {text.number(event.metrics[self.metric])}" if self.metric in event.metrics else ""
        detail = "  ".join(part for part in (self._loss, shown, text.rate(self._speed) if self._speed else "") if part)
        self._advance(f"epoch {event.epoch}", event.epoch, detail)
        self._held = event
        if self._bar is None and time.monotonic() - self._said >= BETWEEN_LINES:
            self._say(event)

    def _say(self, event: EpochDone) -> None:
        self._said, self._held = time.monotonic(), None
        parts = [f"epoch {event.epoch:>{len(str(event.epochs))}}/{event.epochs}", f"loss {text.number(event.loss)}"]
        if self.metric in event.metrics:
            parts.append(f"{self.metric} {text.number(event.metrics[self.metric])}{' best' if event.best else ''}")
        if event.seconds > 0:
            parts.append(text.rate(event.examples / event.seconds))
        parts.append(text.duration(event.seconds))
        self.console.say("  ".join(parts))


def make_bar() -> Progress:
    """The bar of a terminal; it goes away when the work is done."""
    from rich.console import Console as RichConsole
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[detail]}", markup=False),
        console=RichConsole(highlight=False),
        transient=True,
    )


class WorkProgress:
    """How far a long piece of work is, told only where somebody looks and it takes a while.

    Args:
        scale: how many of what is counted make one ``unit``.
    """

    def __init__(self, console: Console, description: str, unit: str = "MB", scale: float = 1e6) -> None:
        self.console, self.description, self.unit, self.scale = console, description, unit, scale
        self._began = time.monotonic()
        self._bar: Progress | None = None

    def __call__(self, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` are done."""
        if not self.console.terminal:
            return
        if self._bar is None:
            if time.monotonic() - self._began < 0.5:
                return
            self._bar = make_bar()
            self._task = self._bar.add_task(self.description, total=total, detail="")
            self._bar.start()
        detail = f"{done / self.scale:,.0f} of {total / self.scale:,.0f} {self.unit}"
        self._bar.update(
            self._task,
            description=self.description,
            completed=done,
            total=total,
            detail=detail if total >= self.scale else "",
        )

    def stage(self, description: str, done: int, total: int) -> None:
        """Show how far a stage of the work is, each with a name of its own."""
        self.description = description
        self(done, total)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()
