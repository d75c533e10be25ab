"""What Caser's convolutions see in one window: horizontal activations and their winners, vertical weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from core.models.caser import Caser

NONE = -1


@dataclass(frozen=True, eq=False)
class HeightMap:
    """The horizontal filters of one height on one window.

    Attributes:
        height: items that a filter covers at once.
        values: activations ReLU(w · E[p .. p + height - 1] + b), ``[filters, L - height + 1]`` float32.
        winners: position p that max-pooling takes, the first among equals; ``NONE`` where nothing is above 0,
            ``[filters]`` int64.
    """

    height: int
    values: npt.NDArray[np.float32]
    winners: npt.NDArray[np.int64]

    def covered(self, filter: int) -> range:
        """Places of the window that the winner of a filter covers; empty when there is none."""
        first = int(self.winners[filter])
        return range(0) if first == NONE else range(first, first + self.height)


@torch.no_grad()
def horizontal(model: Caser, window: npt.NDArray[np.int32]) -> tuple[HeightMap, ...]:
    """The horizontal filters on a window, heights from 1 on; empty without horizontal filters.

    Tang and Wang 2018, equations 3 and 4: position by position, from the filters alone.

    Args:
        window: ``[L]`` item rows, left-padded with ``n_items``.
    """
    embedded = model.input_factors.weight[torch.from_numpy(window.astype(np.int64))]
    found = []
    for height, layer in enumerate(model.horizontal, 1):
        assert isinstance(layer, nn.Linear)
        slices = embedded.unfold(0, height, 1).transpose(1, 2).flatten(1)
        values = torch.relu(slices @ layer.weight.T + layer.bias).T.cpu().numpy()
        winners = np.where(values.max(1) > 0, values.argmax(1), NONE).astype(np.int64)
        found.append(HeightMap(height, np.ascontiguousarray(values, np.float32), winners))
    return tuple(found)


@torch.no_grad()
def vertical(model: Caser) -> npt.NDArray[np.float32] | None:
    """Weights of the vertical filters, ``[filters, L]``, the oldest input first; None without vertical filters."""
    if model.vertical is None:
        return None
    return model.vertical.weight.detach().cpu().numpy().astype(np.float32)
