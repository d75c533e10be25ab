"""Epochs of training: ours through the same learners that a run uses, the peers through their own fit."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from core.benching.inputs import about, split_of
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


def neumf(options: Options) -> Bench:
    """NeuMF at d2l's sizes."""
    factors = options.factors or 10
    values: Values = {
        "model": {"name": "neumf", "factors": factors, "tower": [factors] * 3},
        "loss": {"name": "bpr"},
        "sampler": {"negatives": 1},
        "optimiser": {"name": "adam", "learning_rate": 0.01, "weight_decay": 0.0, "l2": 0.0},
        "training": {"batch_size": options.batch or 1024},
    }
    return _gradient("train-neumf", options, values, windows=False)


def caser(options: Options) -> Bench:
    """Caser at d2l's sizes."""
    values: Values = {
        "model": {
            "name": "caser",
            "factors": options.factors or 10,
            "window": 5,
            "targets": 1,
            "horizontal_filters": 16,
            "vertical_filters": 4,
        },
        "loss": {"name": "bpr"},
        "sampler": {"negatives": 1},
        "optimiser": {"name": "adam", "learning_rate": 0.01},
        "training": {"batch_size": options.batch or 4096},
    }
    return _gradient("train-caser", options, values, windows=True)


def _gradient(name: str, options: Options, values: Values, windows: bool) -> Bench:
    kinds = {}
    for threads in dict.fromkeys((options.threads, 1)):
        training = {
            **values["training"],
            "threads": threads,
            "patience": 0,
            "epochs": max(options.quality, 1),
        }
        kinds[f"rankscope, {threads_text(threads)}"] = make_plan({**values, "training": training})
    return _bench(name, options, kinds, windows)


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
        return made_split(options.rows)
    with tempfile.TemporaryDirectory(prefix="rankscope-bench-") as folder:
        return split_of(options, Path(folder), windows)


def _ours(name: str, plan: Plan, split: Split, options: Options, headline: bool) -> Contender:
    state = RunState(plan, split)
    learner = state.learner
    assert learner is not None
    threads = plan.training.threads
    turn = repeated(with_threads(threads, epochs_of(learner)), asked=options.epochs)

    def quality() -> dict[str, float]:
        fresh = RunState(plan, split)
        for _ in train(plan, split, fresh):
            pass
        return quality_of(fresh.model, split)

    measured = quality if options.quality else None
    return Contender(name, turn, ours=True, headline=headline, quality=measured, close=learner.close)


def epochs_of(learner: Learner) -> Turn:
    """A turn that takes the next epoch and gives the positives or windows it walked through."""
    number = 0

    def turn() -> float:
        nonlocal number
        number += 1
        return float(sum(step.examples for step in learner.epoch(number)))

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
    return f"{plan.model.name}, {factors} factors, {plan.loss.name}, 1 negative{batch}"


def threads_text(threads: int) -> str:
    """``1 thread``, ``2 threads``."""
    return "1 thread" if threads == 1 else f"{threads} threads"
