"""The tables of metrics: key -> what a form, a table's head and the command line need to know, and the function."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import PlanError
from core.metrics import beyond, ranking, rating
from core.metrics.beyond import Lists, Popularity
from core.metrics.held_out import DEFAULT_KS, Evaluation, repeats_apart
from core.metrics.rating import RatingEvaluation

PerUser = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Metric:
    """What is known of a metric; its flat name is ``key@k`` where it has a k, else ``key``.

    Attributes:
        key: stored in run files, never renamed.
        formula: in plain text, for one user where the metric is a mean over users.
        per_k: computed on the first k of the list.
        higher_is_better: None where neither end is better in itself.
        unit: empty for a share between 0 and 1.
    """

    key: str
    label: str
    formula: str
    help: str
    per_k: bool
    higher_is_better: bool | None = True
    unit: str = ""

    def name(self, k: int) -> str:
        """The flat name, ``hit@10`` or ``auc``."""
        return f"{self.key}@{k}" if self.per_k else self.key


@dataclass(frozen=True)
class RankingMetric(Metric):
    """A metric with one value a user; ``function`` takes (evaluation, k) and gives float64 ``[users]``."""

    function: Callable[[Evaluation, int], PerUser] = ranking.hit


@dataclass(frozen=True)
class BeyondMetric(Metric):
    """A metric of all lists together; ``function`` takes (lists cut at k, training popularity)."""

    function: Callable[[Lists, Popularity], float] = beyond.coverage


@dataclass(frozen=True)
class RatingMetric(Metric):
    """A metric of predicted ratings."""

    function: Callable[[RatingEvaluation], float] = rating.root_mean_squared_error


METRICS: dict[str, RankingMetric] = {
    "hit": RankingMetric(
        key="hit",
        label="Hit",
        formula="1 if any held-out item has a place <= k, else 0",
        help="Share of users with a held-out item among their first k.",
        per_k=True,
        function=ranking.hit,
    ),
    "ndcg": RankingMetric(
        key="ndcg",
        label="nDCG",
        formula="sum of 1 / log2(1 + place) over held-out items with place <= k, divided by that of the ideal list",
        help="Like Hit, but a hit further up the list counts more.",
        per_k=True,
        function=ranking.ndcg,
    ),
    "precision": RankingMetric(
        key="precision",
        label="Precision",
        formula="held-out items with place <= k, divided by k",
        help="Share of the first k that is held out.",
        per_k=True,
        function=ranking.precision,
    ),
    "recall": RankingMetric(
        key="recall",
        label="Recall",
        formula="held-out items with place <= k, divided by the number of held-out items",
        help="Share of the held-out items that is among the first k.",
        per_k=True,
        function=ranking.recall,
    ),
    "mrr": RankingMetric(
        key="mrr",
        label="MRR",
        formula="1 / place of the best held-out item",
        help="Mean reciprocal rank, over the whole list.",
        per_k=False,
        function=ranking.reciprocal_rank,
    ),
    "map": RankingMetric(
        key="map",
        label="MAP",
        formula="sum over hits with place <= k of (hits so far / place), divided by min(k, held-out items)",
        help="Mean average precision: the precision at each hit, averaged.",
        per_k=True,
        function=ranking.average_precision,
    ),
    "auc": RankingMetric(
        key="auc",
        label="AUC",
        formula="(lower + 0.5 * equal) / candidates, averaged over the user's held-out items",
        help="Chance that a held-out item scores higher than a candidate; 0.5 is guessing.",
        per_k=False,
        function=ranking.area_under_curve,
    ),
}

BEYOND_METRICS: dict[str, BeyondMetric] = {
    "coverage": BeyondMetric(
        key="coverage",
        label="Coverage",
        formula="distinct items in all lists / items",
        help="Share of the catalogue that is recommended to anyone.",
        per_k=True,
        function=beyond.coverage,
    ),
    "novelty": BeyondMetric(
        key="novelty",
        label="Novelty",
        formula="mean of log2(training users / training users of the item)",
        help="Mean self-information of the listed items: how surprising they are.",
        per_k=True,
        higher_is_better=None,
        unit="bit",
        function=beyond.novelty,
    ),
    "popularity": BeyondMetric(
        key="popularity",
        label="Popularity",
        formula="mean of (training users of the item / training users)",
        help="Mean share of the training users who met the listed items.",
        per_k=True,
        higher_is_better=None,
        function=beyond.mean_popularity,
    ),
    "gini": BeyondMetric(
        key="gini",
        label="Gini",
        formula="Gini coefficient of how often each item of the catalogue is listed",
        help="Concentration of the lists: 0 all items alike, towards 1 always the same few.",
        per_k=True,
        higher_is_better=False,
        function=beyond.gini,
    ),
}

RATING_METRICS: dict[str, RatingMetric] = {
    "rmse": RatingMetric(
        key="rmse",
        label="RMSE",
        formula="square root of the mean of (predicted - given)^2 over all events",
        help="Root mean squared error of the predicted ratings.",
        per_k=False,
        higher_is_better=False,
        unit="rating",
        function=rating.root_mean_squared_error,
    ),
    "mae": RatingMetric(
        key="mae",
        label="MAE",
        formula="mean of |predicted - given| over all events",
        help="Mean absolute error of the predicted ratings.",
        per_k=False,
        higher_is_better=False,
        unit="rating",
        function=rating.mean_absolute_error,
    ),
}

ALL_METRICS: dict[str, Metric] = {**METRICS, **BEYOND_METRICS, **RATING_METRICS}


def find_metric(name: str) -> tuple[Metric, int]:
    """The metric behind a flat name and its k (0 where it has none).

    Raises:
        PlanError: no metric is called so; the message has the nearest names.
    """
    key, at, k = name.partition("@")
    metric = ALL_METRICS.get(key)
    if metric is not None and metric.per_k == bool(at) and (not at or _is_count(k)):
        return metric, int(k or 0)
    known = [each.name(10) for each in ALL_METRICS.values()]
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.4) or known
    raise PlanError(
        code="plan.unknown-metric",
        what=f"no metric is called {name!r}",
        why="A metric of the first k items is written with its k, such as ndcg@10; mrr and auc have none",
        remedy=f"Did you mean {', '.join(near)}",
    )


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and text[0] != "0"


def user_values(evaluation: Evaluation, names: Iterable[str]) -> dict[str, PerUser]:
    """Values of each ranked user, ``[users]`` in the order of ``evaluation.users``, by flat name."""
    values = {}
    for name in names:
        metric, k = find_metric(name)
        if not isinstance(metric, RankingMetric):
            raise PlanError(
                code="plan.metric-without-users",
                what=f"{name} has no value for a single user",
                remedy=f"Choose one of {', '.join(METRICS)}",
            )
        values[name] = metric.function(evaluation, k)
    return values


def ranking_names(ks: Iterable[int] = DEFAULT_KS) -> tuple[str, ...]:
    """The flat names of all ranking metrics, each at every k where it has one."""
    ks = sorted(set(ks))
    return tuple(metric.name(k) for metric in METRICS.values() for k in (ks if metric.per_k else [0]))


def summary(evaluation: Evaluation, ks: Iterable[int] | None = None) -> dict[str, float]:
    """Means over the ranked users by flat name, each between 0 and 1; ``ks`` of the evaluation when not given."""
    ks = sorted(set(evaluation.ks if ks is None else ks))
    return {
        metric.name(k): mean(metric.function(evaluation, k))
        for metric in METRICS.values()
        for k in (ks if metric.per_k else [0])
    }


def mean(values: PerUser) -> float:
    """The mean to the bit as numpy's own, which takes as long again to find out what it was given."""
    return float(np.add.reduce(values) / len(values))


def repeats_summary(evaluation: Evaluation) -> dict[str, dict[str, float]]:
    """Held-out items that the user had already (``repeat``) and those that are ``new``, each summed up on its own.

    Empty unless repeats are kept as events (protocol: repeated pairs); ``items`` is the number of held-out items.
    """
    parts = repeats_apart(evaluation)
    return {name: {"items": len(part.items), **summary(part)} for name, part in parts.items()}


def beyond_accuracy(lists: Lists, popularity: Popularity, ks: Iterable[int] = DEFAULT_KS) -> dict[str, float]:
    """Coverage, novelty, popularity and Gini of the lists ``[users, length]`` cut at each k, by flat name."""
    return {
        metric.name(k): metric.function(lists[:, :k], popularity)
        for metric in BEYOND_METRICS.values()
        for k in sorted(set(ks))
    }


def rating_summary(evaluation: RatingEvaluation) -> dict[str, float]:
    """The metrics of predicted ratings by name."""
    return {metric.key: metric.function(evaluation) for metric in RATING_METRICS.values()}
