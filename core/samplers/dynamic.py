"""Dynamic negative sampling: the best-scored of a pool of uniform draws."""

from __future__ import annotations

import torch
from torch import Tensor

from core.data.interactions import Events
from core.samplers.base import Drawn, Sampler, Score, asked_score
from core.samplers.settings import DynamicSettings
from core.samplers.uniform import UniformSampler


class DynamicSampler(Sampler):
    """DNS, Zhang et al. 2013: hard negatives by the model's own current scores."""

    def __init__(self, settings: DynamicSettings, train: Events, device: torch.device) -> None:
        super().__init__(train, device)
        self.pool = settings.pool
        self.uniform = UniformSampler(settings, train, device)

    def draw(
        self, users: Tensor, positives: Tensor, n: int, key: int, score: Score | None = None, first_row: int = 0
    ) -> Drawn:
        """Draw a pool for each of the ``n`` negatives and keep its best item; ``score`` sees ``[rows, n * pool]``."""
        pools = self.uniform.draw(users, positives, n * self.pool, key, None, first_row)
        scores = asked_score(score, "dynamic")(pools.items).view(-1, n, self.pool)
        best = scores.argmax(2, keepdim=True)
        return Drawn(pools.items.view(-1, n, self.pool).gather(2, best).squeeze(2), pools.valid)
