"""Counts what the steps gave and turns it into progress reports."""

from __future__ import annotations

import math
import time

import torch
from torch import Tensor

from core.training.events import StepsDone
from core.training.failures import diverged
from core.training.learner import Step
from core.training.state import RunState


class Meter:
    """Loss, speed and time left of a run.

    Losses are added up where they are (on the device); reading them waits for the device, so it is done once a report.
    """

    def __init__(self, state: RunState) -> None:
        self.state = state
        self.on_cpu = state.device.type == "cpu"
        self.examples = self.skipped = 0
        self._begun = self._reported = time.monotonic()
        self._done_before = 0.0

    def begin_epoch(self, epoch: int) -> None:
        """Start counting anew."""
        self.epoch = epoch
        self.examples = 0
        self.skipped = 0
        self._skips: Tensor | int = 0
        self._epoch_loss = 0.0
        self._loss: Tensor | float = 0.0
        self._since = 0
        self._last: Step | None = None

    def add(self, step: Step) -> None:
        """Count a step.

        Raises:
            TrainingError: the loss is not finite (checked at each step where that waits for nothing).
        """
        self._last = step
        self._loss = self._loss + step.loss * step.examples
        self._skips = self._skips + step.skipped
        self._since += step.examples
        self.examples += step.examples
        if self.on_cpu and not math.isfinite(float(step.loss)):
            raise diverged(self.state, float(step.loss))

    def due(self) -> bool:
        """Whether it is time for a report."""
        return time.monotonic() - self._reported >= self.state.plan.training.report_every

    def report(self) -> StepsDone:
        """The steps since the last report. This is a CPU-GPU sync point."""
        now = time.monotonic()
        loss = self._take_loss()
        learner = self.state.learner
        assert learner is not None
        assert self._last is not None
        steps = max(learner.steps, 1)
        done = self.epoch - 1 + self.state.step / steps
        fresh = max(done - self._done_before, 1e-9) if self._done_before else max(done, 1e-9)
        seconds = now - self._begun
        event = StepsDone(
            epoch=self.epoch,
            step=self.state.step,
            steps=steps,
            loss=loss / max(self._since, 1),
            examples=self._since,
            rate=self._since / max(now - self._reported, 1e-9),
            seconds=seconds,
            seconds_left=seconds / fresh * max(self.state.epochs - done, 0.0),
            histogram=self._last.histogram(),
            phase=self.state.phase,
        )
        self._since = 0
        self._reported = now
        return event

    def end_epoch(self) -> float:
        """Mean loss of the epoch; nan when nothing was seen."""
        self._take_loss()
        self.skipped = int(self._skips)
        self.state.skipped += self.skipped
        return self._epoch_loss / self.examples if self.examples else 0.0

    def _take_loss(self) -> float:
        loss = float(torch.as_tensor(self._loss))
        self._epoch_loss += loss
        self._loss = 0.0
        return loss
