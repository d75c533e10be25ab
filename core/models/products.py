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
