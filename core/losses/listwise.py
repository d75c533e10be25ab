"""Losses on a positive among all of its negatives at once."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from core.losses.pairwise import swap_gain
from core.losses.scores import Scores, mean_over
from core.losses.settings import NoSettings, SoftmaxSettings


def softmax(scores: Scores, settings: SoftmaxSettings) -> Tensor:
    """Cross-entropy of the positive among itself and its negatives, logits s/τ − log q.

    Wu et al. 2022 (sampled softmax); Yi et al. 2019 (logQ, on positive and negatives alike). Masked entries are no
    negatives of their row.
    """
    positive = scores.positive / settings.temperature
    negative = scores.negative / settings.temperature
    if settings.correct_sampling != "off" and scores.log_share_positive is not None:
        assert scores.log_share_negative is not None
        positive = positive - scores.log_share_positive
        negative = negative - scores.log_share_negative
    if scores.masked is not None:
        negative = negative.masked_fill(scores.masked, float("-inf"))
    everything = torch.cat([positive.unsqueeze(1), negative], 1)
    return mean_over(torch.logsumexp(everything, 1) - positive, scores.valid)


def ndcg(scores: Scores, settings: NoSettings) -> Tensor:
    """BPR weighted by |Δ 1/log₂(1 + rank)|, the weights detached; LambdaRank, Burges et al. 2006."""
    gain = swap_gain(scores.positive, scores.negative)
    return mean_over((gain * F.softplus(-scores.difference)).mean(1), scores.valid)
