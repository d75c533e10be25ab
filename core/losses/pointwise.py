"""Losses on one logit or one prediction at a time."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from core.losses.scores import Scores, mean_over
from core.losses.settings import NoSettings


def bce(scores: Scores, settings: NoSettings) -> Tensor:
    """Binary cross-entropy: mean over the 1 + n points of a row, then over rows; He et al. 2017, equation 7."""
    total = F.softplus(-scores.positive) + F.softplus(scores.negative).sum(1)
    return mean_over(total / (1 + scores.negative.shape[1]), scores.valid)


def squared(scores: Scores, settings: NoSettings) -> Tensor:
    """Mean of (r − s)²."""
    assert scores.target is not None
    return mean_over((scores.target - scores.positive).square(), scores.valid)
