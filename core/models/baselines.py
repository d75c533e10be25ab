"""Popularity and Random: the lines that every plot has."""

from __future__ import annotations

import torch
from torch import Tensor

from core.models.base import Asked, Building, RankingModel


class Popularity(RankingModel):
    """s(u, i) = training events of i."""

    def __init__(self, n_users: int, counts: Tensor) -> None:
        super().__init__()
        self.n_users, self.n_items = n_users, len(counts)
        self.counts: Tensor
        self.register_buffer("counts", counts)

    def encode(self, asked: Asked) -> Tensor:
        """Nothing is known of users."""
        return torch.ones(len(asked.users), 1, device=self.counts.device)

    def score(self, encoded: Tensor, items: Tensor) -> Tensor:
        """Counts ``[rows, n]``."""
        return self.counts[items]

    def score_shared(self, encoded: Tensor, items: Tensor | None) -> Tensor:
        """Counts ``[rows, m]``."""
        counts = self.counts if items is None else self.counts[items]
        return counts.expand(len(encoded), -1)

    def score_catalogue(self, encoded: Tensor, out: Tensor) -> Tensor:
        """Counts ``[rows, items]`` in ``out``."""
        return out.copy_(self.counts)


MIXED_AT_ONCE = 1 << 15
"""Keys that are mixed together: they stay in the cache (measured: 9 times as fast as a whole block of 42 million)."""
MIXING = (
    (30, 0x3FFFFFFFF, -4658895280553007687),
    (27, 0x1FFFFFFFFF, -7723592293110705685),
    (31, 0x1FFFFFFFF, 1),
)
"""Shift, mask of the bits that a shift of an unsigned number leaves, factor."""


class RandomScores(RankingModel):
    """s(u, i) = a hash of (seed, u, i) in [0, 1): fixed, so a list is the same each time it is asked for."""

    def __init__(self, n_users: int, n_items: int, seed: int) -> None:
        super().__init__()
        self.n_users, self.n_items = n_users, n_items
        self.seed: Tensor
        self.register_buffer("seed", torch.tensor(seed & 0x7FFFFFFF, dtype=torch.int64))

    def encode(self, asked: Asked) -> Tensor:
        """The users' rows."""
        return asked.users.unsqueeze(1)

    def score(self, encoded: Tensor, items: Tensor) -> Tensor:
        """Hashes ``[rows, n]``."""
        width = items.shape[1]
        found = torch.empty(len(encoded), width, device=encoded.device)
        step = max(MIXED_AT_ONCE // max(width, 1), 1) if encoded.device.type == "cpu" else max(len(encoded), 1)
        for start in range(0, len(encoded), step):
            rows = slice(start, start + step)
            own = items if len(items) == 1 else items[rows]
            found[rows] = _hash(encoded[rows] * self.n_items + own + self.seed * 0x9E3779B1)
        return found

    def score_shared(self, encoded: Tensor, items: Tensor | None) -> Tensor:
        """Hashes ``[rows, m]``."""
        items = torch.arange(self.n_items, device=encoded.device) if items is None else items
        return self.score(encoded, items.unsqueeze(0))


def _hash(keys: Tensor) -> Tensor:
    """xor-shift-multiply mixing of int64 (wrapping, as splitmix64 does), the top 24 bits as a float32 in [0, 1).

    ``keys`` is overwritten.
    """
    shifted = torch.empty_like(keys)
    for shift, mask, factor in MIXING:
        torch.bitwise_right_shift(keys, shift, out=shifted)
        keys ^= shifted.bitwise_and_(mask)
        keys *= factor
    keys >>= 40
    return (keys & 0xFFFFFF).to(torch.float32) / (1 << 24)


def build_popularity(building: Building) -> Popularity:
    """Count the training part."""
    train = building.train
    return Popularity(train.n_users, torch.from_numpy(train.item_counts).to(torch.float32))


def build_random(building: Building) -> RandomScores:
    """A hash with the run's seed."""
    return RandomScores(building.train.n_users, building.train.n_items, building.seed)
