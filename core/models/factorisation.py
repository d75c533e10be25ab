"""Matrix factorisation: the dot product, or the cosine, of a user's and an item's factors."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.models.base import Asked, Building, RankingModel, table
from core.models.settings import FactorisationSettings


class Factorisation(RankingModel):
    """s(u, i) = p_u · q_i (+ b_i).

    Koren, Bell and Volinsky 2009; with BPR, Rendle et al. 2009. Cosine scores divide both vectors by their length,
    as sampled-softmax models do (Wu et al. 2022).
    """

    def __init__(self, n_users: int, n_items: int, settings: FactorisationSettings, generator: torch.Generator) -> None:
        super().__init__()
        self.n_users, self.n_items = n_users, n_items
        self.cosine = settings.similarity == "cosine"
        self.user_factors = table(n_users, settings.factors, settings.init_scale, generator)
        self.item_factors = table(n_items, settings.factors, settings.init_scale, generator)
        self.item_bias = nn.Parameter(torch.zeros(n_items)) if settings.item_bias else None

    def encode(self, asked: Asked) -> Tensor:
        """The users' factors ``[rows, factors]``; an unknown user has the mean of all."""
        return self._scaled(rows_or_mean(self.user_factors, asked.users))

    def score(self, encoded: Tensor, items: Tensor) -> Tensor:
        """Logits ``[rows, n]``."""
        scores = torch.einsum("rf,rnf->rn", encoded, self._scaled(self.item_factors(items)))
        return scores if self.item_bias is None else scores + self.item_bias[items]

    def score_shared(self, encoded: Tensor, items: Tensor | None) -> Tensor:
        """Logits ``[rows, m]``."""
        factors = self._scaled(self.item_factors.weight if items is None else self.item_factors(items))
        scores = encoded @ factors.T
        if self.item_bias is None:
            return scores
        return scores + (self.item_bias if items is None else self.item_bias[items])

    def squared_norms(self, asked: Asked, items: Tensor) -> tuple[Tensor, Tensor]:
        """|p_u|² and |q_i|²."""
        return self.user_factors(asked.users).square().sum(-1), self.item_factors(items).square().sum(-1)

    def _scaled(self, vectors: Tensor) -> Tensor:
        return F.normalize(vectors, dim=-1) if self.cosine else vectors


def rows_or_mean(embedding: nn.Embedding, users: Tensor) -> Tensor:
    """Rows of a table; -1 (an unknown user) gets the mean row."""
    if torch.is_grad_enabled() or not bool((users < 0).any()):
        return embedding(users)
    rows = embedding(users.clamp(min=0))
    return torch.where((users < 0).unsqueeze(-1), embedding.weight.mean(0), rows)


def build(building: Building) -> Factorisation:
    """Build from a plan."""
    train = building.train
    return Factorisation(train.n_users, train.n_items, building.settings, building.generator)
