"""The LOSSES table: key -> what a form and the command line need to know; free of torch."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from core.losses import settings

LossKind = Literal["pairwise", "pointwise", "listwise", "rating"]


@dataclass(frozen=True)
class LossEntry:
    """What is known of a loss before torch is loaded.

    Attributes:
        settings: dataclass of the loss's own parameters.
        function: ``module:function``; a pure function (scores, settings) -> scalar.
        samplers: keys of the samplers that fit; the first is the default.
        needs_weights: only data with ratings or counts can be used.
        negatives: default number of negatives per positive.
    """

    label: str
    help: str
    formula: str
    source: str
    kind: LossKind
    settings: type
    function: str
    samplers: tuple[str, ...]
    needs_weights: bool = False
    negatives: int = 1

    def load(self) -> Callable[..., Any]:
        """Import the function (and torch with it)."""
        module, name = self.function.split(":")
        found: Callable[..., Any] = getattr(importlib.import_module(module), name)
        return found


DRAWN = ("uniform", "popularity", "dynamic")

LOSSES: dict[str, LossEntry] = {
    "bpr": LossEntry(
        label="BPR",
        help="The log-likelihood that a positive is ranked above a negative, on the difference of their logits.",
        formula="softplus(−x), x = s⁺ − s⁻",
        source="Rendle et al. 2009; d2l 16.5.1",
        kind="pairwise",
        settings=settings.NoSettings,
        function="core.losses.pairwise:bpr",
        samplers=DRAWN,
    ),
    "hinge": LossEntry(
        label="Hinge",
        help="Zero once the positive is ahead by the margin, then linear in what is missing.",
        formula="max(0, m − x)",
        source="d2l 16.5.2",
        kind="pairwise",
        settings=settings.HingeSettings,
        function="core.losses.pairwise:hinge",
        samplers=DRAWN,
    ),
    "low-rank": LossEntry(
        label="Hinge with low-rank positives",
        help="Hinge against a negative and, with a smaller margin, against an item that the user weighs less.",
        formula="aₙ max(0, s⁻ − s⁺ + Dₙ) + aₗ max(0, sˡ − s⁺ + Dₗ)",
        source="Uber Eats 2019",
        kind="pairwise",
        settings=settings.LowRankSettings,
        function="core.losses.pairwise:low_rank",
        samplers=DRAWN,
        needs_weights=True,
    ),
    "bce": LossEntry(
        label="Binary cross-entropy",
        help="Each positive and each sampled negative is classified on its own.",
        formula="softplus(−s⁺) + Σ softplus(s⁻)",
        source="He et al. 2017, equation 7",
        kind="pointwise",
        settings=settings.NoSettings,
        function="core.losses.pointwise:bce",
        samplers=DRAWN,
        negatives=4,
    ),
    "squared": LossEntry(
        label="Squared error",
        help="On ratings, the squared distance of the prediction; needs no negatives.",
        formula="(r − s)²",
        source="d2l 16.2, 16.3",
        kind="rating",
        settings=settings.NoSettings,
        function="core.losses.pointwise:squared",
        samplers=("uniform",),
        needs_weights=True,
    ),
    "softmax": LossEntry(
        label="Sampled softmax",
        help="The positive's share among its negatives; logQ takes the sampling's popularity out again.",
        formula="−log( e^{s⁺/τ − log q⁺} / Σ e^{s/τ − log q} )",
        source="Wu et al. 2022; Yi et al. 2019",
        kind="listwise",
        settings=settings.SoftmaxSettings,
        function="core.losses.listwise:softmax",
        samplers=("uniform", "popularity", "in-batch", "dynamic"),
        negatives=64,
    ),
    "ndcg": LossEntry(
        label="nDCG-weighted",
        help="BPR, each pair weighted by what swapping it would change of nDCG among the items drawn.",
        formula="|Δ 1/log₂(1 + rank)| · softplus(−x)",
        source="LambdaRank: Burges et al. 2006",
        kind="listwise",
        settings=settings.NoSettings,
        function="core.losses.listwise:ndcg",
        samplers=DRAWN,
        negatives=16,
    ),
    "warp": LossEntry(
        label="WARP",
        help="Draws until a negative violates the margin; few draws mean a bad rank and a heavy weight.",
        formula="Φ(⌊unseen / draws⌋) · max(0, 1 − x), Φ(r) = Σ 1/r",
        source="Weston et al. 2011",
        kind="pairwise",
        settings=settings.NoSettings,
        function="core.losses.pairwise:warp",
        samplers=("warp",),
    ),
}
