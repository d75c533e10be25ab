"""What every loss looks at: the scores of a batch, as logits."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Scores:
    """Scores of one batch; a row is a positive (or a rating) with its negatives.

    Attributes:
        positive: ``[rows]`` logits (predictions for ratings).
        negative: ``[rows, n]`` logits; empty (n = 0) without negatives.
        valid: ``[rows]`` bool; rows that count.
        low: ``[rows]`` logits of a low-rank positive of the same user.
        has_low: ``[rows]`` bool: the user has an item of smaller weight.
        weight: ``[rows]`` factor of the row (WARP's rank weight).
        target: ``[rows]`` rating.
        log_share_positive: ``[rows]`` log q of the positive under the sampler, None when uniform.
        log_share_negative: ``[rows, n]`` log q of the negatives.
        masked: ``[rows, n]`` bool: not a negative of this row (in-batch sampling).
    """

    positive: Tensor
    negative: Tensor
    valid: Tensor | None = None
    low: Tensor | None = None
    has_low: Tensor | None = None
    weight: Tensor | None = None
    target: Tensor | None = None
    log_share_positive: Tensor | None = None
    log_share_negative: Tensor | None = None
    masked: Tensor | None = None

    @property
    def difference(self) -> Tensor:
        """x = s⁺ − s⁻, ``[rows, n]``."""
        return self.positive.unsqueeze(1) - self.negative


def mean_over(values: Tensor, valid: Tensor | None) -> Tensor:
    """Mean of ``[rows]`` over the rows that count; 0 when none does."""
    if valid is None:
        return values.mean()
    kept = torch.where(valid, values, 0.0)
    return kept.sum() / valid.sum().clamp(min=1)
