"""How a run stands without opening it: whether it can be gone on with, and what an unclean end left unfinished."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.errors import StorageError
from core.models import MODELS
from core.runs.folder import RunFolder
from core.runs.owner import is_being_written
from core.runs.record import RunRecord, read_record
from core.runs.workspace import Workspace


@dataclass(frozen=True)
class Unfinished:
    """A run whose process ended without a word.

    Attributes:
        epochs: as many as are planned.
        epoch, step: how far it was saved.
        saved: wall clock in UTC of the last checkpoint, ISO; empty where there is none.
    """

    folder: RunFolder
    model: str
    epochs: int
    epoch: int
    step: int
    saved: str


def unfinished(workspace: Workspace) -> Iterator[Unfinished]:
    """The runs that were cut off, by a crash, a power cut or a kill; none that is being written."""
    for folder in workspace.runs():
        try:
            record = read_record(folder)
        except StorageError:
            # a damaged record is the runs list's to tell
            continue
        if record.state == "running" and not is_being_written(folder):
            plan = record.plan
            yield Unfinished(
                folder,
                str(plan.get("model", {}).get("name", "")),
                int(plan.get("training", {}).get("epochs", 0)),
                record.epoch,
                record.step,
                record.saved,
            )


def can_go_on(record: RunRecord) -> bool:
    """Whether ``resume`` takes the run as it is: it was stopped, killed, or it failed."""
    return record.state != "completed"


def longer_obstacle(record: RunRecord, epochs: int) -> str:
    """Why training on to ``epochs`` would not equal a longer run, in one sentence; an empty text where it does.

    Args:
        record: of a run that ended by itself, or that was cut off.
    """
    plan: dict[str, dict[str, Any]] = record.plan
    training, optimiser = plan.get("training", {}), plan.get("optimiser", {})
    planned = int(training.get("epochs", 0))
    if not MODELS[plan["model"]["name"]].losses:
        return "Nothing is trained in this model"
    if epochs <= max(record.epoch, planned if record.state == "completed" else 0):
        return f"It has been trained for {record.epoch} epochs already"
    if optimiser.get("schedule", "constant") in ("linear", "cosine") or optimiser.get("warmup", 0):
        return "Its learning rate follows the number of epochs, so a longer run would have taken other steps"
    if record.state != "completed":
        return ""
    if record.phase == "refit":
        return "Its last weights were trained again on training and validation, for as many epochs as were best"
    if record.epoch < planned:
        return f"Early stopping ended it after epoch {record.epoch}: a longer run would have ended there too"
    if planned % int(training.get("evaluate_every", 1)) and record.result.get("validation"):
        return "Its last epoch was judged out of turn, so early stopping would know more than in a longer run"
    return ""
