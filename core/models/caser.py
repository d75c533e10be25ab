"""Caser: horizontal and vertical convolutions over the window of a user's last items."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.models.base import Asked, Building, RankingModel, SeededDropout, linear, table
from core.models.factorisation import rows_or_mean
from core.models.products import catalogue_products, table_products
from core.models.settings import CaserSettings


class Caser(RankingModel):
    """s(u, t, i) = v_i · [z_t ; p_u] + b_i.

    Tang and Wang 2018; d2l 16.7. E ``[items + 1, k]`` is the input table (its last row is the padding, frozen at
    zero), V ``[items, 2k]`` the output table. d horizontal filters for *each* height 1..L are max-pooled over the
    positions, d' vertical filters weigh the lags; a fully connected layer with dropout makes z ``[k]``.
    """

    def __init__(self, n_users: int, n_items: int, settings: CaserSettings, generator: torch.Generator) -> None:
        super().__init__()
        self.n_users, self.n_items, self.window = n_users, n_items, settings.window
        self.factors, length = settings.factors, settings.window
        width = settings.factors
        self.use_user = settings.use_user
        self.input_factors = table(n_items + 1, width, 1.0 / width, generator, padding=n_items)
        self.user_factors = table(n_users, width, 1.0 / width, generator) if settings.use_user else None
        output_width = width * (2 if settings.use_user else 1)
        self.output_factors = table(n_items, output_width, 1.0 / output_width, generator)
        self.item_bias = nn.Parameter(torch.zeros(n_items))
        heights = range(1, length + 1) if settings.use_horizontal else ()
        self.horizontal = nn.ModuleList(
            linear(height * width, settings.horizontal_filters, generator) for height in heights
        )
        places, used = banded_places(length, width, settings.horizontal_filters)
        self.places: Tensor
        self.register_buffer("places", places, persistent=False)
        self.used: Tensor
        self.register_buffer("used", used, persistent=False)
        self.vertical = linear(length, settings.vertical_filters, generator) if settings.use_vertical else None
        vertical_width = settings.vertical_filters * width if settings.use_vertical else 0
        joined = len(self.horizontal) * settings.horizontal_filters + vertical_width
        # both convolutions off leaves the mean of the window, so that the user-only ablation still has a shape
        self.connected = linear(joined or width, width, generator)
        self.dropout = SeededDropout(settings.dropout)

    def encode(self, asked: Asked) -> Tensor:
        """[z ; p_u] ``[rows, 2k]``, or z alone without the user part."""
        assert asked.windows is not None
        sequence = self.input_factors(asked.windows)
        hidden = torch.relu(self.connected(self.dropout(self.convolved(sequence))))
        if self.user_factors is None:
            return hidden
        return torch.cat([hidden, rows_or_mean(self.user_factors, asked.users)], 1)

    def convolved(self, sequence: Tensor) -> Tensor:
        """Outputs of both convolutions for embedded windows ``[rows, L, k]``."""
        parts = []
        if self.vertical is not None:
            parts.append(self.vertical(sequence.transpose(1, 2)).transpose(1, 2).flatten(1))
        parts.extend(activations.amax(1) for activations in self.activations(sequence))
        return torch.cat(parts, 1) if parts else sequence.mean(1)

    def activations(self, sequence: Tensor) -> list[Tensor]:
        """Horizontal activations before pooling, for heights 1..L: ``[rows, L - height + 1, d]`` each.

        All heights and positions are one matrix product with a banded matrix that holds each filter once for every
        position: half of its numbers are zero, and still it is several times as fast as L convolutions with so few
        positions each.
        """
        if not len(self.horizontal):
            return []
        length = sequence.shape[1]
        layers = [layer for layer in self.horizontal if isinstance(layer, nn.Linear)]
        weights = torch.cat([layer.weight.flatten() for layer in layers])
        banded = torch.index_select(weights, 0, self.places).view(self.used.shape) * self.used
        bias = torch.cat([layer.bias.repeat(length - at) for at, layer in enumerate(layers)])
        everything = torch.relu(torch.addmm(bias, sequence.flatten(1), banded.T))
        filters = layers[0].out_features
        sizes = [(length - at) * filters for at in range(len(layers))]
        parts = torch.split(everything, sizes, 1)
        return [part.view(len(sequence), -1, filters) for part in parts]

    def score(self, encoded: Tensor, items: Tensor) -> Tensor:
        """Logits ``[rows, n]``."""
        return table_products(self.output_factors, items, encoded) + self.item_bias[items]

    def score_shared(self, encoded: Tensor, items: Tensor | None) -> Tensor:
        """Logits ``[rows, m]``."""
        if items is None:
            return torch.addmm(self.item_bias, encoded, self.output_factors.weight.T)
        return torch.addmm(self.item_bias[items], encoded, self.output_factors(items).T)

    def score_catalogue(self, encoded: Tensor, out: Tensor) -> Tensor:
        """Logits ``[rows, items]`` in ``out``, the same to the bit."""
        catalogue_products(encoded, self.output_factors.weight, out, self.item_bias)
        return out

    def squared_norms(self, asked: Asked, items: Tensor) -> tuple[Tensor, Tensor]:
        """|p_u|² plus the window's input rows, and |v_i|²; the frozen padding adds nothing."""
        assert asked.windows is not None
        user = self.input_factors(asked.windows).square().sum((-1, -2))
        if self.user_factors is not None:
            user = user + self.user_factors(asked.users).square().sum(-1)
        return user, self.output_factors(items).square().sum(-1)


def banded_places(length: int, width: int, filters: int) -> tuple[Tensor, Tensor]:
    """Where each number of the banded matrix comes from, for filters of heights 1..L at all their positions.

    Returns:
        Place in the concatenated filter weights (0 where the matrix is zero), flat; and 1 where it is not zero,
        ``[sum of positions x filters, L x width]``.
    """
    places, used, before = [], [], 0
    for height in range(1, length + 1):
        block = before + torch.arange(filters * height * width).view(filters, height * width)
        before += block.numel()
        for position in range(length - height + 1):
            place = torch.zeros(filters, length * width, dtype=torch.int64)
            inside = torch.zeros(filters, length * width)
            columns = slice(position * width, (position + height) * width)
            place[:, columns], inside[:, columns] = block, 1
            places.append(place)
            used.append(inside)
    return torch.cat(places).flatten(), torch.cat(used)


def build(building: Building) -> Caser:
    """Build from a plan."""
    return Caser(building.train.n_users, building.train.n_items, building.settings, building.generator)
