"""Losses on the difference of a positive's and a negative's logit."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from core.losses.scores import Scores, mean_over
from core.losses.settings import HingeSettings, LowRankSettings, NoSettings


def bpr(scores: Scores, settings: NoSettings) -> Tensor:
    """Mean over triples of softplus(−x) = −ln σ(x).

    Rendle et al. 2009; d2l 16.5.1. Not 1 − σ(x), not log(σ + ε): softplus keeps its gradient for any x. The L2 term of
    the paper is added by the training step from the rows used.
    """
    return mean_over(F.softplus(-scores.difference).mean(1), scores.valid)


def hinge(scores: Scores, settings: HingeSettings) -> Tensor:
    """Mean over triples of max(0, m − x); d2l 16.5.2."""
    return mean_over(F.relu(settings.margin - scores.difference).mean(1), scores.valid)


def low_rank(scores: Scores, settings: LowRankSettings) -> Tensor:
    """a_n max(0, s⁻ − s⁺ + D_n) + a_l max(0, sˡ − s⁺ + D_l), Uber Eats 2019.

    The second term is averaged over the triples that have a lower item.
    """
    against_negative = mean_over(F.relu(settings.negative_margin - scores.difference).mean(1), scores.valid)
    assert scores.low is not None
    assert scores.has_low is not None
    counted = scores.has_low if scores.valid is None else scores.has_low & scores.valid
    against_low = mean_over(F.relu(scores.low - scores.positive + settings.low_margin), counted)
    return settings.negative_weight * against_negative + settings.low_weight * against_low


def warp(scores: Scores, settings: NoSettings) -> Tensor:
    """Φ(rank) max(0, 1 − x) with the violating negative that was found, Weston et al. 2011.

    Rows for which no violation was found have weight 0 and still count in the mean.
    """
    assert scores.weight is not None
    return mean_over(scores.weight * F.relu(1 - scores.difference).mean(1), scores.valid)


def swap_gain(positive: Tensor, negative: Tensor) -> Tensor:
    """|Δ 1/log₂(1 + rank)| of swapping the positive with each negative, ranks inside the 1 + n drawn, ``[rows, n]``."""
    with torch.no_grad():
        drawn = torch.cat([positive.unsqueeze(1), negative], 1)
        ranks = drawn.argsort(1, descending=True).argsort(1) + 1
        discount = 1 / torch.log2(1 + ranks.to(drawn.dtype))
        return (discount[:, :1] - discount[:, 1:]).abs()
