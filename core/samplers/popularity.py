"""Negatives by popularity: unseen items in proportion to their training events raised to a power."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from core.data.interactions import Events
from core.kernels import sampling
from core.kernels.membership import seen_of
from core.samplers import unseen
from core.samplers.base import Drawn, Sampler, Score
from core.samplers.settings import PopularitySettings


class PopularitySampler(Sampler):
    """q(i) proportional to count(i)^alpha over the items that the user has not met.

    An item without training events is never drawn; a user who has met all the others has nothing left.
    """

    def __init__(self, settings: PopularitySettings, train: Events, device: torch.device) -> None:
        super().__init__(train, device)
        shares = sampling.shares_of(train.item_counts, settings.alpha, train.pairs)
        units = np.diff(shares.ends)
        share = np.log(np.maximum(units, 1) / max(units.sum(), 1)).astype(np.float32)
        self.log_share = torch.from_numpy(share).to(device)
        self.compiled = (seen_of(train.pairs), shares) if device.type == "cpu" else None
        self.remote = (
            None if self.compiled else (unseen.device_seen(train.pairs, device), unseen.shares_on(shares, device))
        )

    def draw(
        self, users: Tensor, positives: Tensor, n: int, key: int, score: Score | None = None, first_row: int = 0
    ) -> Drawn:
        """Draw ``n`` independent unseen items for each row; the positives play no part."""
        if self.compiled is None:
            assert self.remote is not None
            return Drawn(*unseen.draw_by_share(*self.remote, users, n, key, first_row))
        items = torch.empty(len(users), n, dtype=torch.int64)
        valid = torch.empty(len(users), dtype=torch.bool)
        sampling.draw_by_share(*self.compiled, users.numpy(), np.uint64(key), first_row, items.numpy(), valid.numpy())
        return Drawn(items, valid)
