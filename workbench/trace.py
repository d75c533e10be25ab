"""What a run has told so far, gathered for plots and tables: growing columns, no torch."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.text import count, duration, rate
from core.training.events import (
    EpochDone,
    EvaluationAdvanced,
    RunCompleted,
    RunEvent,
    RunFailed,
    RunStarted,
    RunStopped,
    StepsDone,
)
from workbench.words import examples_noun, metric_label, number, score

FEW = 16
"""Numbers that a series has room for at first: most have one for each epoch, and traces of many runs are held."""


class Growing:
    """Numbers that are added one by one and read as one array."""

    def __init__(self) -> None:
        self._held = np.empty(FEW, np.float64)
        self._used = 0

    def add(self, value: float) -> None:
        """Add a number; the room doubles when it is used up."""
        if self._used == len(self._held):
            self._held = np.concatenate([self._held, np.empty(len(self._held))])
        self._held[self._used] = value
        self._used += 1

    def __len__(self) -> int:
        return self._used

    def cut(self, length: int) -> None:
        """Forget what comes after the first ``length`` numbers."""
        self._used = min(self._used, max(length, 0))

    @property
    def values(self) -> npt.NDArray[np.float64]:
        """All numbers so far."""
        return self._held[: self._used]


class Trace:
    """One run, as it was told.

    Attributes:
        title: what the run is called.
        colour: number of its colour in every plot.
        started: the first event of the phase in hand, None before it.
        at, loss: epochs passed and mean loss of each report; those of a refit follow those of the training.
        speed: examples a second of each report.
        epochs: epochs that were evaluated.
        seconds: what each epoch of the training took, evaluation included.
        metrics: flat name to values, one for each of ``epochs``.
        histogram: 64 counts of s⁺ − s⁻ of the latest step.
        ranks: pinned user's id to ranks, one for each of ``epochs``.
        refit_at: epochs that lie before the refit, None without one.
        log: lines of text with the time of day.
        end: the last event, None while the run goes on.
    """

    def __init__(self, title: str, path: Path | None = None, colour: int = 0) -> None:
        self.title, self.path, self.colour = title, path, colour
        self.started: RunStarted | None = None
        self.at, self.loss, self.speed = Growing(), Growing(), Growing()
        self.epochs, self.seconds = Growing(), Growing()
        self.metrics: dict[str, Growing] = {}
        self.histogram: tuple[int, ...] = ()
        self.ranks: dict[str, Growing] = {}
        self.best_epoch = 0
        self.refit_at: float | None = None
        self._resumed = False
        self.log: list[str] = []
        self.end: RunEvent | None = None
        self.version = 0

    def take(self, events: Iterable[RunEvent], live: bool = True) -> None:
        """Add what was told; ``live`` puts the time of day before each line of the log."""
        for event in events:
            self._take(event, live)
            self.version += 1

    def _take(self, event: RunEvent, live: bool) -> None:
        if isinstance(event, StepsDone):
            self._steps(event)
            return
        if isinstance(event, RunStarted):
            self._start(event)
        elif isinstance(event, EpochDone):
            self._epoch(event)
        elif isinstance(event, RunCompleted | RunStopped | RunFailed):
            self.end = event
        elif isinstance(event, EvaluationAdvanced):
            return
        self._say(event, live)

    def _start(self, event: RunStarted) -> None:
        """A phase begins; one that is gone on with takes the place of what was told after its checkpoint."""
        if event.phase == "refit":
            if self.refit_at is None:
                self.refit_at = float(np.ceil(self.at.values[-1])) if len(self.at) else 0.0
                self._add(self.refit_at, np.nan, np.nan)
        elif len(self.epochs) or len(self.at):
            kept = int(np.searchsorted(self.epochs.values, event.first_epoch))
            for column in (self.epochs, *self.metrics.values(), *self.ranks.values()):
                column.cut(kept)
            self.seconds.cut(event.first_epoch - 1)
            if self.best_epoch >= event.first_epoch:
                self.best_epoch = 0
        self._resumed = len(self.at) > 0
        self.started, self.end = event, None

    def _steps(self, event: StepsDone) -> None:
        place = event.epoch - 1 + (event.step / event.steps if event.steps else 1.0) + (self.refit_at or 0.0)
        self._go_on_from(place)
        self._add(place, event.loss, event.rate)
        self.histogram = event.histogram or self.histogram

    def _go_on_from(self, place: float) -> None:
        """What was told after the checkpoint that a run went on from is told again."""
        if self._resumed:
            kept = int(np.searchsorted(self.at.values, place))
            for column in (self.at, self.loss, self.speed):
                column.cut(kept)
            self._resumed = False

    def _add(self, place: float, loss: float, speed: float) -> None:
        self.at.add(place)
        self.loss.add(loss)
        self.speed.add(speed)

    def _epoch(self, event: EpochDone) -> None:
        if event.phase == "train":
            self.seconds.add(event.seconds)
        place = event.epoch + (self.refit_at or 0.0)
        self._go_on_from(place)
        if not len(self.at) or self.at.values[-1] <= place - 1:
            # an epoch that was over before it was time for a report
            self._add(place, event.loss, event.examples / event.seconds if event.seconds > 0 else np.nan)
        if event.phase != "train" or not event.metrics:
            return
        if event.best:
            self.best_epoch = event.epoch
        for name in event.metrics:
            if name not in self.metrics:
                self.metrics[name] = _missing(len(self.epochs))
        self.epochs.add(event.epoch)
        for name, values in self.metrics.items():
            values.add(event.metrics.get(name, np.nan))
        ranks = dict(event.pinned)
        for user in ranks:
            if user not in self.ranks:
                self.ranks[user] = _missing(len(self.epochs) - 1)
        for user, places in self.ranks.items():
            places.add(ranks.get(user, np.nan))

    def _say(self, event: RunEvent, live: bool) -> None:
        clock = f"{datetime.datetime.now():%H:%M:%S}  " if live else ""
        lines = lines_of(event)
        if isinstance(event, RunCompleted) and self._ended_early(event):
            lines.insert(0, f"No gain for {self._patience():,} evaluations in a row: it ends before its last epoch")
        self.log += [f"{clock}{line}" for line in lines]

    def _patience(self) -> int:
        started = self.started
        return int(started.plan.get("training", {}).get("patience") or 0) if started is not None else 0

    def _ended_early(self, event: RunCompleted) -> bool:
        started = self.started
        reached = event.result.get("epochs") or 0
        return bool(
            started is not None and started.phase == "train" and 0 < reached < started.epochs and self._patience()
        )


def _missing(number: int) -> Growing:
    made = Growing()
    for _ in range(number):
        made.add(np.nan)
    return made


def lines_of(event: RunEvent) -> list[str]:
    """An event in words."""
    words: list[str] = []
    if isinstance(event, RunStarted):
        again = " again, on training and validation together" if event.phase == "refit" else ""
        from_epoch = f", from epoch {event.first_epoch} on" if event.first_epoch > 1 else ""
        words.append(
            f"Training {event.model}{again}{from_epoch}: {work_words(event)}, {number(event.parameters)} parameters, "
            f"on {event.device}"
        )
        words += [f"Note: {note}." for note in event.notes]
        if event.baseline:
            words.append(f"Popularity on the validation part: {shown_metrics(event.baseline)}")
    elif isinstance(event, EpochDone):
        found = f", {shown_metrics(event.metrics)}" if event.metrics else ""
        best = " (best)" if event.best else ""
        # the time of an epoch that was measured is not that of training alone, whose speed stands at the plots
        speed = f", {rate(event.examples / event.seconds)}" if event.seconds > 0 else ""
        took = f"{duration(event.seconds)}{' with ranking' if event.metrics else speed}"
        words.append(f"Epoch {event.epoch}: loss {number(event.loss)}{found}{best}, {took}")
        if event.skipped:
            words.append(f"{event.skipped:,} rows had no negative: these users have met every item")
    elif isinstance(event, RunCompleted):
        words.append(f"Done. {result_words(event.result)}")
        words += [f"{each}." for each in (verdict_words(event.result),) if each]
        words += [f"Note: {note}." for note in event.result.get("notes", [])]
    elif isinstance(event, RunStopped):
        words.append(f"Stopped in epoch {event.epoch + (event.step > 0)}. What was trained is kept")
    elif isinstance(event, RunFailed):
        parts = [event.what, event.why, event.remedy]
        words.append("Failed: " + " ".join(f"{part.rstrip('.')}." for part in parts if part))
    return words


def work_words(event: RunStarted) -> str:
    """What an epoch walks through: the blocks of a compiled kernel are no steps that anybody chose."""
    noun = examples_noun(event.model, event.plan.get("loss", {}).get("name", ""))
    walked = f"{event.examples_per_epoch:,} {noun} an epoch"
    if event.learner == "kernel":
        return f"{walked}, by the compiled kernel"
    return f"{walked} in {count(event.steps_per_epoch, 'step')}" if event.learner != "none" else "nothing to learn"


def shown_metrics(metrics: dict[str, float]) -> str:
    """The few metrics that a line has room for."""
    return ", ".join(f"{metric_label(name)} {score(metrics[name])}" for name in shown_names(metrics))


def shown_names(metrics: dict[str, float]) -> list[str]:
    """Which metrics these are."""
    return [name for name in ("hit@10", "ndcg@10", "auc", "rmse") if name in metrics] or list(metrics)[:3]


def result_words(result: dict[str, Any]) -> str:
    """The result line in words, with Popularity beside it where that was measured on the same part."""
    metrics = result.get("metrics") or result.get("validation") or {}
    part = f"{result.get('part') or 'validation'} part"
    if result.get("protocol") == "sampled":
        part += ", among sampled candidates"
    base = result.get("baseline") or {} if result.get("metrics") else {}
    same = {name: value for name, value in base.items() if name in metrics}
    shown = [score(same[name]) for name in shown_names(metrics) if name in same]
    beside = f"; Popularity {', '.join(shown)}" if shown and result.get("model") != "popularity" else ""
    best = f"; best epoch {result['best_epoch']}" if result.get("best_epoch") else ""
    return f"On the {part}: {shown_metrics(metrics)}{beside}{best}" if metrics else "Nothing was measured"


def verdict_words(result: Mapping[str, Any]) -> str:
    """Whether the run ranks better than Popularity; empty where that was not tested."""
    # the window is painted before the tables of metrics are loaded
    from core.metrics.verdict import beside_popularity

    return beside_popularity(result, score)
