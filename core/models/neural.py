"""GMF, MLP and NeuMF: the neural collaborative filtering family, all ending in a logit."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from core.kernels import tower
from core.models.base import Asked, Building, RankingModel, SeededDropout, linear, table
from core.models.factorisation import rows_or_mean

INIT_SCALE = 0.1
"""Standard deviation of the first factors; N(0, .01) of the paper needs many epochs to leave zero with small data."""


class NeuralRanking(RankingModel):
    """s(u, i) = h · [p_u ⊙ q_i ; φ([u; v])], either half can be left out.

    He et al. 2017, equations 9 (GMF), 10 (MLP) and 12 (NeuMF); d2l 16.6. The book ends in a sigmoid before BPR;
    here the output is the logit, which is what the paper's equation 7 and BPR are defined on.

    User tables of both halves lie side by side ``[users, (gmf +) mlp]`` and so do the items': one gather a batch.
    """

    def __init__(
        self,
        n_users: int,
        n_items: int,
        gmf_factors: int,
        mlp_factors: int,
        tower: Sequence[int],
        dropout: float,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.n_users, self.n_items = n_users, n_items
        self.gmf_factors, self.mlp_factors = gmf_factors, mlp_factors
        width = gmf_factors + mlp_factors
        self.user_factors = table(n_users, width, INIT_SCALE, generator)
        self.item_factors = table(n_items, width, INIT_SCALE, generator)
        self.widths = widths = [2 * mlp_factors, *tower] if mlp_factors else []
        self.layers = nn.ModuleList(linear(before, after, generator) for before, after in pairwise(widths))
        self.dropout = SeededDropout(dropout)
        self.output = linear(gmf_factors + (widths[-1] if widths else 0), 1, generator)
        with torch.no_grad():
            # the product starts as a plain dot product: a random sign for each factor only delays the start
            self.output.weight[0, :gmf_factors] = 1.0

    @property
    def largest_layer(self) -> int:
        """Weights of the largest layer of the tower; 0 without one."""
        return max((before * after for before, after in pairwise(self.widths)), default=0)

    @property
    def sizes(self) -> npt.NDArray[np.int64]:
        """``[gmf, half, *widths of the layers]``, as ``core.kernels.tower`` takes them."""
        return np.array([self.gmf_factors, self.mlp_factors, *self.widths[1:]], np.int64)

    def dense(self) -> list[Tensor]:
        """Weights and biases of all layers in the order of ``core.kernels.tower``."""
        layers = [layer for layer in (*self.layers, self.output) if isinstance(layer, nn.Linear)]
        return [parameter for layer in layers for parameter in (layer.weight, layer.bias)]

    def encode(self, asked: Asked) -> Tensor:
        """The users' rows of both tables ``[rows, gmf + mlp]``."""
        return rows_or_mean(self.user_factors, asked.users)

    def score(self, encoded: Tensor, items: Tensor) -> Tensor:
        """Logits ``[rows, n]``."""
        return self._meet(encoded, self.item_factors(items))

    def score_shared(self, encoded: Tensor, items: Tensor | None) -> Tensor:
        """Logits ``[rows, m]``; without layers this is one matrix product."""
        rows = self.item_factors.weight if items is None else self.item_factors(items)
        if not self.layers:
            weighted = encoded * self.output.weight[0]
            return weighted @ rows.T + self.output.bias
        return self._meet(encoded, rows.unsqueeze(0))

    def score_catalogue(self, encoded: Tensor, out: Tensor) -> Tensor:
        """A tower takes the catalogue through in tiles: 5 times faster than layer by layer (d2l's and the paper's)."""
        if not self.layers or out.device.type != "cpu":
            return self.score_shared(encoded, None)
        weights = torch.cat([each.flatten() for each in self.dense()])
        given = (weights, encoded.contiguous(), self.item_factors.weight, out)
        tower.catalogue(self.sizes, *(each.detach().numpy() for each in given))
        return out

    def _meet(self, users: Tensor, items: Tensor) -> Tensor:
        """``[rows, width]`` against ``[rows or 1, n, width]`` -> ``[rows, n]``."""
        gmf = self.gmf_factors
        weight = self.output.weight[0]
        parts = []
        if gmf:
            parts.append(((users[:, :gmf] * weight[:gmf]).unsqueeze(1) @ items[..., :gmf].transpose(-1, -2)).squeeze(1))
        if self.layers:
            parts.append(self._tower(users[:, gmf:], items[..., gmf:]) @ weight[gmf:])
        return sum(parts[1:], parts[0]) + self.output.bias

    def _tower(self, users: Tensor, items: Tensor) -> Tensor:
        """φ over every (user, item): the first layer is split, W[u; v] = W_u u + W_v v: the user's half runs once."""
        first = self.layers[0]
        assert isinstance(first, nn.Linear)
        width = self.mlp_factors
        left = nn.functional.linear(self.dropout(users), first.weight[:, :width], first.bias)
        right = nn.functional.linear(self.dropout(items), first.weight[:, width:])
        hidden = torch.relu(left.unsqueeze(1) + right)
        for layer in self.layers[1:]:
            hidden = torch.relu(layer(self.dropout(hidden)))
        return hidden

    def squared_norms(self, asked: Asked, items: Tensor) -> tuple[Tensor, Tensor]:
        """Rows of GMF and MLP both count."""
        return self.user_factors(asked.users).square().sum(-1), self.item_factors(items).square().sum(-1)

    @torch.no_grad()
    def start_from(self, gmf: NeuralRanking, mlp: NeuralRanking, gmf_share: float) -> None:
        """Copy a trained GMF and a trained MLP, their output layers mixed (He et al. 2017, section 3.4.1)."""
        at = self.gmf_factors
        for mine, left, right in (
            (self.user_factors, gmf.user_factors, mlp.user_factors),
            (self.item_factors, gmf.item_factors, mlp.item_factors),
        ):
            mine.weight[:, :at] = left.weight
            mine.weight[:, at:] = right.weight
        for mine_layer, their_layer in zip(self.layers, mlp.layers, strict=True):
            mine_layer.load_state_dict(their_layer.state_dict())
        self.output.weight[0, :at] = gmf_share * gmf.output.weight[0]
        self.output.weight[0, at:] = (1 - gmf_share) * mlp.output.weight[0]
        self.output.bias.copy_(gmf_share * gmf.output.bias + (1 - gmf_share) * mlp.output.bias)


def build_gmf(building: Building) -> NeuralRanking:
    """GMF from a plan."""
    train, settings = building.train, building.settings
    return NeuralRanking(train.n_users, train.n_items, settings.factors, 0, (), 0.0, building.generator)


def build_mlp(building: Building) -> NeuralRanking:
    """MLP from a plan."""
    train, settings = building.train, building.settings
    return NeuralRanking(
        train.n_users, train.n_items, 0, settings.factors, settings.tower, settings.dropout, building.generator
    )


def build_neumf(building: Building) -> NeuralRanking:
    """NeuMF from a plan."""
    train, settings = building.train, building.settings
    return NeuralRanking(
        train.n_users,
        train.n_items,
        settings.factors,
        settings.factors,
        settings.tower,
        settings.dropout,
        building.generator,
    )
