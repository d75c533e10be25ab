"""Products with rows of a table: values and gradients against autograd of the plain gather."""

from __future__ import annotations

import pytest
import torch

from core.models.products import table_products


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("shape", [(3, 4), (1, 1), (5, 0), (0, 3)])
def test_that_products_and_gradients_equal_those_of_a_gather(shape: tuple[int, int], sparse: bool) -> None:
    generator = torch.Generator().manual_seed(2)
    table = torch.nn.Embedding(7, 5, sparse=sparse)
    vectors = torch.randn(shape[0], 5, generator=generator, requires_grad=True)
    items = torch.randint(7, shape, generator=generator)
    slopes = torch.randn(shape, generator=generator)
    found = table_products(table, items, vectors)
    (found * slopes).sum().backward()
    gradients = (table.weight.grad, vectors.grad)
    plain_table, plain_vectors = (
        table.weight.detach().clone().requires_grad_(),
        vectors.detach().clone().requires_grad_(),
    )
    expected = torch.einsum("rnw,rw->rn", plain_table[items], plain_vectors)
    (expected * slopes).sum().backward()
    assert torch.allclose(found, expected, atol=1e-6)
    assert torch.allclose(gradients[0].to_dense() if sparse else gradients[0], plain_table.grad, atol=1e-6)
    assert torch.allclose(gradients[1], plain_vectors.grad, atol=1e-6)


def test_that_nan_comes_through() -> None:
    table = torch.nn.Embedding(3, 2)
    with torch.no_grad():
        table.weight[1] = float("nan")
    scores = table_products(table, torch.tensor([[0, 1]]), torch.ones(1, 2))
    assert torch.isfinite(scores[0, 0])
    assert torch.isnan(scores[0, 1])
