"""Losses on a positive among all of its negatives at once."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from core.losses.pairwise import swap_gain
from core.losses.scores import Scores, mean_over
from core.losses.settings import NoSettings, SoftmaxSettings


def softmax(scores: Scores, settings: SoftmaxSettings) -> Tensor:
    """Cross-entropy of the positive among itself and its negatives, logits s/τ − log q.

    Wu et al. 2022 (sampled softmax); Yi et al. 2019 (logQ, on positive and negatives alike). Masked entries are no
    negatives of their row. The negatives' logits are overwritten: nothing else may read them afterwards.
    """
    # the exponentials need more digits than a half-precision forward pass leaves
    half = scores.negative.dtype in (torch.bfloat16, torch.float16)
    negative = scores.negative.float() if half else scores.negative
    positive = (scores.positive.float() if half else scores.positive) / settings.temperature
    share = None
    if settings.correct_sampling != "off" and scores.log_share_positive is not None:
        positive = positive - scores.log_share_positive
        share = scores.log_share_negative
    rows: Tensor = _NegativeLogSoftmax.apply(  # type: ignore[no-untyped-call]
        positive, negative, share, scores.masked, 1 / settings.temperature
    )
    return mean_over(rows, scores.valid)


class _NegativeLogSoftmax(torch.autograd.Function):
    """−log softmax of the positive, for each row, in the memory of the logits.

    Written out because autograd keeps a copy of ``[rows, n]`` for each of a dozen operations, which at 2048 x 2048
    in-batch logits costs four times the matrix products themselves. A test holds it against the plain formula.
    """

    @staticmethod
    def forward(
        ctx: Any, positive: Tensor, negative: Tensor, share: Tensor | None, masked: Tensor | None, scale: float
    ) -> Tensor:
        """``[rows]``, ``[rows, n]``, ``[rows or 1, n]``, ``[rows, n]`` -> ``[rows]``."""
        logits = negative.detach()
        if scale != 1:
            logits.mul_(scale)
        if share is not None:
            logits.sub_(share)
        if masked is not None:
            logits.masked_fill_(masked, float("-inf"))
        top = torch.maximum(logits.amax(1), positive) if logits.shape[1] else positive
        logits.sub_(top.unsqueeze(1)).exp_()
        own = torch.exp(positive - top)
        total = logits.sum(1) + own
        ctx.save_for_backward(logits, own, total)
        ctx.scale = scale
        return torch.log(total) + top - positive

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """Softmax minus one on the positive, softmax on the negatives."""
        logits, own, total = ctx.saved_tensors
        (gradient,) = gradients
        on_negative = logits.mul_((gradient / total * ctx.scale).unsqueeze(1))
        return gradient * (own / total - 1), on_negative, None, None, None


def ndcg(scores: Scores, settings: NoSettings) -> Tensor:
    """BPR weighted by |Δ 1/log₂(1 + rank)|, the weights detached; LambdaRank, Burges et al. 2006."""
    gain = swap_gain(scores.positive, scores.negative)
    return mean_over((gain * F.softplus(-scores.difference)).mean(1), scores.valid)
