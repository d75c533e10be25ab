"""Models whose gradient is written out by hand: the same figures as autograd's, in a part of the time."""

from __future__ import annotations

import torch

from core.kernels.tiles import LARGEST_LAYER
from core.models.base import RankingModel
from core.models.caser import Caser
from core.models.caser_direct import DirectCaser
from core.models.direct_pass import DirectPass
from core.models.neural import NeuralRanking
from core.models.neural_direct import DirectNeural
from core.models.neural_tiles import TiledNeural


def direct_for(model: RankingModel, device: torch.device, lazy: bool, norms: bool) -> DirectPass | None:
    """The model's own forward and backward pass; None where autograd does it.

    Args:
        lazy: tables are updated by rows, which needs gradients of another kind.
        norms: the squared norms are looked at; they may be zeros otherwise.
    """
    if device.type != "cpu" or lazy:
        return None
    if isinstance(model, NeuralRanking) and not model.dropout.share:
        return TiledNeural(model, norms) if model.largest_layer <= LARGEST_LAYER else DirectNeural(model)
    if isinstance(model, Caser):
        return DirectCaser(model, norms)
    return None
