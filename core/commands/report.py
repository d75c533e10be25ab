"""A result as a table: each metric with its interval, beside Popularity and Random, with the paired difference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core import text
from core.commands.console import Console
from core.metrics import ALL_METRICS, find_metric
from core.metrics.verdict import beside_popularity
from core.models import MODELS


def show_result(console: Console, result: Mapping[str, Any]) -> None:
    """Print the metrics of a result line for people."""
    metrics = told_apart(result.get("metrics", {}))
    if not metrics:
        return
    console.heading(title(result))
    intervals = result.get("intervals", {})
    baseline, random = result.get("baseline", {}), result.get("random", {})
    tested = result.get("against_popularity", {})
    if result["model"] == "popularity":
        # it would stand beside itself
        baseline, tested = {}, {}
    confidence = f"{100 * result.get('confidence', 0.95):.0f} % interval"
    head = ["", MODELS[str(result["model"])].label, confidence, "Popularity", "Random", "difference to Popularity"]
    rows = []
    for name, value in metrics.items():
        span = intervals.get(name)
        rows.append(
            [
                metric_label(name),
                text.number(value),
                f"{text.number(span[0])} – {text.number(span[1])}" if span else "",
                text.number(baseline[name]) if name in baseline else "",
                text.number(random[name]) if name in random else "",
                difference(tested.get(name)),
            ]
        )
    console.table(*without_empty(head, rows))
    verdict = beside_popularity(result)
    if verdict:
        console.say(f"  {verdict}")
    for reason, amount in result.get("excluded", {}).items():
        console.say(f"  left out: {text.count(amount, 'user')}, {reason}")
    for what, amount in result.get("counts", {}).items():
        console.say(f"  {what}: {amount:,}")
    show_beyond(console, result.get("beyond", {}))


def told_apart(metrics: Mapping[str, float]) -> dict[str, float]:
    """The metrics that say something of their own.

    With one held-out item a user, recall is Hit, and precision and MAP follow from Hit and MRR: they are left out.
    """
    recalls = {name: value for name, value in metrics.items() if name.startswith("recall@")}
    several = any(value != metrics.get(name.replace("recall", "hit")) for name, value in recalls.items())
    own = [name for name in metrics if several or not name.startswith(("recall@", "precision@", "map@"))]
    order = list(ALL_METRICS)
    return {
        name: metrics[name]
        for name in sorted(own, key=lambda name: (order.index(name.split("@")[0]), find_metric(name)[1]))
    }


def title(result: Mapping[str, Any]) -> str:
    """What was measured, such as ``Test part, all items ranked, 671 users``."""
    against = "all items ranked" if result["protocol"] == "full" else "SAMPLED: only the given candidates ranked"
    return f"{str(result['part']).capitalize()} part, {against}, {text.count(result['users'], 'user')}"


def metric_label(name: str) -> str:
    """``hit@10`` as ``Hit@10``."""
    metric, k = find_metric(name)
    return f"{metric.label}@{k}" if k else metric.label


def difference(tested: Mapping[str, Any] | None) -> str:
    """The paired difference with its interval and p-value."""
    if tested is None:
        return ""
    span = f"{text.number(tested['low'], sign=True)} to {text.number(tested['high'], sign=True)}"
    return f"{text.number(tested['difference'], sign=True)}  ({span}, p {text.probability(tested['p'])})"


def show_beyond(console: Console, beyond: Mapping[str, float]) -> None:
    """Coverage, novelty, popularity and Gini: one row a list length."""
    if not beyond:
        return
    found: dict[int, dict[str, str]] = {}
    for name, value in beyond.items():
        metric, k = find_metric(name)
        label = f"{metric.label}, {metric.unit}" if metric.unit else metric.label
        found.setdefault(k, {})[label] = text.number(value)
    labels = list(next(iter(found.values())))
    console.heading("What the lists hold")
    console.table(["first", *labels], [[f"{k}", *(row[label] for label in labels)] for k, row in found.items()])


BUCKETS = {
    "activity": ("By how active users are", "training events of the user"),
    "popularity": ("By how popular the held-out items are", "training events of the item"),
}
"""Heading, and what is counted."""


def show_buckets(console: Console, buckets: Mapping[str, Any]) -> None:
    """Metrics apart for few and many events: one row a range."""
    for name, rows in buckets.items():
        heading, counted = BUCKETS[name]
        console.heading(heading)
        metrics = list(rows[0]["values"]) if rows else []
        console.table(
            [counted, "users", "held out", *(metric_label(each) for each in metrics)],
            [
                [
                    f"{row['low']:,} – {row['high']:,}" if row["low"] < row["high"] else f"{row['low']:,}",
                    f"{row['users']:,}",
                    f"{row['held_out']:,}",
                    *(text.number(row["values"][each]) for each in metrics),
                ]
                for row in rows
            ],
            right=(1, 2),
        )


def without_empty(head: list[str], rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """Columns that hold nothing are left out."""
    keep = [at for at in range(len(head)) if at == 0 or any(row[at] for row in rows)]
    return [head[at] for at in keep], [[row[at] for at in keep] for row in rows]
