"""The contract of a sampler: negatives for rows of (user, positive), exact and repeatable."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from core.data.interactions import Events

Score = Callable[[Tensor], Tensor]
"""Current logits of each row's own items, ``[rows, m]`` int64 -> ``[rows, m]``, computed without gradients."""


@dataclass(frozen=True)
class Drawn:
    """Negatives of some rows, on the device of the rows.

    Attributes:
        items: ``[rows, n]`` int64; 0 in rows that are not valid.
        valid: ``[rows]`` bool; False where the user has nothing left to draw: the row gives no triple and is counted.
        weights: ``[rows]`` float32 factor of the row's loss (WARP), None when all count alike.
        draws: ``[rows]`` int64, how many items were drawn until the margin was violated (WARP); 0 where none did.
        masked: ``[rows, n]`` bool, items that are no negatives of their row (in batch).
    """

    items: Tensor
    valid: Tensor
    weights: Tensor | None = None
    draws: Tensor | None = None
    masked: Tensor | None = None


class Sampler(ABC):
    """Draws items that a user has not met in training; the held-out items may be drawn, excluding them would leak.

    A draw is a pure function of the key and the number of its row: the same key gives the same negatives to the last
    bit, on any device, however the rows are cut into blocks.
    """

    log_share: Tensor | None = None
    """log q of every item under the sampler, ``[items]`` float32, for logQ; None when uniform or unknown."""

    def __init__(self, train: Events, device: torch.device) -> None:
        self.train, self.device = train, device

    @abstractmethod
    def draw(
        self, users: Tensor, positives: Tensor, n: int, key: int, score: Score | None = None, first_row: int = 0
    ) -> Drawn:
        """Draw ``n`` negatives for each row.

        Args:
            users: ``[rows]`` int64.
            positives: ``[rows]`` int64, each a training item of its user.
            n: negatives a row.
            key: 0 to 2^64 - 1; another key gives independent draws.
            score: the model's logits, for samplers that look for hard negatives.
            first_row: number of the first row, when a batch is drawn in parts.
        """


def asked_score(score: Score | None, sampler: str) -> Score:
    """The score function that a sampler cannot do without."""
    if score is None:
        raise ValueError(f"the sampler {sampler} needs the model's scores")
    return score
