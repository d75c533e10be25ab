"""The plan that a topic can be tried with: what the form of the Train page is given."""

from __future__ import annotations

from typing import Any

from core.losses import LOSSES
from core.models import MODELS
from core.samplers import SAMPLERS

Plain = dict[str, dict[str, Any]]


def plan_of(topic: str) -> Plain | None:
    """Plain values of a plan for a model, a loss or a sampler; None for other topics."""
    word, _, key = topic.partition(".")
    if word == "model" and key in MODELS:
        return {"model": {"name": key}}
    if word == "loss" and key in LOSSES:
        return {"model": {"name": "mf"}, "loss": {"name": key}}
    if word == "sampler" and key in SAMPLERS:
        loss = next(name for name, entry in LOSSES.items() if key in entry.samplers)
        return {"model": {"name": "mf"}, "loss": {"name": loss}, "sampler": {"name": key}}
    return None
