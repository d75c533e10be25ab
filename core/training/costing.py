"""What a run will take, reckoned before it starts, and how fast it is, measured on a few steps of it."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.losses import LOSSES
from core.models import MODELS
from core.training.plan import Plan

if TYPE_CHECKING:
    from core.models.base import RankingModel
    from core.splits.split import Split
    from core.training.control import Control

COPIES = {"sgd": 0, "adagrad": 1}
"""Numbers that a rule keeps for each weight; the rules of Adam's kind keep two."""
STEPS_FOR = 0.3
RANKING_FOR = 0.2
"""Seconds of steps and of ranking that a calibration takes at most."""


@dataclass(frozen=True)
class Cost:
    """Sizes of a run.

    Attributes:
        parameters: numbers that are learned.
        examples: positives, windows or rows an epoch; 0 where nothing is trained.
        negatives: negatives drawn an epoch.
        batch_size: positives, windows or rows a step, settled where the plan leaves it to the data.
        steps: optimiser steps an epoch, 0 for the compiled kernel.
        memory: bytes of the weights, their gradients, their copy of the best epoch and what the optimiser keeps.
    """

    parameters: int
    examples: int
    negatives: int
    batch_size: int
    steps: int
    memory: int


@dataclass(frozen=True)
class Speed:
    """How fast a run goes on this machine.

    Attributes:
        epoch: seconds that the steps of an epoch take.
        evaluation: seconds that ranking the validation part takes.
    """

    epoch: float
    evaluation: float


def cost(plan: Plan, split: Split) -> Cost:
    """Reckon the sizes of a run without taking a step.

    Raises:
        PlanError: the plan does not fit the data.
    """
    import torch

    from core.batches import window_starts
    from core.training.batch_sizes import with_batch_size
    from core.training.building import build_model
    from core.training.factorising import kernel_fits

    train, entry = split.train, MODELS[plan.model.name]
    parameters = sum(parameter.numel() for parameter in build_model(plan, train).parameters())
    if not entry.losses:
        return Cost(parameters, 0, 0, 0, 0, 4 * parameters)
    plan = with_batch_size(plan, train)
    rows = len(train)
    if entry.batch == "window":
        rows = len(window_starts(train, plan.model.settings.targets))
    elif entry.batch == "row":
        rows = len(np.unique(train.users if plan.model.name == "autorec-user" else train.items))
    compiled = kernel_fits(plan, torch.device("cpu"))
    kept = 1 + (0 if compiled else 1) + COPIES.get(plan.optimiser.name, 2) + plan.training.keep_best
    return Cost(
        parameters=parameters,
        examples=rows,
        negatives=_negatives(plan, len(train) if entry.batch == "row" else rows),
        batch_size=plan.training.batch_size,
        steps=0 if compiled else -(-rows // plan.training.batch_size),
        memory=4 * parameters * kept,
    )


def _negatives(plan: Plan, positives: int) -> int:
    if plan.loss is None or plan.sampler is None or LOSSES[plan.loss.name].kind == "rating":
        return 0
    each: int = getattr(plan.sampler.settings, "negatives", 0)
    targets: int = getattr(plan.model.settings, "targets", 1)
    return positives * each * targets


def calibrated(plan: Plan, split: Split, control: Control) -> Speed | None:
    """Measure a few steps and a part of an evaluation; None where it was stopped or nothing can be measured.

    The first step is not counted: it loads and compiles what the others use.
    """
    import torch

    from core.training.batch_sizes import with_batch_size
    from core.training.building import build_model
    from core.training.devices import choose_device
    from core.training.factorising import KernelLearner, kernel_fits
    from core.training.learner import GradientLearner

    if not MODELS[plan.model.name].losses:
        return None
    torch.set_num_threads(plan.training.threads)
    plan, device = with_batch_size(plan, split.train), choose_device(plan.training)
    model = build_model(plan, split.train).to(device)
    learner = (KernelLearner if kernel_fits(plan, device) else GradientLearner)(plan, split.train, model, device)
    began, steps, seconds = 0.0, 0, 0.0
    for step in itertools.chain(learner.epoch(1), learner.epoch(2)):
        # reading the loss waits for a device that is still at it
        float(step.loss)
        if control.stopped:
            return None
        if began:
            steps, seconds = steps + step.steps, time.perf_counter() - began
        else:
            began = time.perf_counter()
        if seconds > STEPS_FOR:
            break
    if not steps:
        return None
    evaluation = _seconds_to_rank(plan, split, model, control) if len(split.validation) else 0.0
    return None if control.stopped else Speed(seconds / steps * learner.steps, evaluation)


def _seconds_to_rank(plan: Plan, split: Split, model: RankingModel, control: Control) -> float:
    """Seconds that ranking the validation part takes; the first block, which loads and compiles, is not counted."""
    from core.evaluation import evaluating
    from core.models.scorer import scorer_for

    began, before, ranked, seconds, users = 0.0, 0, 0, 0.0, 0
    # where the part is a single block it is ranked twice
    for _ in range(2):
        ks, threads = plan.evaluation.ks, plan.training.threads
        for done, total in evaluating(scorer_for(model), split, "validation", ks=ks, threads=threads):
            if began:
                ranked, seconds = ranked + done - before, time.perf_counter() - began
            users = total
            began, before = began or time.perf_counter(), done
            if control.stopped or seconds > RANKING_FOR:
                break
        if ranked or control.stopped:
            break
        began, before = time.perf_counter(), 0
    return seconds * users / ranked if ranked else 0.0


def seconds_for(plan: Plan, speed: Speed) -> float:
    """Seconds that all planned epochs take, with an evaluation after each that is due and three at the end.

    At the end the test part is ranked by the model, by Popularity and by Random.
    """
    epochs, every = plan.training.epochs, plan.training.evaluate_every
    return epochs * speed.epoch + (-(-epochs // every) + 3) * speed.evaluation
