"""Optimisers from a plan: embedding tables apart from dense layers, lazy rows where tables are large."""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

import torch
from torch import nn
from torch.optim import Optimizer

from core.errors import PlanError
from core.models.base import RankingModel
from core.training.compiled_adam import LARGEST, CompiledAdam, fits
from core.training.plan import Plan
from core.training.settings import OptimiserSettings

Kind = TypeVar("Kind", bound=Optimizer)

SPARSE_FROM = 8_000_000
"""Numbers in all tables from which lazy rows beat a dense update (measured: a dense Adam step over them costs more than
the batch itself)."""


def lazy_rows(settings: OptimiserSettings, model: RankingModel) -> bool:
    """Whether only the embedding rows that a batch used are updated."""
    if settings.sparse == "on" and settings.clip:
        raise PlanError(
            code="plan.sparse-clip",
            what="clip does not go with sparse rows",
            where="optimiser",
            why="The length of the whole gradient is not known when only some rows have one",
            remedy="Set sparse to off or clip to 0",
        )
    size = sum(parameter.numel() for parameter in model.tables())
    wanted = settings.sparse == "on" or (settings.sparse == "auto" and not settings.clip and size >= SPARSE_FROM)
    return wanted and not (settings.name == "sgd" and settings.momentum)


def untraced(kind: type[Kind]) -> type[Kind]:
    """The same optimiser, which does not load torch's compiler: 1.6 s, a quarter of a short run, for nothing.

    Torch wraps the methods of its optimisers so that the compiler knows not to trace them, and each wrapper loads it
    when it is called. Here the step goes around its wrapper, and for the others it is written down that they need not
    be wrapped. Where a later torch does this in another way, nothing is changed but the time.
    """
    for name in ("add_param_group", "zero_grad", "state_dict", "load_state_dict"):
        method = getattr(getattr(Optimizer, name, None), "__wrapped__", None)
        if method is not None and "torch._dynamo" not in sys.modules and not hasattr(method, "__dynamo_disable"):
            setattr(method, "__dynamo_disable", method)
    bare = inspect.unwrap(kind.step)

    def step(self: Kind, closure: Callable[[], float] | None = None) -> Any:
        with torch.no_grad():
            return bare(self, closure)

    return cast(type[Kind], type(kind.__name__, (kind,), {"step": step}))


def make_optimisers(plan: Plan, model: RankingModel) -> list[Optimizer]:
    """One optimiser, or two where embedding rows are updated lazily.

    Weight decay acts on the dense layers only; biases (vectors) and embedding tables are left out: the rows used are
    decayed by the L2 term of the loss.
    """
    settings = plan.optimiser
    lazy = lazy_rows(settings, model)
    for module in model.modules():
        if isinstance(module, nn.Embedding):
            module.sparse = lazy
    tables = {id(parameter) for parameter in model.tables()}
    rows = [p for p in model.parameters() if id(p) in tables]
    layers = [p for p in model.parameters() if id(p) not in tables and p.ndim > 1]
    vectors = [p for p in model.parameters() if id(p) not in tables and p.ndim <= 1]
    groups: list[dict[str, Any]] = [
        {"params": layers, "weight_decay": settings.weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
    if not lazy:
        groups.append({"params": rows, "weight_decay": 0.0})
    groups = [group for group in groups if group["params"]]
    if not settings.weight_decay:
        # a group costs a call of its own in every step
        groups = [{"params": [each for group in groups for each in group["params"]], "weight_decay": 0.0}]
    found = [_dense(settings, groups)] if groups else []
    if lazy and rows:
        # said aloud, since torch otherwise warns that it checks nothing
        torch.sparse.check_sparse_tensor_invariants.disable()  # type: ignore[no-untyped-call]
        found.append(_lazy(settings, rows))
    return found


def _dense(settings: OptimiserSettings, groups: list[dict[str, Any]]) -> Optimizer:
    rate = settings.learning_rate
    if settings.name == "sgd":
        return untraced(torch.optim.SGD)(groups, lr=rate, momentum=settings.momentum, fused=True)
    if settings.name == "adagrad":
        return untraced(torch.optim.Adagrad)(groups, lr=rate)
    parameters = [parameter for group in groups for parameter in group["params"]]
    if all(fits(each) for each in parameters) and sum(each.numel() for each in parameters) <= LARGEST:
        return untraced(CompiledAdam)(groups, rate, decoupled=settings.name == "adamw")
    kind = torch.optim.AdamW if settings.name == "adamw" else torch.optim.Adam
    return untraced(kind)(groups, lr=rate, fused=True)


def _lazy(settings: OptimiserSettings, rows: Iterable[nn.Parameter]) -> Optimizer:
    rate = settings.learning_rate
    if settings.name == "sgd":
        return untraced(torch.optim.SGD)(rows, lr=rate)
    if settings.name == "adagrad":
        return untraced(torch.optim.Adagrad)(rows, lr=rate)
    return untraced(torch.optim.SparseAdam)(list(rows), lr=rate)


def rate_factor(settings: OptimiserSettings, epoch: float, epochs: int) -> float:
    """What the learning rate is multiplied by.

    Args:
        epoch: epochs done so far, with the part of the one in hand: 0 at the start.
        epochs: epochs planned.
    """
    progress = min(epoch / epochs, 1.0)
    if progress < settings.warmup:
        return max(progress / settings.warmup, 1e-3)
    past = (progress - settings.warmup) / max(1 - settings.warmup, 1e-9)
    if settings.schedule == "linear":
        return max(1 - past, 0.0)
    if settings.schedule == "cosine":
        return 0.5 * (1 + math.cos(math.pi * past))
    if settings.schedule == "step":
        return float(settings.step_factor ** (int(epoch) // settings.step_every))
    return 1.0
