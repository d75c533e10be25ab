"""How hard each loss pulls at a score difference x = s⁺ − s⁻: the size of its derivative."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from core.text import short

Line = npt.NDArray[np.float64]


def logistic(x: Line, settings: Any) -> Line:
    """|d softplus(−x) / dx| = 1 / (1 + eˣ), Rendle et al. 2009."""
    pull: Line = 1 / (1 + np.exp(np.clip(x, -500, 500)))
    return pull


def hinge(x: Line, settings: Any) -> Line:
    """|d max(0, m − x) / dx|: 1 until the margin is reached, then 0."""
    margin = getattr(settings, "margin", getattr(settings, "negative_margin", 1.0))
    weight = getattr(settings, "negative_weight", 1.0)
    return np.where(x < margin, weight, 0.0)


GRADIENTS: dict[str, Callable[[Line, Any], Line]] = {
    "bpr": logistic,
    "hinge": hinge,
    "low-rank": hinge,
    "warp": hinge,
    "ndcg": logistic,
}
"""Losses whose pull is a function of the difference alone (for WARP and nDCG up to a weight)."""
WEIGHTED = ("warp", "ndcg")


def pull_words(loss: str, peak: float) -> str:
    """What the line of the gradient is called, with the height of its highest point."""
    times = ", times a weight of each pair" if loss in WEIGHTED else ""
    return f"gradient of {loss}, up to {short(peak)}{times}"
