"""The contract of a model: encode the user's side once, score any items against it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from core.data.interactions import Events
from core.kernels.dropping import fill_masks
from core.kernels.factorisation import empty_table


@dataclass(frozen=True)
class Asked:
    """The user's side of a batch.

    Attributes:
        users: ``[rows]`` int64 user rows; -1 stands for an unknown user.
        windows: ``[rows, L]`` int64 item rows, left-padded with ``n_items``; None for models without windows.
    """

    users: Tensor
    windows: Tensor | None = None


@dataclass(frozen=True)
class Building:
    """All that a builder may look at.

    Attributes:
        settings: the model's own parameters.
        train: the training part, for sizes and counts.
        generator: initial values come from here and nowhere else.
        loss: key of the loss.
        seed: what a model without parameters follows from.
    """

    settings: Any
    train: Events
    generator: torch.Generator
    loss: str = ""
    seed: int = 0


ModelBuilder = Callable[[Building], "RankingModel"]


class RankingModel(nn.Module):
    """Scores items for users; every implementation is one file.

    ``encode`` does what depends on the user alone, so that a positive and its negatives share it; ``score`` and
    ``score_shared`` then meet items. Scores are logits: no sigmoid at the end.
    """

    n_users: int
    n_items: int
    window: int = 0
    """Length L of the windows that the model eats, 0 without windows."""

    @abstractmethod
    def encode(self, asked: Asked) -> Tensor:
        """The user's side, ``[rows, ...]``."""

    @abstractmethod
    def score(self, encoded: Tensor, items: Tensor) -> Tensor:
        """Logits of each row's own items: ``[rows, ...]``, ``[rows, n]`` int64 -> ``[rows, n]``."""

    @abstractmethod
    def score_shared(self, encoded: Tensor, items: Tensor | None) -> Tensor:
        """Logits of the same items for all rows: ``[m]`` int64, or None for the whole catalogue -> ``[rows, m]``."""

    def score_catalogue(self, encoded: Tensor, out: Tensor) -> Tensor:
        """``score_shared`` for the whole catalogue ``[rows, items]``: written to ``out`` where that spares memory."""
        return self.score_shared(encoded, None)

    def squared_norms(self, asked: Asked, items: Tensor) -> tuple[Tensor, Tensor]:
        """|u|² ``[rows]`` and |i|² ``[rows, n]`` of the embedding rows used, for L2; zero without embedding rows.

        Biases are left out: they are not decayed.
        """
        return torch.zeros(len(items), device=items.device), torch.zeros(items.shape, device=items.device)

    def tables(self) -> list[nn.Parameter]:
        """Embedding tables: decayed by L2 on the rows used only, and updated lazily where they are large."""
        embeddings = [module for module in self.modules() if isinstance(module, nn.Embedding)]
        return [each.weight for each in embeddings if isinstance(each.weight, nn.Parameter)]


def table(rows: int, width: int, scale: float, generator: torch.Generator, padding: int | None = None) -> nn.Embedding:
    """An embedding table ``[rows, width]`` drawn from N(0, scale²); a padding row is zero and stays so."""
    if torch.get_default_device().type == "meta":
        # built for its shapes alone, which may be of any size
        return nn.Embedding(rows, width, padding_idx=padding)
    # NumPy asks for large pages: rows that are looked up at random in 200 MB are found a sixth sooner
    values = torch.from_numpy(empty_table(rows, width))
    torch.randn(rows, width, generator=generator, out=values).mul_(scale)
    if padding is not None:
        values[padding] = 0
    return nn.Embedding(rows, width, padding_idx=padding, _weight=values)


def linear(inputs: int, outputs: int, generator: torch.Generator, bias: bool = True) -> nn.Linear:
    """A linear layer with Glorot-uniform weights and zero bias."""
    layer = nn.Linear(inputs, outputs, bias=bias)
    limit = (6.0 / (inputs + outputs)) ** 0.5
    with torch.no_grad():
        layer.weight.copy_((torch.rand(outputs, inputs, generator=generator) * 2 - 1) * limit)
        if bias:
            layer.bias.zero_()
    return layer


class SeededDropout(nn.Module):
    """Dropout whose masks come from a generator of its own, so that a run can be repeated and resumed to the bit."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share
        self.generator: torch.Generator | None = None

    def forward(self, values: Tensor) -> Tensor:
        """Zero a share of the values and scale up the rest while training."""
        if not self.training or self.share == 0:
            return values
        return values * self.masks(values.shape, values.device)

    def masks(self, shape: torch.Size, device: torch.device) -> Tensor:
        """What values are multiplied by: 0, or 1 / (1 - share); drawn anew in each call."""
        if device.type != "cpu":
            keep = torch.rand(shape, generator=self.generator, device=device) >= self.share
            return keep / (1 - self.share)
        # one number from the generator and the rest from a hash of it: a tenth of what torch.rand takes
        key = torch.randint(2**63 - 1, (1,), generator=self.generator).item()
        found = torch.empty(shape)
        fill_masks(np.uint64(key), self.share, found.view(-1).numpy())
        return found
