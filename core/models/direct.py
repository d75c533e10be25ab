"""Models whose gradient is written out by hand: the same figures as autograd's, in a part of the time."""

from __future__ import annotations

from itertools import pairwise

import torch

from core.models.base import RankingModel
from core.models.caser import Caser
from core.models.caser_direct import DirectCaser
from core.models.direct_pass import DirectPass
from core.models.neural import NeuralRanking
from core.models.neural_direct import DirectNeural
from core.models.neural_tiles import TiledNeural

LARGEST_IN_TILES = 8192
"""Weights of the largest layer up to which tiles are used: at 20 x 10 they take a quarter of the time of the library's
products and what is around them, at 128 x 64 as much on one thread, at 128 x 128 a third more."""


def direct_for(model: RankingModel, device: torch.device, lazy: bool, norms: bool) -> DirectPass | None:
    """The model's own forward and backward pass; None where autograd does it.

    Args:
        lazy: tables are updated by rows, which needs gradients of another kind.
        norms: the squared norms are looked at; they may be zeros otherwise.
    """
    if device.type != "cpu" or lazy:
        return None
    if isinstance(model, NeuralRanking) and not model.dropout.share:
        largest = max((before * after for before, after in pairwise(model.widths)), default=0)
        return TiledNeural(model, norms) if largest <= LARGEST_IN_TILES else DirectNeural(model)
    if isinstance(model, Caser):
        return DirectCaser(model, norms)
    return None
