"""Losses with a derivative of their own: equal to autograd through the loss itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from core.losses import LOSSES
from core.losses.scores import Scores
from core.losses.settings import HingeSettings, NoSettings
from core.training.by_hand import KNOWN, KnownLoss, first_differences
from core.training.loop import train
from core.training.objectives import RankingObjective
from core.training.plan import make_plan
from core.training.state import RunState
from tests.core.training.boards import chance

SETTINGS: dict[str, Any] = {"hinge": HingeSettings(margin=0.7)}


def by_autograd(
    name: str, logits: Tensor, norms: tuple[Tensor, Tensor], targets: int, valid: Tensor, l2: float
) -> tuple[Tensor, list[Tensor]]:
    leaves = [each.clone().requires_grad_() for each in (logits, *norms)]
    lines, n = len(logits), logits.shape[1] // targets - 1
    scores = Scores(
        positive=leaves[0][:, :targets].reshape(-1), negative=leaves[0][:, targets:].reshape(-1, n), valid=valid
    )
    loss = LOSSES[name].load()(scores, SETTINGS.get(name, NoSettings()))
    each = leaves[1].unsqueeze(1) + leaves[2][:, :targets] + leaves[2][:, targets:].view(lines, targets, n).mean(2)
    counted = valid.view(lines, targets)
    loss = loss + l2 / 2 * torch.where(counted, each, 0.0).sum() / counted.sum().clamp(min=1)
    loss.backward()
    return loss.detach(), [torch.zeros_like(leaf) if leaf.grad is None else leaf.grad for leaf in leaves]


@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.parametrize(("lines", "targets", "n"), [(300, 1, 1), (40, 1, 7), (40, 3, 2), (1, 1, 1)])
@pytest.mark.parametrize("transposed", [True, False])
@pytest.mark.parametrize("l2", [0.0, 0.3])
def test_that_value_and_slopes_are_those_of_autograd_through_the_loss(
    name: str, lines: int, targets: int, n: int, transposed: bool, l2: float
) -> None:
    generator = torch.Generator().manual_seed(2)
    shape = (lines, targets * (1 + n))
    logits = torch.randn(shape, generator=generator) * 8
    norms = torch.rand(lines, generator=generator), torch.rand(shape, generator=generator)
    valid = torch.rand(lines * targets, generator=generator) < 0.8
    wanted, slopes = by_autograd(name, logits, norms, targets, valid, l2)
    if transposed:
        logits, norms = logits.T.contiguous().T, (norms[0], norms[1].T.contiguous().T)
    found = KnownLoss(name, SETTINGS.get(name, NoSettings()), l2)(logits, *norms, targets, valid.numpy())
    assert found.loss == pytest.approx(float(wanted), rel=1e-5)
    for mine, theirs in zip((found.of_logits, found.of_users, found.of_items), slopes, strict=True):
        torch.testing.assert_close(torch.from_numpy(np.ascontiguousarray(mine)), theirs, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("name", KNOWN)
def test_that_extreme_logits_neither_overflow_nor_hide_what_is_not_a_number(name: str) -> None:
    far = torch.tensor([[500.0, -500.0], [-500.0, 500.0], [0.0, 0.0], [30.0, -30.0], [-15.0, 15.0]])
    norms = torch.zeros(5), torch.zeros(5, 2)
    valid = torch.ones(5, dtype=torch.bool)
    wanted, slopes = by_autograd(name, far, norms, 1, valid, 0.0)
    known = KnownLoss(name, SETTINGS.get(name, NoSettings()), 0.0)
    found = known(far, *norms, 1, valid.numpy())
    assert found.loss == pytest.approx(float(wanted), rel=1e-5)
    torch.testing.assert_close(torch.from_numpy(found.of_logits), slopes[0], rtol=1e-5, atol=1e-9)
    far[2, 0] = torch.nan
    assert np.isnan(known(far, *norms, 1, valid.numpy()).loss)
    # a row that does not count is not looked at
    valid[2] = False
    assert np.isfinite(known(far, *norms, 1, valid.numpy()).loss)


def test_that_nothing_counts_without_a_valid_row() -> None:
    found = KnownLoss("bpr", NoSettings(), 0.1)(
        torch.ones(3, 2), torch.ones(3), torch.ones(3, 2), 1, np.zeros(3, np.bool_)
    )
    assert found.loss == 0
    assert not found.of_logits.any()
    assert not found.of_users.any()
    assert not found.of_items.any()


def test_that_differences_are_of_the_first_negative_and_only_where_they_count() -> None:
    logits = torch.tensor([[1.0, 2.0, 0.5, 9.0, 0.25, 9.0], [3.0, 4.0, 1.0, 9.0, 2.0, 9.0]])
    found = first_differences(logits, 2, np.array([True, True, False, True]))
    torch.testing.assert_close(found[:, 0], torch.tensor([0.5, 1.75, torch.nan, 2.0]), equal_nan=True)


@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.parametrize("model", ["neumf", "gmf", "mlp", "caser"])
def test_that_a_run_learns_as_it_does_by_autograd(model: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    own: dict[str, Any] = {
        "neumf": {"tower": [8, 4]},
        "mlp": {"tower": [6]},
        "gmf": {},
        "caser": {"window": 3, "targets": 2, "horizontal_filters": 4, "dropout": 0.3},
    }
    plan = make_plan(
        {
            "model": {"name": model, "factors": 4, **own[model]},
            "loss": {"name": name},
            "optimiser": {"name": "sgd", "learning_rate": 0.1, "l2": 0.02, "weight_decay": 0.01},
            "sampler": {"negatives": 3},
            "training": {"epochs": 2, "batch_size": 50, "patience": 0, "report_every": 0},
            "evaluation": {"bootstrap": 0, "final": False},
        }
    )
    split = chance()

    def trained() -> tuple[RunState, list[Any]]:
        state = RunState(plan, split)
        return state, [event for event in train(plan, split, state) if hasattr(event, "histogram")]

    ours, told = trained()
    monkeypatch.setattr("core.training.objectives.KNOWN", ())
    plain, expected = trained()
    assert isinstance(ours.learner.objective, RankingObjective)  # type: ignore[union-attr]
    by_hand = [state.learner.objective.known is not None for state in (ours, plain)]  # type: ignore[union-attr]
    assert by_hand == [True, False]
    for mine, theirs in zip(ours.model.parameters(), plain.model.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-3, atol=1e-5)
    # what is told is the same too: losses, counts, what was skipped and the differences
    assert [each.examples for each in told] == [each.examples for each in expected]
    assert [each.loss for each in told] == pytest.approx([each.loss for each in expected], rel=1e-4)
    for one, other in zip(told, expected, strict=True):
        assert sum(abs(a - b) for a, b in zip(one.histogram, other.histogram, strict=True)) <= 2
