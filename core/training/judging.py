"""Judge a run: baselines beside it, the validation part after each epoch, the test part once at the end."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from core.comparison import UserValues, paired
from core.errors import PlanError
from core.evaluation import Evaluation, Part, evaluating
from core.metrics import (
    RankingMetric,
    RatingMetric,
    beyond_accuracy,
    find_metric,
    rating_summary,
    repeats_summary,
    summary,
    user_values,
)
from core.metrics.beyond import Popularity as ItemPopularity
from core.metrics.intervals import intervals
from core.models import MODELS
from core.models.base import Building, RankingModel
from core.models.scorer import ModelScorer, scorer_for
from core.rating_evaluation import evaluate_ratings
from core.seeding import generator, key
from core.splits.split import Split
from core.training.control import Control
from core.training.events import EvaluationAdvanced, RunEvent
from core.training.plan import Plan
from core.training.state import RunState

MOST_PINNED = 8
"""Users whose held-out ranks are told after each epoch."""
UNKNOWN_PINNED = "Pinned users that are not in the data"
"""How the note begins that names them."""

Metrics = dict[str, float]


class Halted(Exception):  # noqa: N818 - not an error
    """Raised within a run that was asked to stop; its state is one that can be gone on from."""


class Judge:
    """Ranks the parts of a split with a run's model and with the baselines, and writes the result down.

    Attributes:
        baseline_metrics, random_metrics: Popularity and Random on the validation part.
        pinned_ids: users whose held-out rank is told each epoch, by id.
        pinned_ranks: their ranks in the latest evaluation.
    """

    def __init__(self, plan: Plan, split: Split, state: RunState, control: Control | None = None) -> None:
        self.plan, self.split, self.state = plan, split, state
        self.control = control or Control()
        self.ks = tuple(sorted(set(plan.evaluation.ks)))
        self.rates = predicts_ratings(plan) and split.interactions.weights == "rating"
        self.stop_on = stop_metric(plan, self.rates)
        self._notes: tuple[str, ...] = ()
        self.baseline_metrics: Metrics = {}
        self.random_metrics: Metrics = {}
        self.pinned = self._pinned()
        self.pinned_ids = tuple(split.interactions.users.take(self.pinned))
        self.pinned_ranks: tuple[tuple[str, int], ...] = ()
        self._scorer: ModelScorer | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """Plain sentences for the log."""
        return (*self._notes, *self.state.notes)

    def baselines(self, part: Part) -> Generator[RunEvent, None, None]:
        """Rank a part by Popularity and by Random."""
        events = self.split.validation if part == "validation" else self.split.test
        if not len(events):
            return
        for name, kept in (("popularity", self.state.results.popularity), ("random", self.state.results.random)):
            kept[part] = yield from self._ranked(self._baseline(name, part), part)
        self.baseline_metrics = self._figures(self.state.results.popularity[part])
        self.random_metrics = self._figures(self.state.results.random[part])

    def epoch(self, epoch: int) -> Generator[RunEvent, None, tuple[Metrics, bool]]:
        """Rank the validation part, where this epoch is due; tells whether it is the best so far."""
        state = self.state
        last = epoch == state.epochs
        self.pinned_ranks = ()
        if not state.validates or (epoch % self.plan.training.evaluate_every and not last):
            return {}, False
        evaluation = yield from self._ranked(state.model, "validation")
        metrics = self._summary(state.model, evaluation)
        state.results.model["validation"] = evaluation
        self._pin(evaluation)
        self._warn_of_flat_scores(evaluation, epoch)
        before = state.stopping.best_epoch
        state.stopping = state.stopping.after(epoch, metrics[state.stopping.metric])
        best = state.stopping.best_epoch != before
        if best:
            state.keep_best()
            # what a run that is stopped before its end has to tell
            state.validation_metrics = metrics
        return metrics, best

    def chosen(self) -> Generator[RunEvent, None, None]:
        """Remember the validation figures of the best epoch, before the model is trained again on everything."""
        self.state.return_to_best()
        evaluation = yield from self._ranked(self.state.model, "validation")
        self.state.results.model["validation"] = evaluation
        self.state.validation_metrics = self._summary(self.state.model, evaluation)

    def final(self) -> Generator[RunEvent, None, None]:
        """Rank the validation part with the final weights, and the test part, once."""
        state = self.state
        if state.validates or (state.phase == "train" and len(self.split.validation)):
            yield from self.chosen()
        if not self.plan.evaluation.final or not len(self.split.test):
            return
        # told before the first user is: what follows the last epoch is to be seen while kernels are still compiled
        yield EvaluationAdvanced("test", 0, int(np.count_nonzero(np.diff(self.split.test.indptr))))
        state.results.model["test"] = yield from self._ranked(state.model, "test", lists=True)
        yield from self.baselines("test")

    def result(self, part: str) -> dict[str, Any]:
        """The result line, but for the name of the run; ``part`` may be empty for a run that was stopped.

        Raises:
            Halted: the run is to stop while intervals and comparisons of a part are being drawn.
        """
        state = self.state
        evaluation = state.results.model.get(part)
        popularity = state.results.popularity.get(part)
        result: dict[str, Any] = {
            "model": self.plan.model.name,
            "part": part,
            "protocol": evaluation.protocol if evaluation else "full",
            "users": len(evaluation.users) if evaluation else 0,
            "seconds": round(state.seconds, 3),
            "metrics": {},
            "validation": state.validation_metrics,
            "baseline": self._figures(popularity) if popularity else {},
            "random": self._figures(state.results.random[part]) if part in state.results.random else {},
            "rejected": 0,
            "excluded": dict(evaluation.excluded) if evaluation else {},
            "counts": dict(evaluation.counts) if evaluation else {},
            "epochs": state.epoch,
            "best_epoch": state.stopping.best_epoch,
            "skipped": state.skipped,
            "notes": [*self.notes, *(evaluation.notes if evaluation else ())],
        }
        if evaluation:
            result["metrics"] = self._summary(state.model, evaluation)
            result["repeats"] = repeats_summary(evaluation)
            result["intervals"] = self._intervals(evaluation)
            result["confidence"] = 0.95
            if evaluation.lists is not None:
                result["beyond"] = beyond_accuracy(evaluation.lists, ItemPopularity.of(state.train), self.ks)
        if evaluation and popularity:
            result["against_popularity"] = self._against(evaluation, popularity)
        return result

    def _intervals(self, evaluation: Evaluation) -> dict[str, tuple[float, float]]:
        resamples = self.plan.evaluation.bootstrap
        if not resamples:
            return {}
        found = intervals(
            evaluation, self.ks, resamples=resamples, seed=key(self.plan.seed, "bootstrap"), pause=self._pause
        )
        return {name: (each.low, each.high) for name, each in found.items()}

    def _against(self, evaluation: Evaluation, popularity: Evaluation) -> dict[str, dict[str, Any]]:
        """Paired differences to Popularity, by metric; with many users each takes seconds."""
        names = self._tested_names()
        users = self.split.interactions.users
        model, baseline = (UserValues(users.take(e.users), user_values(e, names)) for e in (evaluation, popularity))
        seed = key(self.plan.seed, "paired")
        found = {}
        for name in names:
            self._pause()
            found[name] = asdict(paired(model, baseline, name, seed=seed, pause=self._pause))
        return found

    def _pause(self) -> None:
        """Called between small pieces of what takes seconds with many users."""
        if self.control.should_stop():
            raise Halted

    def _ranked(self, model: RankingModel, part: Part, lists: bool = False) -> Generator[RunEvent, None, Evaluation]:
        """Rank a part, telling how far it is now and then; the generator can be closed at any event.

        Raises:
            Halted: the run is to stop; what was ranked is thrown away.
        """
        steps = evaluating(
            self._scorer_of(model), self.split, part, ks=self.ks, lists=lists, threads=self.plan.training.threads
        )
        told = time.monotonic()
        while True:
            try:
                done, total = next(steps)
            except StopIteration as end:
                evaluation: Evaluation = end.value
                return evaluation
            if time.monotonic() - told >= self.plan.training.report_every:
                told = time.monotonic()
                yield EvaluationAdvanced(part, done, total)
            if done < total and self.control.should_stop():
                raise Halted

    def _scorer_of(self, model: RankingModel) -> ModelScorer:
        """That of the model in training is kept: memory for its answers would be made and cleared each epoch."""
        if model is not self.state.model:
            return scorer_for(model)
        if self._scorer is None or self._scorer.model is not model:
            self._scorer = scorer_for(model)
        self._scorer.forget()
        return self._scorer

    def _summary(self, model: RankingModel, evaluation: Evaluation) -> Metrics:
        metrics = self._figures(evaluation)
        if self.rates:
            metrics.update(rating_summary(evaluate_ratings(self._scorer_of(model), self.split, evaluation.part)))
        return metrics

    def _figures(self, evaluation: Evaluation) -> Metrics:
        """All ranking metrics at the plan's list lengths, and the one that stops the run."""
        metrics = summary(evaluation, self.ks)
        if self.stop_on:
            metrics[self.stop_on] = float(user_values(evaluation, [self.stop_on])[self.stop_on].mean())
        return metrics

    def _baseline(self, name: str, part: Part) -> RankingModel:
        # a run gone on with in its refit phase must not count the validation part while ranking it
        train = self.split.train if part == "validation" else self.state.train
        building = Building(None, train, torch.Generator(), seed=key(self.plan.seed, "random"))
        return MODELS[name].load()(building)

    def _pinned(self) -> npt.NDArray[np.int32]:
        """The users whose ranks are followed: those the plan names, else some of the held-out users."""
        named = self.plan.evaluation.pinned
        if named:
            rows = self.split.interactions.users.rows(named[:MOST_PINNED])
            unknown = [user for user, row in zip(named, rows, strict=False) if row < 0]
            if unknown:
                self._notes += (f"{UNKNOWN_PINNED}: {', '.join(unknown)}",)
            if len(named) > MOST_PINNED:
                self._notes += (f"Of {len(named)} pinned users the first {MOST_PINNED} are followed",)
            return rows[rows >= 0]
        holding = np.unique(self.split.validation.users)
        picked = generator(self.plan.seed, "pinned").permutation(len(holding))[:MOST_PINNED]
        return np.sort(holding[picked]).astype(np.int32)

    def _pin(self, evaluation: Evaluation) -> None:
        at = np.searchsorted(evaluation.users, self.pinned)
        at = np.minimum(at, len(evaluation.users) - 1)
        ranks = zip(self.pinned_ids, evaluation.users[at] == self.pinned, evaluation.ranks[at], strict=True)
        self.pinned_ranks = tuple((user, int(rank)) for user, ranked, rank in ranks if ranked)

    def _warn_of_flat_scores(self, evaluation: Evaluation, epoch: int) -> None:
        """Say once that most scores are equal: a model that learned nothing looks like one with AUC .5."""
        ties = evaluation.equal.sum() / max(int((evaluation.candidates * evaluation.relevant).sum()), 1)
        if ties > 0.5 and not self.state.notes:
            self.state.notes += (
                f"After epoch {epoch} most scores are equal, so nothing is ranked. The embeddings may have "
                "decayed to zero (less weight_decay or l2), or the learning rate is too low",
            )

    def _tested_names(self) -> tuple[str, ...]:
        longest = max(self.ks)
        return tuple(dict.fromkeys([f"hit@{50 if 50 in self.ks else longest}", "auc", f"ndcg@{self._middle_k()}"]))

    def _middle_k(self) -> int:
        return 10 if 10 in self.ks else self.ks[0]


def stop_metric(plan: Plan, rates: bool) -> str:
    """The ranking metric that stops the run; an empty text where it is one of ratings.

    Raises:
        PlanError: no metric is called so, or it is not computed while this plan trains.
    """
    name = plan.training.stop_on
    metric, _ = find_metric(name)
    if isinstance(metric, RankingMetric):
        return name
    if rates and isinstance(metric, RatingMetric):
        return ""
    raise PlanError(
        code="plan.stop-on",
        what=f"{name} cannot stop this run",
        where="training.stop_on",
        why="It needs predicted ratings" if isinstance(metric, RatingMetric) else "It has no value after each epoch",
        remedy="Choose a ranking metric such as ndcg@10 or auc",
    )


def predicts_ratings(plan: Plan) -> bool:
    """Whether the scores are predicted ratings, so that RMSE and MAE make sense."""
    if plan.loss is None:
        return False
    if MODELS[plan.model.name].batch == "row":
        return bool(plan.model.settings.feedback == "ratings")
    return plan.loss.name == "squared"
