"""Losses whose derivative is written out: a step then needs no autograd at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.kernels.factorisation import LOSS_CODES
from core.kernels.slopes import penalties, slopes

Floats = npt.NDArray[np.float32]

KNOWN = ("bpr", "hinge", "bce")
"""Keys of LOSSES whose derivative the kernel has; tests hold it against autograd through the loss itself."""


@dataclass(frozen=True, eq=False)
class Slopes:
    """A loss and its derivatives.

    Attributes:
        loss: mean over the rows that count, with the penalty.
        of_logits: ``[lines, T (1 + n)]``.
        of_users, of_items: by the squared norms, ``[lines]`` and ``[lines, T (1 + n)]``.
    """

    loss: float
    of_logits: Floats
    of_users: Floats
    of_items: Floats


class KnownLoss:
    """One of the losses in KNOWN.

    Args:
        settings: of the loss.
        l2: λ of the penalty on the rows used.
    """

    def __init__(self, name: str, settings: Any, l2: float) -> None:
        self.code, self.l2 = LOSS_CODES[name], np.float32(l2)
        self.margin = np.float32(getattr(settings, "margin", 0.0))

    def __call__(
        self, logits: Tensor, user_norms: Tensor, item_norms: Tensor, targets: int, valid: npt.NDArray[np.bool_]
    ) -> Slopes:
        """The loss of a batch.

        Args:
            logits: ``[lines, T (1 + n)]``: the positives, then the n negatives of each.
            user_norms, item_norms: squared norms, ``[lines]`` and as ``logits``.
            targets: T.
            valid: ``[lines * T]``: which positives count.
        """
        values, lengths = logits.numpy(), item_norms.numpy()
        count = max(int(np.count_nonzero(valid)), 1)
        # in the memory order of the logits, which a pass may keep item by item
        of_logits = np.empty_like(values)
        loss = slopes(self.code, self.margin, targets, values, valid, count, of_logits)
        of_users, of_items = np.zeros(len(values), np.float32), np.zeros_like(values)
        if self.l2:
            loss += penalties(self.l2, targets, valid, count, user_norms.numpy(), lengths, of_users, of_items)
        return Slopes(loss, of_logits, of_users, of_items)


def first_differences(logits: Tensor, targets: int, valid: npt.NDArray[np.bool_]) -> Tensor:
    """s⁺ − s⁻ of each positive and its first negative ``[lines * T, 1]``; NaN where it does not count."""
    positive, negative = logits[:, :targets].reshape(-1, 1), logits[:, targets:].reshape(len(valid), -1)
    return torch.where(torch.from_numpy(valid).unsqueeze(1), positive - negative[:, :1], torch.nan)
