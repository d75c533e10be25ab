"""The parameters of each sampler, declared without torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.params import param


def _negatives() -> Any:
    return param(1, "Negatives drawn for each positive.", low=1, high=10_000)


@dataclass(frozen=True)
class UniformSettings:
    """Uniform over unseen items."""

    negatives: int = _negatives()


@dataclass(frozen=True)
class PopularitySettings:
    """Popularity raised to a power, over unseen items."""

    negatives: int = _negatives()
    alpha: float = param(
        0.75,
        "Exponent of an item's training events: 0 is uniform over the items seen in training, 1 in proportion.",
        low=0,
        high=2,
    )


@dataclass(frozen=True)
class InBatchSettings:
    """The other rows' positives; their number is that of the batch."""


@dataclass(frozen=True)
class DynamicSettings:
    """The hardest of a pool."""

    negatives: int = _negatives()
    pool: int = param(
        5,
        "Unseen items drawn for each negative; the best-scored becomes it. 1 is uniform.",
        low=1,
        high=1000,
        unit="items",
    )


@dataclass(frozen=True)
class WarpSettings:
    """Draw until the margin is violated."""

    trials: int = param(
        50,
        "Most draws for a positive; when none violates the margin the positive has weight 0.",
        low=1,
        high=10_000,
        unit="draws",
    )
