"""Train each kind of model for an epoch on tiny data, through the loop that trains every run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from core.compiling.tiny import tiny_split
from core.errors import TrainingError
from core.kernels.descent import Descent, Steps
from core.kernels.factorisation import SPECIAL_FACTORS, Tables
from core.kernels.membership import seen_of
from core.losses import LOSSES
from core.models import MODELS
from core.training.events import RunFailed
from core.training.loop import train
from core.training.plan import make_plan


def train_factorisation(folder: Path) -> None:
    """The compiled learner for each number of factors that has a kernel of its own, and for all others."""
    for factors in (*SPECIAL_FACTORS, 3):
        fit(folder, "mf", {"factors": factors}, loss={"name": "bpr"})
        descend_in_portions(folder, factors)
    # as for data that is too large for a bitmap
    seen_of(tiny_split(folder).train.pairs, budget=1)
    fit(folder, "mf", loss={"name": "bpr"}, training={"reproducible": False})
    fit(folder, "mf", loss={"name": "bpr"}, training={"threads": 2})


def descend_in_portions(folder: Path, factors: int) -> None:
    """As for tables that are too large for the caches."""
    train = tiny_split(folder).train
    users, items = (np.zeros((rows, factors), np.float32) for rows in (train.n_users, train.n_items))
    descent = Descent(Tables(users, items, np.zeros(0, np.float32)), train, Steps(), seed=1, portions=2)
    descent.run(descent.blocks(1)[0], 0.01)


def train_warp(folder: Path) -> None:
    """The compiled learner that draws until an item violates the margin."""
    fit(folder, "mf", loss={"name": "warp"}, sampler={"name": "warp"})


def train_neural(folder: Path) -> None:
    """NeuMF and its two halves."""
    for model in ("neumf", "gmf", "mlp"):
        for loss in ("bce", "bpr"):
            fit(folder, model, loss={"name": loss})
    # wide layers go through the library's products, and simpler kernels do what is around them
    fit(folder, "neumf", {"tower": [256, 128]})
    fit(folder, "neumf", {"dropout": 0.1})
    fit(folder, "neumf", optimiser={"l2": 0.01})
    # most runs take many steps a call; others one, by the same kernels called one after the other
    for l2 in (0.0, 0.01):
        fit(folder, "neumf", optimiser={"name": "sgd", "l2": l2})


def train_caser(folder: Path) -> None:
    """Windows of a sequence, with each loss in its own shape."""
    for loss in ("bce", "bpr"):
        fit(folder, "caser", loss={"name": loss}, optimiser={"l2": 0.01})


def train_with_each_sampler(folder: Path) -> None:
    """Each sampler that a model can have, and each loss with it."""
    for loss in MODELS["mf"].losses:
        for sampler in LOSSES[loss].samplers:
            fit(folder, "mf", loss={"name": loss}, sampler={"name": sampler}, optimiser={"name": "adam"})


def train_autorec(folder: Path) -> None:
    """Rows and columns in place of pairs."""
    for model in ("autorec-user", "autorec-item"):
        fit(folder, model)


def fit(folder: Path, model: str, settings: Mapping[str, Any] | None = None, **sections: Any) -> None:
    """One epoch of a model, all but what is named as it comes.

    Raises:
        TrainingError: it did not end well.
    """
    plan = make_plan(
        {
            **sections,
            "model": {"name": model, **(settings or {})},
            "training": {"epochs": 1, "patience": 0, **sections.get("training", {})},
            "evaluation": {"bootstrap": 0},
        }
    )
    for event in train(plan, tiny_split(folder, windows=MODELS[model].batch == "window")):
        if isinstance(event, RunFailed):
            raise TrainingError(event.code, event.what, event.where, event.why, event.remedy)
