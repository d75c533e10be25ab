"""resume(): go on with a run that was stopped, killed or failed, as if it had never been interrupted."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from core import durable
from core.errors import UsageError
from core.runs.folder import RunFolder
from core.runs.owner import locked
from core.runs.record import present_versions
from core.runs.standing import can_go_on, longer_obstacle

if TYPE_CHECKING:
    from core.runs.opening import Run
    from core.training.control import Control
    from core.training.events import RunEvent
    from core.training.state import RunState

THAT_COMPUTE = ("torch", "numpy", "platform")
"""Versions that decide the last bit."""


def resume(
    folder: RunFolder | Path, control: Control | None = None, *, epochs: int | None = None, every: float | None = None
) -> Generator[RunEvent, None, None]:
    """Go on with a run and record it; the events are those of ``train``, from where the run stands.

    The end is bit-identical to that of a run that was never interrupted, on the CPU of the same machine with the same
    versions. A run without any checkpoint starts again. The run's lock is held from the first event to the last.

    Args:
        folder: of the run.
        control: stop and pause, read at each step; without one the run fails where it cannot be saved.
        epochs: train for so many in place of those of the plan ("train longer").
        every: seconds between two checkpoints.

    Raises:
        UsageError: another process writes the run, it has ended and no more epochs are asked for, or training on would
            not equal a longer run.
        StorageError, ModelFileError: what it needs is damaged.
    """
    from core.runs.opening import open_run
    from core.runs.recording import EVERY, recorded
    from core.training.loop import train

    folder = folder if isinstance(folder, RunFolder) else RunFolder(folder)
    with locked(folder):
        run = open_run(folder.path)
        if epochs is not None:
            run = longer(run, epochs)
        elif not can_go_on(run.record):
            raise UsageError(
                "run.completed",
                "the run has ended by itself, so there is nothing to go on with",
                durable.printable_path(folder.path),
                remedy="Train it longer with --epochs, or train another",
            )
        state = standing(run)
        if state.phase == "train":
            # the plan's and not the checkpoint's: a run that was to be trained longer may have been cut off before
            # its next checkpoint
            state.epochs = run.plan.training.epochs
        state.notes += remarks(run)
        events = train(state.plan, run.split, state, control)
        every = EVERY if every is None else every
        yield from recorded(events, state, folder, control, every, held=True)


def standing(run: Run) -> RunState:
    """The state that a run is gone on from; a fresh one where nothing was saved."""
    from core.runs.opening import trained_for
    from core.training.state import RunState

    if not any(run.folder.checkpoints.glob("*.json")):
        return RunState(run.plan, run.split, trained_for(run.plan, split=run.split), began_on=run.record.device)
    return run.restored_state()


def longer(run: Run, epochs: int) -> Run:
    """The run with more epochs in its plan.

    Raises:
        UsageError: the end would not be that of a longer run.
    """
    from core.training.plan import replace

    obstacle = longer_obstacle(run.record, epochs)
    if obstacle:
        raise UsageError(
            "run.longer",
            f"the run cannot be trained on to epoch {epochs}",
            durable.printable_path(run.folder.path),
            obstacle,
            "Train another with more epochs",
        )
    return dataclasses.replace(run, plan=replace(run.plan, "training.epochs", epochs))


def remarks(run: Run) -> tuple[str, ...]:
    """What a reader of the result has to know of this going on."""
    return tuple(_differences(run.record.versions, present_versions()))


def _differences(then: dict[str, str], now: dict[str, str]) -> Iterator[str]:
    for name in THAT_COMPUTE:
        if then.get(name) != now.get(name):
            yield (
                f"The run began with {name} {then.get(name, 'unknown')} and was gone on with {name} {now.get(name)}: "
                "its last bits can differ from those of a run in one piece"
            )
