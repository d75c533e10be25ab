"""Build the model that a plan names."""

from __future__ import annotations

import torch

from core.data.interactions import Events
from core.errors import PlanError
from core.models import MODELS
from core.models.base import Building, RankingModel
from core.seeding import key
from core.training.plan import Plan


def build_model(plan: Plan, train: Events) -> RankingModel:
    """A fresh model on the CPU, its first values drawn from the plan's seed.

    Raises:
        PlanError: the model wants ratings and the data has none.
    """
    entry = MODELS[plan.model.name]
    wants_ratings = getattr(plan.model.settings, "feedback", "") == "ratings" or (
        plan.loss is not None and plan.loss.name == "squared" and entry.batch == "pair"
    )
    needs_weights = plan.loss is not None and plan.loss.name == "low-rank"
    if (wants_ratings or needs_weights) and train.weights is None:
        raise PlanError(
            code="plan.no-weights",
            what=f"{plan.model.name} with this loss needs ratings or counts, and the data has none",
            where="plan",
            remedy="Keep the ratings (ratings=keep), sum repeats (repeats=sum), or choose another loss",
        )
    generator = torch.Generator().manual_seed(key(plan.seed, "init"))
    building = Building(
        settings=plan.model.settings,
        train=train,
        generator=generator,
        loss=plan.loss.name if plan.loss else "",
        seed=plan.seed,
    )
    return entry.load()(building)
