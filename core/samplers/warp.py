"""WARP: draw until a negative comes within the margin of the positive, and weigh by how soon it did."""

from __future__ import annotations

import torch
from torch import Tensor

from core.data.interactions import Events
from core.samplers.base import Drawn, Sampler, Score, asked_score
from core.samplers.settings import WarpSettings
from core.samplers.uniform import UniformSampler

MARGIN = 1.0
FIRST_CHUNK = 4
"""Draws scored at once for all rows; doubled until every row is done, so that easy batches stay cheap."""


def rank_weights(n_items: int) -> Tensor:
    """Phi(r) = sum of 1/1 .. 1/r for r = 0 .. n_items, float32; Weston et al. 2011, equation 5 with alpha_r = 1/r."""
    ranks = torch.arange(1, n_items + 1, dtype=torch.float64)
    return torch.cat([ranks.new_zeros(1), (1 / ranks).cumsum(0)]).float()


class WarpSampler(Sampler):
    """The first of up to ``trials`` uniform draws with s_neg > s_pos - 1.

    rank = floor(unseen / draws), weight Phi(rank); a row without a violation keeps its last draw, with weight 0.
    """

    def __init__(self, settings: WarpSettings, train: Events, device: torch.device) -> None:
        super().__init__(train, device)
        self.trials = settings.trials
        self.uniform = UniformSampler(settings, train, device)
        unseen = train.n_items - torch.from_numpy(train.pairs.indptr).diff()
        self.unseen = unseen.to(device)
        self.weights = rank_weights(train.n_items).to(device)

    def draw(
        self, users: Tensor, positives: Tensor, n: int, key: int, score: Score | None = None, first_row: int = 0
    ) -> Drawn:
        """Find one violating negative a row; ``n`` is 1, ``score`` is called until all rows are done."""
        if n != 1:
            raise ValueError("WARP draws one negative for each positive")
        score = asked_score(score, "warp")
        bar = score(positives.unsqueeze(1)) - MARGIN
        items, draws = torch.zeros_like(users), torch.zeros_like(users)
        waiting = valid = self.unseen[users] > 0
        done, chunk = 0, FIRST_CHUNK
        while done < self.trials:
            chunk = min(chunk, self.trials - done)
            # every chunk has a stream of its own, so that no draw depends on how many went before
            drawn = self.uniform.draw(users, positives, chunk, (key + done) % 2**64, None, first_row).items
            violates = score(drawn) > bar
            first = violates.int().argmax(1, keepdim=True)
            hit = violates.any(1)
            chosen = torch.where(hit, drawn.gather(1, first).squeeze(1), drawn[:, -1])
            items = torch.where(waiting, chosen, items)
            draws = torch.where(waiting & hit, done + 1 + first.squeeze(1), draws)
            waiting = waiting & ~hit
            done, chunk = done + chunk, chunk * 2
            if not bool(waiting.any()):
                break
        rank = torch.where(draws > 0, self.unseen[users] // draws.clamp(min=1), 0)
        return Drawn(items.unsqueeze(1), valid, self.weights[rank], draws)
