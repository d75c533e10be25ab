"""In-batch negatives: the other rows' positives, the user's own items among them masked."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from core.data.interactions import Events
from core.kernels import sampling
from core.kernels.membership import seen_of
from core.samplers.base import Drawn, Sampler, Score
from core.samplers.settings import InBatchSettings
from core.samplers.unseen import DeviceSeen, device_seen


class InBatchSampler(Sampler):
    """Draws nothing: a batch's positives serve all rows. log q is an item's share of the training events."""

    def __init__(self, settings: InBatchSettings, train: Events, device: torch.device) -> None:
        super().__init__(train, device)
        counts = train.item_counts
        share = np.log(np.maximum(counts, 1) / max(counts.sum(), 1)).astype(np.float32)
        self.log_share = torch.from_numpy(share).to(device)
        # a bitmap would not help: histories are walked, not asked
        self.compiled = seen_of(train.pairs, budget=0) if device.type == "cpu" else None
        self.remote = None if device.type == "cpu" else device_seen(train.pairs, device)

    def draw(
        self, users: Tensor, positives: Tensor, n: int, key: int, score: Score | None = None, first_row: int = 0
    ) -> Drawn:
        """All positives for every row, ``[rows, rows]`` (a view), what is no negative masked; ``n`` plays no part."""
        masked = self.mask(users, positives)
        return Drawn(positives.expand(len(users), -1), ~masked.all(1), masked=masked)

    def mask(self, users: Tensor, columns: Tensor) -> Tensor:
        """Columns that are no negatives of a row, ``[rows, columns]`` bool: the user's own training items and copies of
        the row's positive; the row's own column is one of these.

        Args:
            users: ``[rows]`` int64.
            columns: ``[rows]`` int64, the positive of each row.
        """
        if self.compiled is None:
            assert self.remote is not None
            return mask_on(self.remote, users, columns)
        masked = torch.empty(len(users), len(columns), dtype=torch.bool)
        sampling.mask_in_batch(self.compiled, users.numpy(), columns.numpy(), masked.numpy())
        return masked


def mask_on(seen: DeviceSeen, users: Tensor, columns: Tensor) -> Tensor:
    """``InBatchSampler.mask`` with torch operations: each history is written into the batch's distinct items once."""
    distinct, place = torch.unique(columns, return_inverse=True)
    counts = seen.counts(users)
    rows = torch.repeat_interleave(torch.arange(len(users), device=users.device), counts)
    before = counts.cumsum(0) - counts
    at = seen.indptr[users][rows] + torch.arange(len(rows), device=users.device) - before[rows]
    items = seen.keys[at] - users[rows] * seen.n_items
    found = torch.searchsorted(distinct, items).clamp(max=len(distinct) - 1)
    met = distinct[found] == items
    own = torch.zeros(len(users), len(distinct), dtype=torch.bool, device=users.device)
    own[rows[met], found[met]] = True
    own[torch.arange(len(users), device=users.device), place] = True
    return own[:, place]


def in_batch_mask(sampler: Sampler, users: Tensor, columns: Tensor) -> Tensor:
    """The mask of a sampler that was made from the ``in-batch`` entry; see ``InBatchSampler.mask``."""
    assert isinstance(sampler, InBatchSampler)
    return sampler.mask(users, columns)
