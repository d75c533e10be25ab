"""open_run(): a run from its folder alone: plan, data, the best weights, what was measured."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core import durable
from core.data.interactions import Events, Interactions, merge_events
from core.errors import ModelFileError, PlanError
from core.metrics.held_out import Evaluation
from core.runs.checkpoints import Loaded, newest
from core.runs.dataset import read_dataset
from core.runs.folder import RunFolder
from core.runs.record import RunRecord, damaged, read_record
from core.runs.results import MODEL, read_evaluation
from core.runs.workspace import Workspace, choose_workspace
from core.splits.split import Split
from core.training.plan import Plan, make_plan

if TYPE_CHECKING:
    from core.models.base import RankingModel
    from core.training.starting import Trained
    from core.training.state import RunState


@dataclass(frozen=True, eq=False)
class Run:
    """A run as it lies on the disk; data and weights are read when they are first asked for.

    Attributes:
        name: what the user called it: a path or an id.
    """

    name: str
    folder: RunFolder
    record: RunRecord
    plan: Plan

    @property
    def result(self) -> dict[str, Any]:
        """The result line of the run; empty when it did not end by itself."""
        return self.record.result

    @cached_property
    def split(self) -> Split:
        """The parts that it was trained and tested on.

        Raises:
            StorageError: the data in the run is damaged.
        """
        split, found = read_dataset(self.folder.data)
        if found != self.record.data.get("hash"):
            raise damaged(durable.printable_path(self.folder.data), "The data is not what the run was trained on")
        return split

    @property
    def interactions(self) -> Interactions:
        """Vocabularies, catalogue and all events."""
        return self.split.interactions

    @cached_property
    def loaded(self) -> Loaded:
        """The newest whole checkpoint.

        Raises:
            ModelFileError: there is none, or it belongs to other data.
        """
        return self._loaded()

    def _loaded(self, to_go_on: bool = False) -> Loaded:
        loaded = newest(self.folder.checkpoints, to_go_on)
        if loaded.checkpoint.data_hash != self.record.data.get("hash"):
            raise ModelFileError(
                "model.other-data",
                "the weights were trained on other data than the run holds",
                durable.printable_path(self.folder.checkpoints),
                remedy="Put back the checkpoints that belong to the run",
            )
        return loaded

    @cached_property
    def model(self) -> RankingModel:
        """The model with the best weights, on the CPU, ready to score.

        Raises:
            ModelFileError: the weights are damaged, or do not fit the plan.
        """
        from core.runs.weights import fit
        from core.training.building import build_model

        loaded = self.loaded
        # the start from other runs is in the weights already
        model = build_model(self.plan, self.trained_on)
        weights = _under(loaded.tensors, "model.")
        if self.plan.training.keep_best:
            # the weights of the best epoch lie beside the latest ones, from which the run can be gone on with
            weights = _under(loaded.tensors, "best.") or weights
        fit(model, weights, f"{durable.printable_path(self.folder.checkpoints)}, {loaded.checkpoint.name}")
        model.eval()
        return model

    @property
    def trained_on(self) -> Events:
        """The events that the model saw: training, and validation where it was trained again on both."""
        refitted = self.loaded.checkpoint.plain.get("phase") == "refit"
        return merge_events(self.split.train, self.split.validation) if refitted else self.split.train

    def evaluation(self, part: str, ranker: str = MODEL) -> Evaluation | None:
        """What was measured at the end, user by user; ``ranker`` is ``model`` or ``popularity``."""
        return read_evaluation(self.folder.results, part, ranker)

    def restored_state(self) -> RunState:
        """The state from which training can go on, to the bit on the same machine and versions.

        Raises:
            ModelFileError: there is no checkpoint to go on from, or its weights do not fit the plan.
            StorageError: data or results in the run are damaged.
        """
        from core.training.state import RunState

        loaded = self._loaded(to_go_on=True)
        state = RunState(self.plan, self.split, fresh=False, began_on=self.record.device)
        plain = loaded.checkpoint.plain
        try:
            state.restore(loaded.tensors, plain)
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise ModelFileError(
                "model.misfit",
                "the checkpoint does not fit the plan of the run",
                f"{durable.printable_path(self.folder.checkpoints)}, {loaded.checkpoint.name}",
                f"{type(error).__name__}: {str(error)[:200]}",
                "Train the run again with its plan.toml",
            ) from None
        if state.phase == "refit":
            # the weights that the validation part was ranked with are gone; what came of it was written down
            evaluation = self.evaluation("validation")
            if evaluation is not None:
                state.results.model["validation"] = evaluation
        return state


def open_run(path_or_id: str | Path, workspace: Workspace | None = None) -> Run:
    """Open a run by its path, its id or the start of its id.

    Raises:
        UsageError: there is no such run.
        InputError: the path is no run.
        StorageError: its record is damaged or of a newer format.
    """
    folder = (workspace or choose_workspace()).find(str(path_or_id))
    record = read_record(folder)
    try:
        plan = make_plan(record.plan)
    except PlanError as error:
        raise damaged(durable.printable_path(folder.record), error.sentence()) from None
    return Run(str(path_or_id), folder, record, plan)


def trained_for(plan: Plan, workspace: Workspace | None = None, split: Split | None = None) -> Trained:
    """The trained models that a plan starts from, by role; empty when it starts from none.

    Args:
        split: what the plan is to be trained on. A row of a table must stand for the same user or item in all runs,
            and what is held out here must not have been learned there.

    Raises:
        PlanError: a run knows other users or items, or learned from other events.
    """
    from core.training.starting import runs_to_start_from

    runs = {role: open_run(name, workspace) for role, name in runs_to_start_from(plan).items()}
    for role, run in runs.items():
        if split is not None:
            check_start(plan, role, run, split)
    return {role: (run.plan.model.name, run.model) for role, run in runs.items()}


def check_start(plan: Plan, role: str, run: Run, split: Split) -> None:
    """Refuse to start from a run that knows other users or items, or that learned from other events than this one will.

    Raises:
        PlanError: with what differs.
    """
    own, data = run.interactions, split.interactions
    where = f"model {plan.model.name}"
    if not (own.users.ids.equals(data.users.ids) and own.items.ids.equals(data.items.ids)):
        raise PlanError(
            code="plan.start",
            what=f"start_{role} was trained on other users or items",
            where=where,
            why="Its rows would stand for others here",
            remedy="Train it on the same data, cleaned in the same way",
        )
    learned, train = run.trained_on, split.train
    if not (np.array_equal(learned.users, train.users) and np.array_equal(learned.items, train.items)):
        raise PlanError(
            code="plan.start",
            what=f"start_{role} was trained on another training part",
            where=where,
            why="What is held out here could have been learned there, and the figures would be too good",
            remedy="Train it with the same split and seed",
        )


def _under(tensors: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}
