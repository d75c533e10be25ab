"""Set two runs side by side: what differs in their plans, their metrics, and how likely chance is behind it."""

from __future__ import annotations

import argparse
import dataclasses
from typing import TYPE_CHECKING, Any

from core import text
from core.commands.arguments import add_json
from core.commands.console import Console

if TYPE_CHECKING:
    from core.evaluation import Evaluation
    from core.runs.opening import Run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``compare``."""
    parser.add_argument("first", metavar="RUN", help="path or id of a run")
    parser.add_argument("second", metavar="RUN", help="path or id of another")
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Compare and print."""
    from core.commands.finding import named_run
    from core.metrics import summary
    from core.runs.comparing import compared, measured, remarks
    from core.training.plan import differing

    first, second = named_run(arguments, arguments.first), named_run(arguments, arguments.second)
    a, b = measured(first, second)
    ks = tuple(k for k in a.ks if k in b.ks)
    notes = remarks(first, a, second, b)
    differences = differing(first.plan, second.plan)
    metrics = [summary(each, ks) for each in (a, b)]
    tested = compared(first, a, second, b, tuple(metrics[0]))
    found = {each.metric: dataclasses.asdict(each) for each in tested}
    console.emit(
        "result",
        {
            "runs": [first.name, second.name],
            "part": a.part,
            "protocol": [a.protocol, b.protocol],
            "users": tested[0].users,
            "plan": {name: list(values) for name, values in differences.items()},
            "metrics": metrics,
            "paired": found,
            "notes": notes,
        },
    )
    show(console, first, second, a, differences, found)
    for note in notes:
        console.remark(note)
    return 0


def show(
    console: Console,
    first: Run,
    second: Run,
    evaluation: Evaluation,
    differences: dict[str, tuple[Any, Any]],
    paired: dict[str, dict[str, Any]],
) -> None:
    """Print the comparison for people."""
    from core.commands.report import metric_label, told_apart

    names = [short(each) for each in (first, second)]
    console.heading("What differs")
    rows = [[name, shown(left), shown(right)] for name, (left, right) in differences.items()]
    console.table(["", *names], rows)
    if not rows:
        console.say("  Nothing in the plans")
    each = next(iter(paired.values()))
    # where only one of them is sampled, a remark says which
    sampled = ", SAMPLED: only the given candidates ranked" if evaluation.protocol == "sampled" else ""
    console.heading(f"{evaluation.part.capitalize()} part{sampled}, {text.count(each['users'], 'user')} in common")
    own = told_apart({name: found["first"] for name, found in paired.items()})
    rows = [
        [
            metric_label(name),
            text.number(found["first"]),
            text.number(found["second"]),
            text.number(found["difference"], sign=True),
            f"{text.number(found['low'], sign=True)} to {text.number(found['high'], sign=True)}",
            text.probability(found["p"]),
        ]
        for name, found in paired.items()
        if name in own
    ]
    console.table(["", *names, "difference", "95 % interval", "p"], rows)


def short(run: Run) -> str:
    """A name for the head of a column."""
    return text.shortened(f"{run.name} ({run.plan.model.name})", 30)


def shown(value: Any) -> str:
    """A value of a plan."""
    return "–" if value is None else ",".join(str(each) for each in value) if isinstance(value, list) else str(value)
