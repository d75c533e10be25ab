"""The MODELS table: key -> what a form, the command line and a builder need to know; free of torch."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from core.models import settings

if TYPE_CHECKING:
    from core.models.base import ModelBuilder

BatchKind = Literal["none", "pair", "window", "row"]
"""What a model eats: nothing, (user, item) pairs, sequence windows, or whole rows of the interaction matrix."""

PAIR_LOSSES = ("bpr", "hinge", "low-rank", "bce", "softmax", "ndcg", "warp")


@dataclass(frozen=True)
class ModelEntry:
    """What is known of a model before torch is loaded.

    Attributes:
        settings: dataclass of the model's own parameters.
        builder: ``module:function`` of a ModelBuilder, imported when a model is built.
        batch: kind of batch that it eats.
        losses: keys of the losses that fit; the first is the default; empty where nothing is trained.
        largest_batch: most positives, windows or rows a step when the plan leaves it to the data.
        defaults: plan values that this model sets, dotted names, by loss key; ``*`` holds for every loss.
    """

    label: str
    help: str
    formula: str
    source: str
    settings: type
    builder: str
    batch: BatchKind
    losses: tuple[str, ...] = ()
    largest_batch: int = 1024
    defaults: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def load(self) -> ModelBuilder:
        """Import the builder (and torch with it)."""
        module, name = self.builder.split(":")
        loaded: Callable[..., Any] = getattr(importlib.import_module(module), name)
        return loaded


NEURAL_DEFAULTS: dict[str, dict[str, Any]] = {
    "*": {
        "optimiser.name": "adamw",
        "optimiser.learning_rate": 0.004,
        "optimiser.l2": 0.01,
        "optimiser.weight_decay": 0.5,
        "training.epochs": 40,
        "training.patience": 6,
    },
    **{loss: {"sampler.negatives": 4} for loss in ("bpr", "hinge", "low-rank")},
    "softmax": {"loss.temperature": 1.0},
}
"""Chosen by trying on MovieLens small and 100K. L2 holds the rows, decay the layers: with one of them alone the other
grows, and the training events are learned by heart within few epochs."""

MODELS: dict[str, ModelEntry] = {
    "popularity": ModelEntry(
        label="Popularity",
        help="Ranks every item by its number of training events: the baseline that a model must beat.",
        formula="s(u, i) = events of i in training",
        source="baseline",
        settings=settings.NoSettings,
        builder="core.models.baselines:build_popularity",
        batch="none",
    ),
    "random": ModelEntry(
        label="Random",
        help="A fixed random score for each user and item: what no knowledge at all reaches.",
        formula="s(u, i) = hash(seed, u, i)",
        source="baseline",
        settings=settings.NoSettings,
        builder="core.models.baselines:build_random",
        batch="none",
    ),
    "mf": ModelEntry(
        label="MF",
        help="Matrix factorisation: the score is the dot product of a user's and an item's factors.",
        formula="s(u, i) = p_u · q_i (+ b_i)",
        source="Koren, Bell and Volinsky 2009; Rendle et al. 2009",
        settings=settings.FactorisationSettings,
        builder="core.models.factorisation:build",
        batch="pair",
        losses=(*PAIR_LOSSES, "squared"),
        defaults={
            "*": {"optimiser.name": "adam", "optimiser.learning_rate": 0.002},
            **{
                loss: {
                    "optimiser.name": "sgd",
                    "optimiser.learning_rate": rate,
                    "optimiser.l2": l2,
                    "optimiser.schedule": "linear",
                    "training.epochs": epochs,
                }
                # WARP's weights reach 8 and more, so its L2 is of another size
                for loss, rate, l2, epochs in (
                    ("bpr", 0.05, 0.01, 200),
                    ("hinge", 0.05, 0.02, 100),
                    ("bce", 0.05, 0.01, 100),
                    ("warp", 0.01, 0.7, 30),
                )
            },
            "squared": {"model.biases": True, "optimiser.l2": 0.02, "training.stop_on": "rmse"},
            "softmax": {
                "model.similarity": "cosine",
                "model.biases": True,
                "optimiser.learning_rate": 0.01,
                "optimiser.schedule": "linear",
                "loss.temperature": 0.15,
                "sampler.name": "in-batch",
                "training.epochs": 20,
            },
        },
    ),
    "gmf": ModelEntry(
        label="GMF",
        help="Generalised matrix factorisation: a learned weight for each factor of the product.",
        formula="s(u, i) = h · (p_u ⊙ q_i)",
        source="He et al. 2017, equation 9; d2l 16.6",
        settings=settings.GMFSettings,
        builder="core.models.neural:build_gmf",
        batch="pair",
        losses=PAIR_LOSSES,
        defaults=NEURAL_DEFAULTS,
    ),
    "mlp": ModelEntry(
        label="MLP",
        help="A tower of layers over the concatenated user and item factors.",
        formula="s(u, i) = h · φ_X(… φ_1([u; v]))",
        source="He et al. 2017, equation 10; d2l 16.6",
        settings=settings.MLPSettings,
        builder="core.models.neural:build_mlp",
        batch="pair",
        losses=PAIR_LOSSES,
        defaults=NEURAL_DEFAULTS,
    ),
    "neumf": ModelEntry(
        label="NeuMF",
        help="GMF and an MLP side by side, each with factors of its own, joined by one linear layer into a logit.",
        formula="s(u, i) = h · [p_u ⊙ q_i ; φ([u; v])]",
        source="He et al. 2017, equation 12; d2l 16.6",
        settings=settings.NeuMFSettings,
        builder="core.models.neural:build_neumf",
        batch="pair",
        losses=PAIR_LOSSES,
        defaults=NEURAL_DEFAULTS,
    ),
    "autorec-user": ModelEntry(
        label="AutoRec, user-based",
        help="An autoencoder over a user's row: what it reconstructs where nothing was observed is the score.",
        formula="h(r) = W · sigmoid(V r + μ) + b",
        source="Sedhain et al. 2015; d2l 16.3",
        settings=settings.AutoRecSettings,
        builder="core.models.autorec:build_user",
        batch="row",
        largest_batch=64,
        losses=("bce", "squared"),
        defaults={
            "*": {
                "optimiser.learning_rate": 0.002,
                "optimiser.l2": 1.0,
                "training.epochs": 100,
                "sampler.negatives": 5,
            }
        },
    ),
    "autorec-item": ModelEntry(
        label="AutoRec, item-based",
        help="An autoencoder over an item's column: its reconstruction for a user is the score.",
        formula="h(r) = W · sigmoid(V r + μ) + b",
        source="Sedhain et al. 2015; d2l 16.3",
        settings=settings.AutoRecSettings,
        builder="core.models.autorec:build_item",
        batch="row",
        largest_batch=256,
        losses=("bce", "squared"),
        defaults={
            "*": {
                "optimiser.learning_rate": 0.002,
                "optimiser.l2": 1.0,
                "training.epochs": 100,
                "sampler.negatives": 5,
            }
        },
    ),
    "caser": ModelEntry(
        label="Caser",
        help="Convolutions over a user's last items: horizontal filters see runs of items, vertical ones weigh lags.",
        formula="s(u, t, i) = v_i · [z_t ; p_u] + b_i",
        source="Tang and Wang 2018; d2l 16.7",
        settings=settings.CaserSettings,
        builder="core.models.caser:build",
        batch="window",
        largest_batch=512,
        losses=("bce", *(loss for loss in PAIR_LOSSES if loss != "bce")),
        defaults={
            "*": {
                "optimiser.learning_rate": 0.003,
                "training.epochs": 40,
                "training.patience": 4,
            },
            "bce": {"sampler.negatives": 10},
            **{loss: {"sampler.negatives": 3} for loss in ("bpr", "hinge", "low-rank")},
            "softmax": {"loss.temperature": 1.0},
        },
    ),
}
