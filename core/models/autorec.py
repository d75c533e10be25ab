"""AutoRec: an autoencoder over rows (users) or columns (items) of the interaction matrix."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.models.base import Asked, Building, RankingModel, linear


class AutoRec(RankingModel):
    """h(r) = W · sigmoid(V r + μ) + b.

    Sedhain et al. 2015, equation 2, with the sigmoid encoder and the linear decoder of its best row; d2l 16.3. A row
    is a user's (user-based) or an item's (item-based). ``by_user`` rows enter as ``[rows, items]``; by item the whole
    matrix ``[items, users]`` is encoded once before ranking. ``ratings``: entries are ratings, otherwise 1.
    """

    def __init__(
        self, n_users: int, n_items: int, factors: int, by_user: bool, ratings: bool, generator: torch.Generator
    ) -> None:
        super().__init__()
        self.n_users, self.n_items = n_users, n_items
        self.by_user, self.ratings = by_user, ratings
        self.inputs = n_items if by_user else n_users
        self.encoder = linear(self.inputs, factors, generator)
        self.decoder = linear(factors, self.inputs, generator)

    def reconstruct(self, rows: Tensor) -> Tensor:
        """``[rows, inputs]`` -> ``[rows, inputs]`` (for ratings: predicted ratings, for implicit feedback: logits)."""
        decoded: Tensor = self.decoder(self.hidden(rows))
        return decoded

    def hidden(self, rows: Tensor) -> Tensor:
        """``[rows, inputs]`` (dense, or sparse CSR) -> ``[rows, factors]``."""
        if rows.layout != torch.strided:
            return torch.sigmoid(torch.sparse.mm(rows, self.encoder.weight.T) + self.encoder.bias)
        return torch.sigmoid(self.encoder(rows))

    def weight_norm(self) -> Tensor:
        """‖V‖² + ‖W‖², what the paper regularises."""
        return self.encoder.weight.square().sum() + self.decoder.weight.square().sum()

    def encode(self, asked: Asked) -> Tensor:
        """Not used: rows enter through ``hidden``."""
        raise TypeError("AutoRec encodes rows, not user numbers")

    def score(self, encoded: Tensor, items: Tensor) -> Tensor:
        """Decoded entries ``[rows, n]`` of user-based rows."""
        return torch.gather(self.decoder(encoded), 1, items)

    def score_shared(self, encoded: Tensor, items: Tensor | None) -> Tensor:
        """Decoded entries ``[rows, m]`` of user-based rows."""
        decoded: Tensor = self.decoder(encoded)
        return decoded if items is None else decoded[:, items]

    def tables(self) -> list[nn.Parameter]:
        """None: both matrices are dense layers with the L2 of the paper."""
        return []


def build_user(building: Building) -> AutoRec:
    """User-based AutoRec from a plan."""
    train = building.train
    return AutoRec(
        train.n_users, train.n_items, building.settings.factors, True, _ratings(building), building.generator
    )


def build_item(building: Building) -> AutoRec:
    """Item-based AutoRec from a plan."""
    train = building.train
    return AutoRec(
        train.n_users, train.n_items, building.settings.factors, False, _ratings(building), building.generator
    )


def _ratings(building: Building) -> bool:
    return bool(building.settings.feedback == "ratings")
