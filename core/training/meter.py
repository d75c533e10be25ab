"""Counts what the steps gave and turns it into progress reports."""

from __future__ import annotations

import math

from torch import Tensor

from core.training.control import Control
from core.training.events import StepsDone
from core.training.failures import diverged
from core.training.learner import Step
from core.training.state import RunState

LONGEST = 30.0
"""Seconds between two reports however rarely they are asked for: a run can be saved only where it tells something."""


class Meter:
    """Loss, speed and time left of a run.

    Losses are added up where they are (on the device); reading them waits for the device, so it is done once a report.
    What an epoch gave so far is in the state's tally, so that a run that is gone on with tells the same loss. Times are
    those of the run's own clock: what it waited, paused or for room on the disk, says nothing about what is left.
    """

    def __init__(self, state: RunState, control: Control) -> None:
        self.state, self._clock = state, control.clock
        self.on_cpu = state.device.type == "cpu"
        self._begun = self._reported = self._clock()
        self._told = False
        self._done_before = self._done()

    def begin_epoch(self, epoch: int) -> None:
        """Reports are of this epoch from now on."""
        self.epoch = epoch
        self._entered = self._clock()
        self._told_loss, self._told_examples = float(self.state.tally.loss), self.state.tally.examples
        self._last: Step | None = None

    def add(self, step: Step) -> None:
        """Count a step.

        Raises:
            TrainingError: the loss is not finite (checked at each step where that waits for nothing).
        """
        if self.on_cpu and not math.isfinite(float(step.loss)):
            raise diverged(self.state, float(step.loss))
        self._last = step
        tally = self.state.tally
        tally.loss = tally.loss + self._precise(step.loss) * step.examples
        tally.skipped = tally.skipped + step.skipped
        tally.examples += step.examples

    def due(self) -> bool:
        """Whether it is time for a report."""
        return self._clock() - self._reported >= min(self.state.plan.training.report_every, LONGEST)

    @property
    def untold(self) -> bool:
        """There are steps, and none was reported so far: the run is shorter than the time between two reports."""
        return self._last is not None and not self._told

    def report(self) -> StepsDone:
        """The steps since the last report. This is a CPU-GPU sync point."""
        now = self._clock()
        tally = self.state.tally
        loss, since = float(tally.loss) - self._told_loss, tally.examples - self._told_examples
        learner = self.state.learner
        assert learner is not None
        assert self._last is not None
        steps = max(learner.steps, 1)
        done = self._done()
        fresh = max(done - self._done_before, 1e-9)
        seconds = now - self._begun
        event = StepsDone(
            epoch=self.epoch,
            step=self.state.step,
            steps=steps,
            loss=loss / max(since, 1),
            examples=since,
            rate=since / max(now - max(self._reported, self._entered), 1e-9),
            seconds=seconds,
            seconds_left=seconds / fresh * max(self.state.epochs - done, 0.0),
            histogram=self._last.histogram(),
            phase=self.state.phase,
        )
        self._told_loss, self._told_examples = float(tally.loss), tally.examples
        self._reported = now
        self._told = True
        return event

    def epoch_loss(self) -> float:
        """Mean loss of the epoch; 0 when nothing was seen."""
        tally = self.state.tally
        return float(tally.loss) / tally.examples if tally.examples else 0.0

    def _done(self) -> float:
        """Epochs done, with the part of the one in hand."""
        learner = self.state.learner
        return self.state.epoch + self.state.step / max(learner.steps if learner else 1, 1)

    def _precise(self, loss: Tensor | float) -> Tensor | float:
        if self.on_cpu or not isinstance(loss, Tensor):
            return float(loss)
        # a Metal device has no double precision
        return loss if loss.device.type == "mps" else loss.double()
