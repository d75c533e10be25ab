"""What the proofs train on: a small split made at random, and plans that cover all ways to learn."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.data.interactions import Events
from core.data.made import made_interactions
from core.models import MODELS
from core.params import describe
from core.runs.creating import NewRun
from core.runs.recording import recorded
from core.splits.split import Split
from core.training.control import Control
from core.training.events import RunEvent
from core.training.loop import train
from core.training.plan import Plan, make_plan
from core.training.state import RunState

USERS, ITEMS, EACH = 30, 40, 9
SMALL: dict[str, Any] = {
    "factors": 4,
    "tower": [8, 4],
    "hidden": 8,
    "window": 3,
    "targets": 2,
    "horizontal_filters": 2,
    "vertical_filters": 2,
}
OPTIMISERS: dict[str, dict[str, Any]] = {
    "sgd": {"name": "sgd", "learning_rate": 0.05},
    "momentum": {"name": "sgd", "learning_rate": 0.02, "momentum": 0.9, "schedule": "cosine"},
    "adagrad": {"name": "adagrad", "learning_rate": 0.3},
    "adam": {"name": "adam", "learning_rate": 0.1, "warmup": 0.3},
    "adamw": {"name": "adamw", "learning_rate": 0.1, "weight_decay": 0.1, "clip": 1.0},
}
LAZY = ("sgd", "adagrad", "adam")
PAIRS = (
    ("mf", "ndcg", "dynamic"),
    ("gmf", "softmax", "in-batch"),
    ("mlp", "bpr", "dynamic"),
    ("neumf", "low-rank", "popularity"),
    ("neumf", "warp", "warp"),
    ("caser", "warp", "warp"),
    ("caser", "softmax", "popularity"),
    ("autorec-user", "bce", ""),
    ("autorec-item", "squared", ""),
)
"""Losses and samplers that are no model's default; every loss and every sampler is there."""
KERNEL_LOSSES = ("bpr", "hinge", "bce", "warp")


@dataclass(frozen=True)
class Case:
    """A way to learn.

    Attributes:
        name: what tells it from the others.
        refit: trained again on training and validation at the end.
    """

    name: str
    plan: Plan
    refit: bool


def made_split(seed: int = 1, refit: bool = False) -> Split:
    """Random histories with ratings and times; the last item of each user is the test, the one before validation."""
    generator = np.random.default_rng(seed)
    popularity = 1 / np.arange(1, ITEMS + 1)
    popularity /= popularity.sum()
    met = [generator.choice(ITEMS, EACH, replace=False, p=popularity) for _ in range(USERS)]
    items = np.concatenate(met).astype(np.int32)
    users = np.repeat(np.arange(USERS, dtype=np.int32), EACH)
    times = np.arange(len(users), dtype=np.int64) * 1_000_000
    weights = generator.integers(1, 6, len(users)).astype(np.float32)
    events = Events(users, items, times, weights, USERS, ITEMS)
    nth = np.tile(np.arange(EACH), USERS)
    interactions = made_interactions(events, clock="utc", weights="rating", source={"name": "made at random"})
    return Split(
        kind="leave-last-out",
        interactions=interactions,
        train=events.select(nth < EACH - 2),
        validation=events.select(nth == EACH - 2),
        test=events.select(nth == EACH - 1),
        refit=refit,
    )


def made_plan(model: str, optimiser: str = "adam", sections: dict[str, dict[str, Any]] | None = None) -> Plan:
    """A plan of a few quick steps; values in ``sections`` go before its own."""
    training = {"epochs": 4, "batch_size": 12 if model.startswith("autorec") else 64, "patience": 2, "report_every": 0}
    own: dict[str, dict[str, Any]] = {
        "model": {"name": model, **{name: value for name, value in SMALL.items() if name in known_to(model)}},
        "optimiser": OPTIMISERS[optimiser],
        "training": training,
        "evaluation": {"bootstrap": 20, "ks": [5, 10]},
    }
    given = sections or {}
    return make_plan({name: {**own.get(name, {}), **given.get(name, {})} for name in own.keys() | given.keys()})


def known_to(model: str) -> set[str]:
    """Names of a model's settings."""
    return {parameter.name for parameter in describe(MODELS[model].settings)}


def all_cases() -> Iterator[Case]:
    """Every model with every optimiser, lazy rows, every loss and sampler, compiled kernels on one and two threads."""
    number = 0
    for model, entry in MODELS.items():
        given: dict[str, dict[str, Any]] = {}
        if "dropout" in known_to(model):
            given["model"] = {"dropout": 0.2}
        if model == "mf":
            # plain SGD on BPR would be the compiled kernel's
            given["loss"] = {"name": "softmax"}
        for optimiser in OPTIMISERS if entry.losses else ():
            for sparse in ("off", "on") if optimiser in LAZY else ("off",):
                number += 1
                plan = made_plan(model, optimiser, {**given, "optimiser": {"sparse": sparse}})
                yield Case(f"{model} {optimiser}{' lazy' if sparse == 'on' else ''}", plan, number % 2 == 0)
    for model, loss, sampler in PAIRS:
        number += 1
        given = {"loss": {"name": loss}, **({"sampler": {"name": sampler}} if sampler else {})}
        yield Case(f"{model} {loss} {sampler}".strip(), made_plan(model, "adamw", given), number % 2 == 0)
    for loss in KERNEL_LOSSES:
        for threads in (1, 2):
            number += 1
            plan = made_plan("mf", "sgd", {"loss": {"name": loss}, "training": {"threads": threads}})
            yield Case(f"mf kernel {loss}, {threads} threads", plan, number % 2 == 0)


def recording(
    path: Path, plan: Plan, split: Split, control: Control | None = None, every: float = 0.0
) -> Generator[RunEvent, None, None]:
    """Train and record at ``path``."""
    state = RunState(plan, split)
    yield from recorded(train(plan, split, state, control), state, NewRun(path, "run", "run"), control, every)


def forget(path: Path) -> None:
    """Remove a run that is done with."""
    shutil.rmtree(path, ignore_errors=True)
