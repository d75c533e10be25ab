"""Epochs of training: ours through the same learners that a run uses, the peers through their own fit."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from core.batches import window_starts
from core.benching.inputs import about, shape_of, split_of
from core.benching.made import made_split
from core.benching.measuring import Bench, Contender, Turn, repeated
from core.benching.options import Options
from core.benching.peers import Peer, peers_for
from core.benching.quality import quality_of
from core.splits.split import Split
from core.training.learner import Learner
from core.training.loop import train
from core.training.plan import Plan, make_plan
from core.training.state import RunState

Values = dict[str, dict[str, Any]]


def factorisation(options: Options) -> Bench:
    """MF by the compiled kernel: repeatable, lock-free, and repeatable on one thread."""

    def plan(threads: int, lock_free: bool) -> Plan:
        return make_plan(
            {
                "model": {"name": "mf", "factors": options.factors or 64},
                "loss": {"name": options.loss},
                "training": {
                    "threads": threads,
                    "reproducible": not lock_free,
                    "epochs": max(options.quality, 1),
                    "patience": 0,
                },
            }
        )

    kinds = {
        f"rankscope, repeatable, {threads_text(options.threads)}": plan(options.threads, False),
        f"rankscope, lock-free, {threads_text(options.threads)}": plan(options.threads, True),
        "rankscope, 1 thread": plan(1, False),
    }
    if options.threads == 1:
        kinds = {"rankscope, 1 thread": plan(1, False)}
    return _bench("train-mf", options, kinds, windows=False)


NEUMF: dict[str, Values] = {
    "d2l": {
        "model": {"factors": 10, "tower": [10, 10, 10]},
        "loss": {"name": "bpr"},
        "sampler": {"negatives": 1},
        "optimiser": {"name": "adam", "learning_rate": 0.01, "weight_decay": 0.0, "l2": 0.0},
        "training": {"batch_size": 1024},
    },
    # He et al. 2017, 4.1: factors of 32 make a tower of 64-32-16-8
    "paper": {
        "model": {"factors": 32, "tower": [32, 16, 8]},
        "loss": {"name": "bce"},
        "sampler": {"negatives": 4},
        "optimiser": {"name": "adam", "learning_rate": 0.001, "weight_decay": 0.0, "l2": 0.0},
        "training": {"batch_size": 256},
    },
}
CASER: dict[str, Values] = {
    "d2l": {
        "model": {"factors": 10, "window": 5, "targets": 1, "horizontal_filters": 16, "vertical_filters": 4},
        "loss": {"name": "bpr"},
        "sampler": {"negatives": 1},
        "optimiser": {"name": "adam", "learning_rate": 0.01},
        "training": {"batch_size": 4096},
    },
    # Tang and Wang 2018, 4.1, on MovieLens 1M; the batch and the negatives are those of its code
    "paper": {
        "model": {"factors": 50, "window": 5, "targets": 3, "horizontal_filters": 16, "vertical_filters": 4},
        "loss": {"name": "bce"},
        "sampler": {"negatives": 3},
        "optimiser": {"name": "adam", "learning_rate": 0.001, "l2": 1e-6},
        "training": {"batch_size": 512},
    },
}
"""Settings by the size that was asked for."""


def neumf(options: Options) -> Bench:
    """NeuMF at d2l's sizes or its paper's."""
    sized = NEUMF[options.size]
    tower = [options.factors] * 3 if options.factors and options.size == "d2l" else sized["model"]["tower"]
    return _gradient("train-neumf", options, "neumf", {**sized, "model": {**sized["model"], "tower": tower}})


def caser(options: Options) -> Bench:
    """Caser at d2l's sizes or its paper's."""
    return _gradient("train-caser", options, "caser", CASER[options.size])


def _gradient(name: str, options: Options, model: str, values: Values) -> Bench:
    factors = options.factors or values["model"]["factors"]
    kinds = {}
    for threads in dict.fromkeys((options.threads, 1)):
        training = {
            "batch_size": options.batch or values["training"]["batch_size"],
            "threads": threads,
            "patience": 0,
            "epochs": max(options.quality, 1),
        }
        named = {**values, "model": {"name": model, **values["model"], "factors": factors}, "training": training}
        kinds[f"rankscope, {threads_text(threads)}"] = make_plan(named)
    return _bench(name, options, kinds, windows=model == "caser")


def _bench(name: str, options: Options, kinds: dict[str, Plan], windows: bool) -> Bench:
    split = _split(options, windows)
    contenders = [_ours(kind, plan, split, options, headline=at == 0) for at, (kind, plan) in enumerate(kinds.items())]
    first = next(iter(kinds.values()))
    peers, notes = peers_for(name, options)
    for peer in peers:
        contenders += _theirs(peer, name, split, first, options)
    facts = {**about(split), "plan": _plan_in_words(first), "threads": str(options.threads)}
    return Bench(tuple(contenders), facts, notes)


def _split(options: Options, windows: bool) -> Split:
    if options.rows and not windows:
        return made_split(options.rows, shape=shape_of(options))
    with tempfile.TemporaryDirectory(prefix="rankscope-bench-") as folder:
        return split_of(options, Path(folder), windows)


def _ours(name: str, plan: Plan, split: Split, options: Options, headline: bool) -> Contender:
    state = RunState(plan, split)
    learner = state.learner
    assert learner is not None
    threads = plan.training.threads
    windows = len(window_starts(split.train, plan.model.settings.targets)) if plan.model.name == "caser" else 0
    turn = repeated(with_threads(threads, epochs_of(learner, windows)), asked=options.epochs)

    def quality() -> dict[str, float]:
        fresh = RunState(plan, split)
        for _ in train(plan, split, fresh):
            pass
        return quality_of(fresh.model, split)

    measured = quality if options.quality else None
    return Contender(name, turn, ours=True, headline=headline, quality=measured, close=learner.close)


def epochs_of(learner: Learner, windows: int = 0) -> Turn:
    """A turn that takes the next epoch and gives the positives it walked through, or the windows.

    Args:
        windows: of an epoch, where these are counted and not their targets.
    """
    number = 0

    def turn() -> float:
        nonlocal number
        number += 1
        walked = sum(step.examples for step in learner.epoch(number))
        return float(windows or walked)

    return turn


def with_threads(threads: int, turn: Turn) -> Turn:
    """The turn with so many torch threads."""

    def run() -> float:
        torch.set_num_threads(threads)
        return turn()

    return run


def _theirs(peer: Peer, name: str, split: Split, plan: Plan, options: Options) -> list[Contender]:
    prepare: Callable[..., list[Contender]] = getattr(peer.load(), name.replace("-", "_"))
    return prepare(split, plan, options)


def _plan_in_words(plan: Plan) -> str:
    assert plan.loss is not None
    factors = plan.model.settings.factors
    batch = "" if plan.model.name == "mf" else f", batch {plan.training.batch_size:,}"
    negatives = negatives_of(plan)
    return f"{plan.model.name}, {factors} factors, {plan.loss.name}, {negatives} negative{'s'[: negatives > 1]}{batch}"


def negatives_of(plan: Plan) -> int:
    """Negatives for each positive."""
    assert plan.sampler is not None
    return int(getattr(plan.sampler.settings, "negatives", 1))


def threads_text(threads: int) -> str:
    """``1 thread``, ``2 threads``."""
    return "1 thread" if threads == 1 else f"{threads} threads"
