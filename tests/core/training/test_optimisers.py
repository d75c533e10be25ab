from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import torch
from torch import nn

from core.training.optimisers import untraced

SHORT_LIFE = """
import sys
import torch
from core.training.optimisers import untraced
weights = torch.nn.Parameter(torch.ones(3))
optimiser = untraced(torch.optim.{kind})([weights], lr=0.5)
weights.sum().backward()
optimiser.step()
optimiser.zero_grad(set_to_none=True)
optimiser.load_state_dict(optimiser.state_dict())
print("torch._dynamo" in sys.modules, weights.grad is None, bool((weights < 1).all()))
"""


@pytest.mark.parametrize("kind", ["Adam", "AdamW", "SGD", "Adagrad"])
def test_that_an_optimiser_lives_without_the_compiler_being_loaded(kind: str) -> None:
    code = SHORT_LIFE.format(kind=kind)
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["False", "True", "True"]


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (torch.optim.Adam, {"fused": True}),
        (torch.optim.AdamW, {"fused": True, "weight_decay": 0.3}),
        (torch.optim.SGD, {"fused": True, "momentum": 0.9}),
        (torch.optim.Adagrad, {}),
    ],
)
def test_that_steps_are_those_of_the_optimiser_it_was_made_from(
    kind: type[torch.optim.Optimizer], options: dict[str, Any]
) -> None:
    def weights_after(kind: type[torch.optim.Optimizer]) -> list[float]:
        layer = nn.Linear(2, 1)
        with torch.no_grad():
            layer.weight.fill_(1.0)
        optimiser = kind(layer.parameters(), lr=0.1, **options)  # type: ignore[call-arg]
        for _ in range(3):
            optimiser.zero_grad(set_to_none=True)
            layer(torch.tensor([[1.0, -2.0]])).sum().backward()
            optimiser.step()
        return [float(each) for each in layer.weight.detach().flatten()]

    assert weights_after(untraced(kind)) == weights_after(kind)
    assert weights_after(kind) != [1.0, 1.0]


def test_that_sparse_rows_are_stepped_too() -> None:
    def table_after(kind: type[torch.optim.Optimizer]) -> torch.Tensor:
        table = nn.Embedding(4, 2, sparse=True)
        with torch.no_grad():
            table.weight.fill_(1.0)
        optimiser = kind(table.parameters(), lr=0.1)  # type: ignore[call-arg]
        table(torch.tensor([1, 3])).sum().backward()
        optimiser.step()
        return table.weight.detach()

    after = table_after(untraced(torch.optim.SparseAdam))
    assert torch.equal(after, table_after(torch.optim.SparseAdam))
    assert after[:, 0].tolist() != [1.0] * 4
