"""What the loop asks of a way to learn, and the one that follows gradients."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from core.data.interactions import Events
from core.models.base import RankingModel, SeededDropout
from core.seeding import key
from core.training.compiled_adam import CompiledAdam
from core.training.events import HISTOGRAM_BINS, HISTOGRAM_RANGE
from core.training.objectives import objective_for
from core.training.optimisers import make_optimisers, rate_factor
from core.training.plan import Plan
from core.training.tiled_steps import TiledSteps, tiled_steps_for


@dataclass(frozen=True)
class Step:
    """One step done, or some.

    Attributes:
        loss: mean over the examples; a tensor on the device, read only when it is reported.
        examples: positives (or entries).
        skipped: rows without a negative.
        histogram: counts of s⁺ − s⁻ of the last step, computed when called (a CPU-GPU sync point).
        steps: how many.
    """

    loss: Tensor | float
    examples: int
    skipped: Tensor | int
    histogram: Callable[[], tuple[int, ...]]
    steps: int = 1


class Learner(Protocol):
    """A way to learn: gradients, or a compiled kernel."""

    name: str
    steps: int
    rows: int

    def epoch(self, number: int, first_step: int = 0) -> Iterator[Step]:
        """Take the steps of an epoch, numbered from 1; ``first_step`` steps were taken before."""
        ...

    def rate(self, epoch: float) -> float:
        """Learning rate after so many epochs."""
        ...

    def tensors(self) -> dict[str, Tensor]:
        """Optimiser state as named tensors."""
        ...

    def plain(self) -> dict[str, Any]:
        """Optimiser and generator state as plain values."""
        ...

    def restore(self, tensors: dict[str, Tensor], plain: dict[str, Any]) -> None:
        """Take back what ``tensors`` and ``plain`` gave."""
        ...

    def close(self) -> None:
        """End its threads, where it has any; it can be used again."""
        ...


class GradientLearner:
    """Autograd over batches."""

    name = "gradient"

    def __init__(self, plan: Plan, train: Events, model: RankingModel, device: torch.device) -> None:
        self.plan, self.model, self.device = plan, model, device
        self.objective = objective_for(plan, train, model, device)
        self.optimisers = make_optimisers(plan, model)
        self.steps, self.rows = self.objective.steps, self.objective.rows
        self.tiled = tiled_steps_for(plan, train, self.objective, self.optimisers)
        self.generator = torch.Generator(device)
        for module in model.modules():
            if isinstance(module, SeededDropout):
                module.generator = self.generator
        mixed = device.type == "cuda" and plan.training.precision != "float32"
        self.number_format = {"bf16": torch.bfloat16, "fp16": torch.float16}[plan.training.precision] if mixed else None
        self.forward_format = torch.autocast(device.type, self.number_format) if mixed else contextlib.nullcontext()
        self.scaler = torch.amp.GradScaler(device.type, enabled=self.number_format is torch.float16)

    def epoch(self, number: int, first_step: int = 0) -> Iterator[Step]:
        """Take the steps of an epoch."""
        self.model.train()
        if first_step == 0:
            self.generator.manual_seed(key(self.plan.seed, "dropout", number))
        if self.tiled is not None:
            yield from self._portions(self.tiled, number, first_step)
            return
        for at, forward in enumerate(self.objective.outcomes(number, first_step), first_step):
            self._set_rate(self.rate(number - 1 + at / self.steps))
            with self.forward_format:
                outcome = forward()
            if outcome.backward is not None:
                outcome.backward()
            else:
                self._backward(outcome.loss)
            self._advance()
            differences = outcome.differences
            yield Step(
                outcome.loss.detach() if isinstance(outcome.loss, Tensor) else outcome.loss,
                outcome.examples,
                0 if outcome.skipped is None else outcome.skipped,
                lambda differences=differences: difference_histogram(differences),  # type: ignore[misc]
            )

    def _portions(self, tiled: TiledSteps, number: int, first_step: int) -> Iterator[Step]:
        """As ``epoch``, many steps a call."""
        for portion in tiled.epoch(number, first_step, lambda step: self.rate(number - 1 + step / self.steps)):
            yield Step(
                portion.loss,
                portion.examples,
                portion.skipped,
                lambda portion=portion: difference_histogram(portion.differences),  # type: ignore[misc]
                portion.steps,
            )

    def _backward(self, loss: Tensor | float) -> None:
        assert isinstance(loss, Tensor)
        for optimiser in self.optimisers:
            optimiser.zero_grad(set_to_none=True)
        self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]

    def _advance(self) -> None:
        clip = self.plan.optimiser.clip
        for optimiser in self.optimisers:
            if clip:
                self.scaler.unscale_(optimiser)
                torch.nn.utils.clip_grad_norm_(self.model.parameters(), clip)
            if isinstance(optimiser, CompiledAdam):
                optimiser.advance()
            else:
                self.scaler.step(optimiser)
        self.scaler.update()

    def rate(self, epoch: float) -> float:
        """Learning rate after so many epochs."""
        settings = self.plan.optimiser
        return settings.learning_rate * rate_factor(settings, epoch, self.plan.training.epochs)

    def _set_rate(self, rate: float) -> None:
        if self.plan.model.name == "mf" and self.plan.optimiser.name == "sgd":
            # plain SGD of matrix factorisation steps by single triples (Rendle et al. 2009); the mean over a batch
            # would shrink its steps by the size of the batch
            rate *= self.plan.training.batch_size
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate

    def tensors(self) -> dict[str, Tensor]:
        """Moments of the optimisers, ``optimiser.<number>.<parameter>.<name>``, and the dropout generator."""
        found = {"generator.dropout": self.generator.get_state()}
        for number, optimiser in enumerate(self.optimisers):
            for parameter, state in optimiser.state_dict()["state"].items():
                for name, value in state.items():
                    tensor = value if isinstance(value, Tensor) else torch.tensor(value)
                    found[f"optimiser.{number}.{parameter}.{name}"] = tensor
        return found

    def plain(self) -> dict[str, Any]:
        """The loss scale; everything else is in tensors or follows from the seed."""
        return {"scaler": self.scaler.state_dict()} if self.scaler.is_enabled() else {}

    def restore(self, tensors: dict[str, Tensor], plain: dict[str, Any]) -> None:
        """Take back the moments and the dropout generator."""
        self.generator.set_state(tensors["generator.dropout"].cpu())
        for number, optimiser in enumerate(self.optimisers):
            state: dict[int, dict[str, Any]] = {}
            for name, tensor in tensors.items():
                parts = name.split(".", 3)
                if parts[0] == "optimiser" and int(parts[1]) == number:
                    # SparseAdam counts its steps in a plain integer
                    value: Any = (
                        int(tensor) if isinstance(optimiser, torch.optim.SparseAdam) and parts[3] == "step" else tensor
                    )
                    state.setdefault(int(parts[2]), {})[parts[3]] = value
            optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})
        if "scaler" in plain:
            self.scaler.load_state_dict(plain["scaler"])

    def close(self) -> None:
        """It has no threads of its own."""


def difference_histogram(given: Callable[[], Tensor] | None) -> tuple[int, ...]:
    """64 counts of s⁺ − s⁻ over [-8, 8], what lies outside in the outermost bins; empty without differences."""
    differences = None if given is None else given()
    if differences is None or not differences.numel():
        return ()
    low, high = HISTOGRAM_RANGE
    inside = differences.float().flatten().clamp(low, high)
    inside = inside[torch.isfinite(inside)].cpu()
    return tuple(int(count) for count in torch.histc(inside, HISTOGRAM_BINS, low, high))
