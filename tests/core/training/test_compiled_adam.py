"""The compiled Adam: torch's steps to rounding, torch's state to the name."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from core.training.compiled_adam import CompiledAdam
from core.training.optimisers import make_optimisers
from core.training.plan import make_plan
from core.training.state import RunState
from tests.core.training.boards import chance


def groups_of(seed: int) -> list[dict[str, Any]]:
    generator = torch.Generator().manual_seed(seed)
    shapes = [[(7, 5), (130,)], [(3,), ()]]
    parameters = [[nn.Parameter(torch.randn(shape, generator=generator)) for shape in some] for some in shapes]
    return [{"params": parameters[0], "weight_decay": 0.1}, {"params": parameters[1], "weight_decay": 0.0}]


def all_of(groups: list[dict[str, Any]]) -> list[nn.Parameter]:
    return [parameter for group in groups for parameter in group["params"]]


def give_gradients(groups: list[dict[str, Any]], step: int) -> None:
    generator = torch.Generator().manual_seed(step)
    for number, parameter in enumerate(all_of(groups)):
        drawn = torch.randn(parameter.shape, generator=generator) * 10.0 ** (number - 2)
        # the second has no gradient at first: it counts its own steps
        parameter.grad = None if number == 1 and step < 2 else drawn


@pytest.mark.parametrize("kind", [torch.optim.Adam, torch.optim.AdamW])
def test_that_steps_and_state_are_those_of_torch(kind: type[torch.optim.Adam]) -> None:
    mine, theirs = groups_of(1), groups_of(1)
    compiled = CompiledAdam(mine, 0.01, decoupled=kind is torch.optim.AdamW)
    torchs = kind(theirs, lr=0.01, fused=True)
    for step in range(6):
        for group in (*compiled.param_groups, *torchs.param_groups):
            group["lr"] = 0.01 / (1 + step)
        give_gradients(mine, step)
        give_gradients(theirs, step)
        compiled.advance()
        torchs.step()
        for one, other in zip(all_of(mine), all_of(theirs), strict=True):
            torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-7)
    found, wanted = compiled.state_dict()["state"], torchs.state_dict()["state"]
    assert found.keys() == wanted.keys()
    for number, state in wanted.items():
        assert found[number].keys() == state.keys()
        for name, value in state.items():
            torch.testing.assert_close(found[number][name], value, rtol=1e-5, atol=1e-7)
    assert float(found[1]["step"]) == 4


def test_that_what_torch_saved_is_gone_on_with() -> None:
    theirs, mine = groups_of(1), groups_of(1)
    torchs = torch.optim.Adam(theirs, lr=0.01, fused=True)
    compiled = CompiledAdam(mine, 0.01, decoupled=False)
    # it has steps of its own behind it, which must be forgotten
    give_gradients(mine, 9)
    compiled.advance()
    for step in range(3):
        give_gradients(theirs, step)
        torchs.step()
    with torch.no_grad():
        for one, other in zip(all_of(mine), all_of(theirs), strict=True):
            one.copy_(other)
    saved = {number: {name: value.clone() for name, value in state.items()} for number, state in _state(torchs).items()}
    compiled.load_state_dict({"state": saved, "param_groups": compiled.state_dict()["param_groups"]})
    for step in range(3, 5):
        give_gradients(mine, step)
        give_gradients(theirs, step)
        compiled.advance()
        torchs.step()
    for one, other in zip(all_of(mine), all_of(theirs), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-7)


def _state(optimiser: torch.optim.Optimizer) -> dict[int, dict[str, torch.Tensor]]:
    found: dict[int, dict[str, torch.Tensor]] = optimiser.state_dict()["state"]
    return found


def test_that_tensors_with_gaps_are_stepped_by_torch() -> None:
    mine, theirs = groups_of(1), groups_of(1)
    compiled, torchs = CompiledAdam(mine, 0.01, decoupled=False), torch.optim.Adam(theirs, lr=0.01, fused=True)
    for groups in (mine, theirs):
        give_gradients(groups, 2)
        first = all_of(groups)[0]
        assert first.grad is not None
        first.grad = first.grad.T.contiguous().T
    compiled.advance()
    torchs.step()
    for one, other in zip(all_of(mine), all_of(theirs), strict=True):
        torch.testing.assert_close(one, other)


def test_that_what_is_not_a_number_stays() -> None:
    weight = nn.Parameter(torch.ones(40))
    weight.grad = torch.zeros(40)
    weight.grad[7], weight.grad[8] = torch.nan, torch.inf
    CompiledAdam([{"params": [weight], "weight_decay": 0.0}], 0.1, decoupled=False).advance()
    assert torch.isnan(weight).nonzero().flatten().tolist() == [7, 8]


def test_that_large_models_are_stepped_by_torch_and_small_ones_by_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = make_plan({"model": {"name": "gmf"}, "optimiser": {"name": "adam"}})
    model = RunState(plan, chance()).model
    size = sum(parameter.numel() for parameter in model.parameters())
    for largest, compiled in ((size, True), (size - 1, False)):
        monkeypatch.setattr("core.training.optimisers.LARGEST", largest)
        (optimiser,) = make_optimisers(plan, model)
        assert isinstance(optimiser, CompiledAdam) is compiled
