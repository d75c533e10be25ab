"""Uniform negatives: every unseen item is equally likely."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from core.data.interactions import Events
from core.kernels import sampling
from core.kernels.membership import seen_of
from core.samplers import unseen
from core.samplers.base import Drawn, Sampler, Score


class UniformSampler(Sampler):
    """Compiled loops on the CPU, torch operations elsewhere; both give the same items."""

    def __init__(self, settings: object, train: Events, device: torch.device) -> None:
        super().__init__(train, device)
        self.compiled = seen_of(train.pairs) if device.type == "cpu" else None
        self.remote = None if device.type == "cpu" else unseen.device_seen(train.pairs, device)

    def draw(
        self, users: Tensor, positives: Tensor, n: int, key: int, score: Score | None = None, first_row: int = 0
    ) -> Drawn:
        """Draw ``n`` independent unseen items for each row; the positives play no part."""
        if self.compiled is None:
            assert self.remote is not None
            return Drawn(*unseen.draw_uniform(self.remote, users, n, key, first_row))
        items = torch.empty(len(users), n, dtype=torch.int64)
        valid = torch.empty(len(users), dtype=torch.bool)
        sampling.draw_uniform(self.compiled, users.numpy(), np.uint64(key), first_row, items.numpy(), valid.numpy())
        return Drawn(items, valid)
