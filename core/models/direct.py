"""Models whose gradient is written out by hand: the same figures as autograd's, in a part of the time."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from core.models.base import Asked, RankingModel
from core.models.caser import Caser
from core.models.caser_direct import DirectCaser
from core.models.neural import NeuralRanking
from core.models.neural_direct import DirectNeural

Direct = Callable[[Asked, Tensor], tuple[Tensor, Tensor, Tensor]]
"""Logits ``[rows, n]``, squared norms of the users' rows ``[rows]`` and of the items' ``[rows, n]``; once a step."""


def direct_for(model: RankingModel, device: torch.device, lazy: bool, norms: bool) -> Direct | None:
    """The model's own forward and backward pass; None where autograd does it.

    Args:
        lazy: tables are updated by rows, which needs gradients of another kind.
        norms: the squared norms are looked at; they may be zeros otherwise.
    """
    if device.type != "cpu" or lazy:
        return None
    if isinstance(model, NeuralRanking) and not model.dropout.share:
        return DirectNeural(model)
    if isinstance(model, Caser):
        return DirectCaser(model, norms)
    return None
