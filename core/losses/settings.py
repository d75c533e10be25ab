"""The parameters of each loss, declared without torch."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import PlanError
from core.params import param


@dataclass(frozen=True)
class NoSettings:
    """A loss without parameters."""


@dataclass(frozen=True)
class HingeSettings:
    """Hinge loss."""

    margin: float = param(1.0, "How far the positive must be ahead before the loss is zero (m).", above=0, high=100)


@dataclass(frozen=True)
class LowRankSettings:
    """Hinge with low-rank positives."""

    negative_margin: float = param(
        1.0, "Margin over a negative (D_n); larger than the low-rank margin.", above=0, high=100
    )
    low_margin: float = param(0.5, "Margin over a low-rank positive (D_l).", above=0, high=100)
    negative_weight: float = param(1.0, "Weight of the term against the negative (a_n).", low=0, high=100)
    low_weight: float = param(0.5, "Weight of the term against the low-rank positive (a_l).", low=0, high=100)

    def __post_init__(self) -> None:
        if self.low_margin >= self.negative_margin:
            raise PlanError(
                code="plan.low-margin",
                what=f"low_margin {self.low_margin:g} is not below negative_margin {self.negative_margin:g}",
                where="loss low-rank",
                why="A low-rank positive is still a positive, it must be allowed nearer than a negative",
                remedy="Lower low_margin or raise negative_margin",
            )


@dataclass(frozen=True)
class SoftmaxSettings:
    """Sampled softmax."""

    temperature: float = param(
        0.1, "Scores are divided by it (τ); small values look at the hardest negatives.", above=0, high=100
    )
    correct_sampling: str = param(
        "auto",
        "Subtract log q, the negatives' share under the sampler, from every logit (logQ); auto: on unless uniform.",
        choices=("auto", "on", "off"),
    )
