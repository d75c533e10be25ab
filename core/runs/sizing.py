"""The shapes that a plan's model has, found out without memory for a single one of its numbers."""

from __future__ import annotations

from typing import NamedTuple, cast

import torch
from torch import Tensor

from core.data.interactions import Events
from core.errors import ModelFileError
from core.models import MODELS
from core.models.base import Building
from core.training.plan import Plan

ROOM = 2 << 30
AMPLIFIED = 16
"""A model may take ROOM, and beyond that this many times the size of its weights: what is derived from them."""


class Sizes(NamedTuple):
    """Shape and type of each tensor of the state, and bytes of all that the model holds."""

    tensors: dict[str, tuple[tuple[int, ...], torch.dtype]]
    bytes: int


def sizes_of(plan: Plan, train: Events) -> Sizes:
    """Build a plan's model from the registry on torch's meta device, where tensors have shapes and no values."""
    building = Building(
        settings=plan.model.settings,
        train=train,
        # values are not drawn, and a generator belongs to a device
        generator=cast(torch.Generator, None),
        loss=plan.loss.name if plan.loss else "",
        seed=plan.seed,
    )
    with torch.device("meta"):
        model = MODELS[plan.model.name].load()(building)
    held = [*model.parameters(), *model.buffers()]
    return Sizes(
        {name: (tuple(value.shape), value.dtype) for name, value in model.state_dict().items()},
        sum(each.numel() * each.element_size() for each in held),
    )


def check_sizes(plan: Plan, train: Events, weights: dict[str, Tensor], where: str) -> None:
    """Refuse weights that are not the plan's, and a plan whose model would be far larger than its weights.

    Raises:
        ModelFileError: what differs is listed.
    """
    # a filter bank for each place of the window: one that its weights do not have is not built to be compared
    banks = int(getattr(plan.model.settings, "window", 0)) if getattr(plan.model.settings, "use_horizontal", 0) else 0
    if banks > len(weights):
        raise _misfit(f"The window of the plan has {banks} places, and there are {len(weights)} tensors", where)
    sizes = sizes_of(plan, train)
    wrong = [f"{name} is missing" for name in sizes.tensors if name not in weights]
    wrong += [f"{name[:80]} is unknown" for name in weights if name not in sizes.tensors]
    for name in sizes.tensors.keys() & weights.keys():
        shape, kind = sizes.tensors[name]
        have = weights[name]
        if tuple(have.shape) != shape or have.dtype != kind:
            wrong.append(f"{name} is {have.dtype} {tuple(have.shape)} in place of {kind} {shape}")
    if wrong:
        listed = "; ".join(sorted(wrong)[:12]) + (f"; and {len(wrong) - 12} more" if len(wrong) > 12 else "")
        raise _misfit(listed, where)
    own = sum(each.numel() * each.element_size() for each in weights.values())
    if sizes.bytes > ROOM + AMPLIFIED * own:
        raise ModelFileError(
            "model.too-large",
            f"the model of the plan takes {sizes.bytes / 1e9:,.1f} GB of memory",
            where,
            f"Its weights are {own / 1e6:,.1f} MB",
            "Train it again with smaller values",
        )


def _misfit(why: str, where: str) -> ModelFileError:
    return ModelFileError(
        "model.misfit",
        "the weights do not fit the model of the plan",
        where,
        why,
        "Use the weights that were saved with this plan",
    )
