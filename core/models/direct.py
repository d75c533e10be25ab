"""Models whose gradient is written out by hand: the same figures as autograd's, in a part of the time."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from core.models.base import Asked, RankingModel
from core.models.neural import NeuralRanking
from core.models.neural_direct import DirectNeural

Direct = Callable[[Asked, Tensor], tuple[Tensor, Tensor, Tensor]]
"""Logits ``[rows, n]``, squared norms of the users' rows ``[rows]`` and of the items' ``[rows, n]``; once a step."""


def direct_for(model: RankingModel, device: torch.device, lazy: bool) -> Direct | None:
    """The model's own forward and backward pass; None where autograd does it.

    Args:
        lazy: tables are updated by rows, which needs gradients of another kind.
    """
    if device.type != "cpu" or lazy:
        return None
    if isinstance(model, NeuralRanking) and not model.dropout.share:
        return DirectNeural(model)
    return None
