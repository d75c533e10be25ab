"""The state of a run: model, optimiser, generators, early stopping; taken at any yield, restored into a fresh one."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch import Tensor

from core.data.interactions import Events, merge_events
from core.evaluation import Evaluation
from core.models import MODELS
from core.models.base import RankingModel
from core.protocols import check_rankable
from core.splits.split import Split
from core.training.batch_sizes import with_batch_size
from core.training.building import build_model
from core.training.devices import choose_device
from core.training.factorising import KernelLearner, kernel_fits
from core.training.learner import GradientLearner, Learner
from core.training.plan import Plan, check_fit
from core.training.starting import Trained, runs_to_start_from, start_from_trained
from core.training.stopping import Stopping


@dataclass
class Results:
    """Per-user outcomes at the end of a run, by part; empty for a part that was not ranked."""

    model: dict[str, Evaluation] = field(default_factory=dict)
    popularity: dict[str, Evaluation] = field(default_factory=dict)
    random: dict[str, Evaluation] = field(default_factory=dict)


@dataclass
class Tally:
    """What the steps of the epoch in hand gave so far.

    Attributes:
        loss: sum over the examples, in double precision and in the order of the steps; on a device, a tensor there.
        examples: positives, windows' targets or entries.
        skipped: rows without a negative.
    """

    loss: Tensor | float = 0.0
    examples: int = 0
    skipped: Tensor | int = 0


class RunState:
    """What a run has learned and where it stands.

    ``phase`` is ``train``; with ``refit`` a second phase follows in which a fresh model is trained on training and
    validation for as many epochs as were best. ``plan`` is the one given, with what it leaves to the data filled in.

    ``epoch`` counts the epochs that are done and judged, ``step`` the steps of the one in hand. The model holds the
    latest weights, ``best`` those of the best epoch; once a run returned to its best, ``latest`` those of its last
    step.

    Args:
        trained: models that NeuMF starts from, where the plan names any.
        fresh: False when a checkpoint is about to be restored, which has the start from other models in it.
        began_on: device that the run began on, taken where the plan leaves the choice open.

    Raises:
        PlanError: the plan does not fit the data or the machine.
        SplitError: a part is held out of which nobody can be ranked.
    """

    def __init__(
        self, plan: Plan, split: Split, trained: Trained | None = None, *, fresh: bool = True, began_on: str = ""
    ) -> None:
        check_fit(plan, split.train.weights is not None)
        if fresh:
            check_rankable(split, "validation")
        if fresh and plan.evaluation.final:
            check_rankable(split, "test")
        self.plan = plan = with_batch_size(plan, split.train)
        self.split, self.trained = split, trained or {}
        self.device = choose_device(plan.training, began_on)
        torch.set_num_threads(plan.training.threads)
        self.results = Results()
        self.stopping = Stopping(plan.training.stop_on, plan.training.patience)
        self.phase = "train"
        self.epochs = plan.training.epochs
        self.seconds = 0.0
        self.skipped = 0
        self.validation_metrics: dict[str, float] = {}
        self.notes: tuple[str, ...] = ()
        self.start: dict[str, Tensor] = {}
        self.learner: Learner | None = None
        self._begin(split.train, fresh)

    def _begin(self, train: Events, fresh: bool) -> None:
        self.close()
        self.train = train
        self.epoch = 0
        self.step = 0
        self.tally = Tally()
        self.best: dict[str, Tensor] | None = None
        self.latest: dict[str, Tensor] | None = None
        self.model: RankingModel = build_model(self.plan, train)
        if fresh:
            self._start()
        self.model = self.model.to(self.device)
        self.learner = None
        if MODELS[self.plan.model.name].losses:
            learner = KernelLearner if kernel_fits(self.plan, self.device) else GradientLearner
            self.learner = learner(self.plan, train, self.model, self.device)

    def _start(self) -> None:
        """Start from trained models, where the plan names any; a second phase starts from the very same weights."""
        if self.start:
            self.model.load_state_dict(self.start)
            return
        start_from_trained(self.plan, self.model, self.trained)
        if self.split.refit and runs_to_start_from(self.plan):
            self.start = {name: value.detach().clone() for name, value in self.model.state_dict().items()}

    def begin_refit(self, fresh: bool = True) -> None:
        """Start again on training and validation, for as many epochs as gave the weights that were chosen."""
        chosen = self.stopping.best_epoch if self.plan.training.keep_best else 0
        self.phase = "refit"
        self.epochs = chosen or self.epoch
        self._begin(merge_events(self.split.train, self.split.validation), fresh)

    def close(self) -> None:
        """End the threads of the learner; it makes new ones when it is used again."""
        if self.learner is not None:
            self.learner.close()

    @property
    def validates(self) -> bool:
        """Whether epochs are judged on the validation part."""
        return self.phase == "train" and len(self.split.validation) > 0

    def end_epoch(self, epoch: int, seconds: float) -> Tally:
        """Count an epoch as done and judged; gives what its steps gave."""
        tally, self.tally = self.tally, Tally()
        self.epoch, self.step = epoch, 0
        self.skipped += int(tally.skipped)
        self.seconds += seconds
        return tally

    def keep_best(self) -> None:
        """Remember the weights as the best so far, in the memory of those before."""
        if self.best is None:
            self.best = self._weights()
            return
        for name, value in self.model.state_dict().items():
            self.best[name].copy_(value)

    def return_to_best(self) -> None:
        """End with the best weights, where any were kept; the latest ones are put aside."""
        if self.best is not None and self.latest is None and self.plan.training.keep_best:
            self.latest = self._weights()
            self.model.load_state_dict(self.best)

    def _weights(self) -> dict[str, Tensor]:
        return {name: value.detach().clone() for name, value in self.model.state_dict().items()}

    def tensors(self) -> dict[str, Tensor]:
        """Latest weights, best weights and optimiser state, by name."""
        found = {f"model.{name}": value for name, value in (self.latest or self.model.state_dict()).items()}
        found.update({f"best.{name}": value for name, value in (self.best or {}).items()})
        if self.phase == "train":
            found.update({f"start.{name}": value for name, value in self.start.items()})
        if self.learner is not None:
            found.update({f"learner.{name}": value for name, value in self.learner.tensors().items()})
        return found

    def plain(self) -> dict[str, Any]:
        """Where the run stands, as plain values."""
        return {
            "phase": self.phase,
            "epoch": self.epoch,
            "step": self.step,
            "epochs": self.epochs,
            "seconds": self.seconds,
            "skipped": self.skipped,
            "tally": {
                "loss": float(self.tally.loss),
                "examples": self.tally.examples,
                "skipped": int(self.tally.skipped),
            },
            "validation_metrics": self.validation_metrics,
            "notes": list(self.notes),
            "stopping": asdict(self.stopping),
            "learner": self.learner.plain() if self.learner is not None else {},
        }

    def restore(self, tensors: dict[str, Tensor], plain: dict[str, Any]) -> None:
        """Take back what ``tensors`` and ``plain`` gave."""
        self.stopping = Stopping(**plain["stopping"])
        if plain["phase"] == "refit" and self.phase != "refit":
            self.begin_refit(fresh=False)
        self.epoch, self.step, self.epochs = plain["epoch"], plain["step"], plain["epochs"]
        self.seconds, self.skipped = plain["seconds"], plain["skipped"]
        self.tally = Tally(**plain.get("tally", {}))
        self.validation_metrics = plain["validation_metrics"]
        self.notes = tuple(plain.get("notes", ()))
        self.model.load_state_dict(_under(tensors, "model."))
        self.best = _under(tensors, "best.") or None
        self.latest = None
        self.start = _under(tensors, "start.")
        if self.learner is not None:
            self.learner.restore(_under(tensors, "learner."), plain["learner"])


def _under(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}
