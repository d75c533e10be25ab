"""Many steps a call: what single steps with autograd's objective and Adam give, told and kept as they are."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
import torch

from core.training.events import RunCompleted, RunFailed, StepsDone
from core.training.learner import GradientLearner
from core.training.loop import train
from core.training.plan import Plan, make_plan
from core.training.state import RunState
from core.training.tiled_steps import TiledSteps
from tests.core.training.boards import chance, checkerboard, events_of

TOWERS: dict[str, Any] = {"neumf": {"tower": [8, 4]}, "mlp": {"tower": [6]}, "gmf": {}}


def plan_of(model: str, loss: str = "bce", optimiser: dict[str, Any] | None = None, **training: Any) -> Plan:
    return make_plan(
        {
            "model": {"name": model, "factors": 4, **TOWERS[model]},
            "loss": {"name": loss},
            "optimiser": {"name": "adam", "learning_rate": 0.002, "l2": 0.02, **(optimiser or {})},
            "sampler": {"negatives": 3},
            "training": {"epochs": 2, "batch_size": 9, "patience": 0, "report_every": 0, **training},
            "evaluation": {"bootstrap": 0, "final": False},
        }
    )


def tiled_of(state: RunState) -> TiledSteps | None:
    assert isinstance(state.learner, GradientLearner)
    return state.learner.tiled


def trained(plan: Plan) -> tuple[RunState, list[StepsDone]]:
    split = chance()
    state = RunState(plan, split)
    return state, [event for event in train(plan, split, state) if isinstance(event, StepsDone)]


@pytest.mark.parametrize("loss", ["bpr", "hinge", "bce"])
@pytest.mark.parametrize("model", ["neumf", "mlp", "gmf"])
@pytest.mark.parametrize(
    "optimiser",
    [
        {},
        {"l2": 0.0, "weight_decay": 0.01},
        {"name": "adamw", "weight_decay": 0.1, "schedule": "cosine", "warmup": 0.2},
    ],
)
def test_that_many_steps_a_call_are_those_of_autograd(
    model: str, loss: str, optimiser: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_of(model, loss, optimiser)
    ours, told = trained(plan)
    monkeypatch.setattr("core.training.learner.tiled_steps_for", lambda *_: None)
    monkeypatch.setattr("core.training.objectives.direct_for", lambda *_: None)
    plain, expected = trained(plan)
    assert tiled_of(ours) is not None
    assert tiled_of(plain) is None
    # a bias that all logits share has no gradient in a difference: what Adam makes of its rounding is no figure
    shared = () if loss == "bce" else ("output.bias",)
    for (name, mine), theirs in zip(ours.model.state_dict().items(), plain.model.state_dict().values(), strict=True):
        if name not in shared:
            torch.testing.assert_close(mine, theirs, rtol=1e-3, atol=2e-4)
    # the optimiser's moments and counts have the names and sizes that a checkpoint has always had
    mine, theirs = (state.learner.tensors() for state in (ours, plain) if state.learner is not None)
    assert mine.keys() == theirs.keys()
    assert [float(mine[name]) for name in mine if name.endswith("step")] == [
        float(theirs[name]) for name in theirs if name.endswith("step")
    ]
    # what is told at the same steps is the same
    by_place = {(event.epoch, event.step): event for event in expected}
    assert [event.step for event in told if event.epoch == 1][-1] == expected[-1].step
    for event in told:
        other = by_place[event.epoch, event.step]
        assert sum(abs(a - b) for a, b in zip(event.histogram, other.histogram, strict=True)) <= 2
    for epoch in (1, 2):
        sums = [sum(event.loss * event.examples for event in some if event.epoch == epoch) for some in (told, expected)]
        assert sums[0] == pytest.approx(sums[1], rel=1e-3)


def test_that_a_run_goes_on_from_every_portion_to_the_same_bits() -> None:
    split, plan = chance(), plan_of("neumf", batch_size=2)
    whole = RunState(plan, split)
    snapshots = []
    for event in train(plan, split, whole):
        if isinstance(event, StepsDone) and event.epoch == 1:
            snapshots.append(({name: value.clone() for name, value in whole.tensors().items()}, whole.plain()))
    tiled = tiled_of(whole)
    assert tiled is not None
    assert tiled.together > 1
    assert len(snapshots) >= 8
    for snapshot in snapshots[:: max(len(snapshots) // 4, 1)]:
        restored = RunState(plan, split)
        restored.restore(*snapshot)
        assert isinstance([*train(plan, split, restored)][-1], RunCompleted)
        for name, value in whole.model.state_dict().items():
            assert torch.equal(value, restored.model.state_dict()[name]), name


def test_that_steps_from_within_a_portion_are_those_of_the_whole() -> None:
    """A checkpoint of an older version may stand at any step."""
    split, plan = chance(), plan_of("gmf", batch_size=2)
    one, other = RunState(plan, split), RunState(plan, split)
    tiled, late = tiled_of(one), tiled_of(other)
    assert tiled is not None
    assert late is not None
    tiled.together = 1
    for _ in tiled.epoch(1, 0, lambda _: 0.01):
        pass
    late.together = 3
    portions = [*late.epoch(1, 0, lambda _: 0.01)]
    assert sum(each.steps for each in portions) == one.learner.steps  # type: ignore[union-attr]
    for mine, theirs in zip(one.model.parameters(), other.model.parameters(), strict=True):
        assert torch.equal(mine, theirs)
    assert next(late.epoch(2, 2, lambda _: 0.01)).steps == 1


def test_that_a_loss_that_is_no_number_ends_the_portion_at_its_step() -> None:
    split, plan = chance(), plan_of("gmf", batch_size=2)
    state = RunState(plan, split)
    with torch.no_grad():
        state.model.state_dict()["item_factors.weight"].fill_(torch.nan)
    tiled = tiled_of(state)
    assert tiled is not None
    portion = next(tiled.epoch(1, 0, lambda _: 0.01))
    assert portion.steps == 1
    assert math.isnan(portion.loss)
    failed = [*train(plan, split, state)][-1]
    assert isinstance(failed, RunFailed)
    assert failed.code == "training.diverged"


def test_that_users_who_have_seen_everything_are_counted() -> None:
    everything = [(user, item) for user in range(4) for item in range(4)]
    split = dataclasses.replace(checkerboard(4), train=events_of(everything, 4, 4), test=events_of([], 4, 4))
    state = RunState(plan_of("gmf", optimiser={"l2": 0.0, "weight_decay": 0.0}), split)
    before = [parameter.detach().clone() for parameter in state.model.parameters()]
    tiled = tiled_of(state)
    assert tiled is not None
    portions = [*tiled.epoch(1, 0, lambda _: 0.01)]
    assert sum(portion.skipped for portion in portions) == 16
    assert np.isnan(portions[0].differences().numpy()).all()
    for mine, old in zip(state.model.parameters(), before, strict=True):
        assert torch.equal(mine, old)


@pytest.mark.parametrize(
    "other",
    [
        {"optimiser": {"name": "sgd"}},
        {"optimiser": {"clip": 1.0}},
        {"sampler": {"name": "popularity"}},
        {"loss": {"name": "softmax"}},
        {"model": {"name": "neumf", "dropout": 0.1}},
    ],
)
def test_that_all_else_goes_step_by_step(other: dict[str, dict[str, Any]]) -> None:
    values: dict[str, dict[str, Any]] = {"model": {"name": "neumf"}, "loss": {"name": "bce"}, **other}
    assert tiled_of(RunState(make_plan(values), chance())) is None
