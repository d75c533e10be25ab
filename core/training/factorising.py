"""The compiled way to learn: SGD on matrix factorisation, one triple at a time, without autograd."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from core.data.interactions import Events
from core.kernels.descent import Descent, Steps
from core.kernels.factorisation import LOSS_CODES, Tables
from core.models.base import RankingModel
from core.models.factorisation import Factorisation
from core.seeding import key
from core.training.learner import Step
from core.training.optimisers import rate_factor
from core.training.plan import Plan


def kernel_fits(plan: Plan, device: torch.device) -> bool:
    """Whether the compiled kernel computes what the plan asks for."""
    if plan.loss is None or plan.sampler is None or plan.model.name != "mf":
        return False
    wanted = "warp" if plan.loss.name == "warp" else "uniform"
    optimiser = plan.optimiser
    return (
        device.type == "cpu"
        and plan.loss.name in LOSS_CODES
        and plan.sampler.name == wanted
        and plan.model.settings.similarity == "dot"
        and optimiser.name == "sgd"
        and not optimiser.momentum
        and not optimiser.clip
    )


class KernelLearner:
    """Walks blocks of positives; the tables share their memory with the model's parameters."""

    name = "kernel"

    def __init__(self, plan: Plan, train: Events, model: RankingModel, device: torch.device) -> None:
        assert plan.loss is not None
        assert plan.sampler is not None
        assert isinstance(model, Factorisation)
        self.plan = plan
        bias = model.item_bias
        tables = Tables(
            model.user_factors.weight.detach().numpy(),
            model.item_factors.weight.detach().numpy(),
            torch.empty(0).numpy() if bias is None else bias.detach().numpy(),
        )
        steps = Steps(
            loss=plan.loss.name,
            negatives=getattr(plan.sampler.settings, "negatives", 1),
            l2=plan.optimiser.l2,
            margin=getattr(plan.loss.settings, "margin", 1.0),
            trials=getattr(plan.sampler.settings, "trials", 50),
            threads=plan.training.threads,
            lock_free=not plan.training.reproducible,
        )
        self.descent = Descent(tables, train, steps, key(plan.seed, "descent"))
        self.steps = len(self.descent.blocks(1))
        self.rows = len(train)

    def epoch(self, number: int, first_step: int = 0) -> Iterator[Step]:
        """Take the blocks of an epoch."""
        for at, block in enumerate(self.descent.blocks(number)):
            if at < first_step:
                continue
            report = self.descent.run(block, self.rate(number - 1 + at / self.steps))
            yield Step(
                report.loss / max(report.triples, 1),
                report.positives,
                report.skipped,
                lambda report=report: tuple(report.histogram.tolist()),  # type: ignore[misc]
            )

    def rate(self, epoch: float) -> float:
        """Learning rate after so many epochs."""
        settings = self.plan.optimiser
        return settings.learning_rate * rate_factor(settings, epoch, self.plan.training.epochs)

    def tensors(self) -> dict[str, Tensor]:
        """None: SGD remembers nothing, and every draw follows from the seed, the epoch and the positive."""
        return {}

    def plain(self) -> dict[str, Any]:
        """None."""
        return {}

    def restore(self, tensors: dict[str, Tensor], plain: dict[str, Any]) -> None:
        """Nothing to take back: the weights are the model's."""

    def close(self) -> None:
        """End the threads of the kernel."""
        self.descent.close()
