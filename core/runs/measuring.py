"""Measure a run that is on the disk: any part, any list lengths, the split's candidates or others."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Generator
from typing import Any, Literal

import torch

from core.evaluation import Evaluation, evaluating
from core.evaluation import Progress as Ranked
from core.metrics import (
    RankingMetric,
    beyond_accuracy,
    find_metric,
    rating_summary,
    repeats_summary,
    summary,
    user_values,
)
from core.metrics.beyond import Popularity as ItemPopularity
from core.metrics.buckets import by_activity, by_popularity
from core.metrics.intervals import intervals
from core.models import MODELS
from core.models.base import Building, RankingModel
from core.models.scorer import scorer_for
from core.protocols import Part
from core.rating_evaluation import evaluate_ratings
from core.runs.comparing import CONFIDENCE, compared
from core.runs.opening import Run
from core.seeding import key
from core.splits.split import Candidates, Split
from core.training.judging import predicts_ratings


def measuring(
    run: Run, part: Part, *, ks: tuple[int, ...] = (), candidates: Candidates | None = None
) -> Generator[Ranked, None, tuple[dict[str, Any], Evaluation]]:
    """Rank a part by the run's model, by Popularity and by Random; ends in the result line and the evaluation.

    Args:
        ks: lengths of list; those of the plan when empty.
        candidates: in place of those of the split.

    Raises:
        SplitError: the part is empty.
        UsageError: candidates for the validation part.
    """
    began = time.monotonic()
    split, also = run.split, () if ks else stop_metrics(run)
    ks = ks or run.plan.evaluation.ks
    given: Candidates | Literal["split"] = "split" if candidates is None else candidates
    threads = run.plan.training.threads
    evaluation = yield from evaluating(
        scorer_for(run.model), split, part, ks=ks, candidates=given, lists=True, threads=threads
    )
    baselines = {}
    for name in ("popularity", "random"):
        baselines[name] = yield from evaluating(
            scorer_for(baseline(run, name)), split, part, ks=ks, candidates=given, threads=threads
        )
    popularity = baselines["popularity"]
    result: dict[str, Any] = {
        "run": run.name,
        "model": run.plan.model.name,
        "part": part,
        "protocol": evaluation.protocol,
        "users": len(evaluation.users),
        "seconds": round(time.monotonic() - began, 3),
        "metrics": figures(evaluation, also) | rating_metrics(run, split, part),
        "repeats": repeats_summary(evaluation),
        "validation": run.result.get("validation", {}),
        "baseline": figures(popularity, also),
        "random": figures(baselines["random"], also),
        "rejected": run.record.counts.get("rejected", 0),
        "dropped": run.record.counts.get("dropped", {}),
        "excluded": dict(evaluation.excluded),
        "counts": dict(evaluation.counts),
        "notes": [*evaluation.notes, *seen_in_training(run, part)],
        "confidence": CONFIDENCE,
    }
    if run.plan.evaluation.bootstrap:
        seed = key(run.plan.seed, "bootstrap")
        found = intervals(evaluation, confidence=CONFIDENCE, resamples=run.plan.evaluation.bootstrap, seed=seed)
        result["intervals"] = {name: [each.low, each.high] for name, each in found.items()}
    if evaluation.lists is not None:
        result["beyond"] = beyond_accuracy(evaluation.lists, ItemPopularity.of(run.trained_on), ks)
    tested = compared(run, evaluation, run, popularity, tested_names(ks))
    result["against_popularity"] = {each.metric: dataclasses.asdict(each) for each in tested}
    return result, evaluation


def figures(evaluation: Evaluation, also: tuple[str, ...]) -> dict[str, float]:
    """All ranking metrics at the lengths that were asked for, and some more."""
    return summary(evaluation) | {name: float(each.mean()) for name, each in user_values(evaluation, also).items()}


def in_buckets(run: Run, evaluation: Evaluation, buckets: int) -> dict[str, list[dict[str, Any]]]:
    """Metrics apart for inactive and active users, and for rare and popular held-out items, as plain values.

    Args:
        buckets: of each at most.
    """
    names = tested_names(evaluation.ks)
    found = {
        "activity": by_activity(evaluation, run.trained_on, names, buckets),
        "popularity": by_popularity(evaluation, run.trained_on, names, buckets),
    }
    return {name: [dataclasses.asdict(each) for each in rows] for name, rows in found.items()}


def stop_metrics(run: Run) -> tuple[str, ...]:
    """The ranking metric that stopped the run, which may have a length of its own."""
    name = run.plan.training.stop_on
    return (name,) if isinstance(find_metric(name)[0], RankingMetric) else ()


def baseline(run: Run, name: str) -> RankingModel:
    """Popularity or Random as they stood beside the run."""
    building = Building(None, run.trained_on, torch.Generator(), seed=key(run.plan.seed, "random"))
    return MODELS[name].load()(building)


def rating_metrics(run: Run, split: Split, part: Part) -> dict[str, float]:
    """RMSE and MAE where the scores are ratings."""
    if not predicts_ratings(run.plan) or split.interactions.weights != "rating":
        return {}
    return rating_summary(evaluate_ratings(scorer_for(run.model), split, part))


def seen_in_training(run: Run, part: Part) -> list[str]:
    """The warning that belongs to the validation figures of a model that was trained again on everything."""
    if part == "validation" and run.loaded.checkpoint.plain.get("phase") == "refit":
        return ["The model was trained again with the validation part in it: its figures there are too good"]
    return []


def tested_names(ks: tuple[int, ...]) -> tuple[str, ...]:
    """The metrics whose differences are tested: Hit at 50, AUC and nDCG at 10, or what is nearest to them."""
    long, short = (50 if 50 in ks else max(ks)), (10 if 10 in ks else min(ks))
    return (f"hit@{long}", "auc", f"ndcg@{short}")
