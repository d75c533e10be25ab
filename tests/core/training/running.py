"""Short runs of the loop, and what they are compared by."""

from __future__ import annotations

import dataclasses

import torch

from core.models import MODELS
from core.splits.split import Split
from core.training.control import Control
from core.training.events import (
    RunCompleted,
    RunEvent,
)
from core.training.loop import train
from core.training.plan import Plan, make_plan
from core.training.state import RunState

Values = dict[str, dict[str, object]]


def values(model: str = "mf", **training: object) -> Values:
    entry = MODELS[model]
    known = entry.settings.__dataclass_fields__
    small = {"factors": 4, "tower": [8, 4], "window": 3, "targets": 2, "horizontal_filters": 2, "vertical_filters": 2}
    return {
        "model": {"name": model, **{name: value for name, value in small.items() if name in known}},
        "training": {"epochs": 3, "batch_size": 50, "patience": 0, "report_every": 0, **training},
        "evaluation": {"bootstrap": 50},
    }


def plan_of(model: str = "mf", **training: object) -> Plan:
    return make_plan(values(model, **training))


def weights(state: RunState) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in state.model.state_dict().items()}


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def run(plan: Plan, split: Split, control: Control | None = None) -> tuple[RunState, list[RunEvent]]:
    state = RunState(plan, split)
    return state, list(train(plan, split, state, control))


def strip(event: RunEvent) -> RunEvent:
    """The event without what a clock says."""
    timed = {"seconds", "rate", "seconds_left"}
    fields = {each.name for each in dataclasses.fields(event)} & timed
    event = dataclasses.replace(event, **dict.fromkeys(fields, 0.0))
    if isinstance(event, RunCompleted):
        event = RunCompleted({**event.result, "seconds": 0})
    return event
