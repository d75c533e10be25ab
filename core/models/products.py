"""Scores of each row's own items as dot products with a table's rows: compiled on the CPU, plain torch elsewhere."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from core.kernels.dots import dots, dots_backward


def table_products(table: nn.Embedding, items: Tensor, vectors: Tensor) -> Tensor:
    """``[rows, n]``: table[items[r, n]] · vectors[r].

    A gather followed by a batched product writes and reads ``[rows, n, width]`` four times in a step; here nothing of
    that size is ever made. A table whose gradient is sparse keeps torch's way.

    Args:
        table: ``[items, width]``.
        items: ``[rows, n]`` int64.
        vectors: ``[rows, width]``.
    """
    weight = table.weight
    compiled = weight.device.type == "cpu" and weight.dtype == vectors.dtype == torch.float32 and not table.sparse
    if compiled:
        found: Tensor = _Products.apply(weight, items, vectors)  # type: ignore[no-untyped-call]
        return found
    rows: Tensor = table(items)
    return (rows * vectors.unsqueeze(1)).sum(-1)


ITEMS_AT_ONCE = 1024
"""Items whose scores for a block of users are written before the next ones are looked at: they stay in the cache."""


def catalogue_products(vectors: Tensor, rows: Tensor, out: Tensor, bias: Tensor | None = None) -> None:
    """``vectors @ rows.T (+ bias)`` into ``out``, piece by piece; no gradient.

    Args:
        vectors: ``[users, width]``.
        rows: ``[items, width]``.
        out: ``[users, items]``, written; memory that was written before, since fresh pages cost more than the product.
        bias: ``[items]``, added within the product.
    """
    step = ITEMS_AT_ONCE if len(vectors) > 32 else max(len(rows), 1)
    for start in range(0, len(rows), step):
        items = slice(start, start + step)
        if bias is None:
            torch.mm(vectors, rows[items].T, out=out[:, items])
        else:
            torch.addmm(bias[items], vectors, rows[items].T, out=out[:, items])


class _Products(torch.autograd.Function):
    """The compiled products with their gradients."""

    @staticmethod
    def forward(ctx: Any, weight: Tensor, items: Tensor, vectors: Tensor) -> Tensor:
        """``[items, width]``, ``[rows, n]``, ``[rows, width]`` -> ``[rows, n]``."""
        items, vectors = items.contiguous(), vectors.contiguous()
        scores = torch.empty(items.shape)
        dots(weight.detach().numpy(), items.numpy(), vectors.detach().numpy(), scores.numpy())
        ctx.save_for_backward(weight, items, vectors)
        return scores

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """A dense gradient for the table, one for the vectors."""
        weight, items, vectors = ctx.saved_tensors
        on_weight, on_vectors = torch.zeros_like(weight), torch.zeros_like(vectors)
        dots_backward(
            weight.detach().numpy(),
            items.numpy(),
            vectors.detach().numpy(),
            gradients[0].contiguous().numpy(),
            on_weight.numpy(),
            on_vectors.numpy(),
        )
        return on_weight, None, on_vectors
