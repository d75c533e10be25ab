"""Matrix factorisation: the dot product, or the cosine, of a user's and an item's factors."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.models.base import Asked, Building, RankingModel, table
from core.models.products import catalogue_products, table_products
from core.models.settings import FactorisationSettings


class Factorisation(RankingModel):
    """s(u, i) = p_u · q_i (+ b_i); with squared error μ + b_u + b_i + p_u · q_i, a predicted rating.

    Koren, Bell and Volinsky 2009; with BPR, Rendle et al. 2009. Cosine scores divide both vectors by their length,
    as sampled-softmax models do (Wu et al. 2022).
    """

    def __init__(
        self,
        n_users: int,
        n_items: int,
        settings: FactorisationSettings,
        generator: torch.Generator,
        mean_rating: float | None = None,
    ) -> None:
        super().__init__()
        self.n_users, self.n_items = n_users, n_items
        self.cosine = settings.similarity == "cosine"
        self.user_factors = table(n_users, settings.factors, settings.init_scale, generator)
        self.item_factors = table(n_items, settings.factors, settings.init_scale, generator)
        self.item_bias = nn.Parameter(torch.zeros(n_items)) if settings.biases else None
        # a user's bias moves all of the user's items alike: it matters to a predicted rating, never to a ranking
        self.user_bias = nn.Parameter(torch.zeros(n_users)) if settings.biases and mean_rating is not None else None
        self.mean: Tensor | None
        self.register_buffer("mean", None if mean_rating is None else torch.tensor(mean_rating))

    def encode(self, asked: Asked) -> Tensor:
        """The users' factors ``[rows, factors (+ 1)]``, the user's bias last; an unknown user has the mean of all."""
        vectors = self._scaled(rows_or_mean(self.user_factors, asked.users))
        if self.user_bias is None:
            return vectors
        known = self.user_bias[asked.users.clamp(min=0)]
        bias = torch.where(asked.users < 0, self.user_bias.mean(), known)
        return torch.cat([vectors, bias.unsqueeze(1)], 1)

    def score(self, encoded: Tensor, items: Tensor) -> Tensor:
        """Logits (or ratings) ``[rows, n]``."""
        users = encoded[:, : self.item_factors.embedding_dim]
        if self.cosine:
            scores = (self._scaled(self.item_factors(items)) * users.unsqueeze(1)).sum(-1)
        else:
            scores = table_products(self.item_factors, items, users)
        return self._with_biases(scores, encoded, items)

    def score_shared(self, encoded: Tensor, items: Tensor | None) -> Tensor:
        """Logits (or ratings) ``[rows, m]``."""
        vectors = self._scaled(self.item_factors.weight if items is None else self.item_factors(items))
        return self._with_biases(encoded[:, : vectors.shape[-1]] @ vectors.T, encoded, items)

    def score_catalogue(self, encoded: Tensor, out: Tensor) -> Tensor:
        """Logits (or ratings) ``[rows, items]`` in ``out``, the same to the bit."""
        vectors = self._scaled(self.item_factors.weight)
        catalogue_products(encoded[:, : vectors.shape[-1]], vectors, out)
        if self.item_bias is not None:
            out += self.item_bias
        if self.user_bias is not None:
            out += encoded[:, -1:]
        if self.mean is not None:
            out += self.mean
        return out

    def _with_biases(self, scores: Tensor, encoded: Tensor, items: Tensor | None) -> Tensor:
        if self.item_bias is not None:
            scores = scores + (self.item_bias if items is None else self.item_bias[items])
        if self.user_bias is not None:
            scores = scores + encoded[:, -1:]
        return scores if self.mean is None else scores + self.mean

    def squared_norms(self, asked: Asked, items: Tensor) -> tuple[Tensor, Tensor]:
        """|p_u|² and |q_i|²."""
        return self.user_factors(asked.users).square().sum(-1), self.item_factors(items).square().sum(-1)

    def _scaled(self, vectors: Tensor) -> Tensor:
        return F.normalize(vectors, dim=-1) if self.cosine else vectors


def rows_or_mean(embedding: nn.Embedding, users: Tensor) -> Tensor:
    """Rows of a table; -1 (an unknown user) gets the mean row (protocol: for an unknown user p_u is the mean of P)."""
    if torch.is_grad_enabled() or not bool((users < 0).any()):
        rows: Tensor = embedding(users)
        return rows
    rows = embedding(users.clamp(min=0))
    return torch.where((users < 0).unsqueeze(-1), embedding.weight.mean(0), rows)


def build(building: Building) -> Factorisation:
    """Build from a plan; the mean rating is taken from the training part when ratings are predicted."""
    train = building.train
    mean = None
    if building.loss == "squared" and train.weights is not None and len(train):
        mean = float(train.weights.mean(dtype="float64"))
    return Factorisation(train.n_users, train.n_items, building.settings, building.generator, mean)
