"""Measure a run: its test or validation part, in full or against candidate lists."""

from __future__ import annotations

import argparse

from core.commands.arguments import add_json, whole_number, whole_numbers
from core.commands.console import Console


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``evaluate``."""
    parser.add_argument("run", metavar="RUN", help="path or id of a run")
    parser.add_argument("--candidates", metavar="FILE", help="candidate lists; the protocol is then sampled")
    parser.add_argument("--k", metavar="5,10,20,50", type=whole_numbers, default=(), help="lengths of list")
    parser.add_argument(
        "--buckets",
        metavar="N",
        type=whole_number,
        help="also measure inactive and active users, rare and popular items",
    )
    parser.add_argument("--part", choices=("test", "validation"), default="test", help="what to rank (test)")
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Measure and print the result."""
    from core.commands.finding import named_run, ready_model
    from core.commands.progress import WorkProgress
    from core.commands.report import show_buckets, show_result
    from core.runs.measuring import in_buckets, measuring

    opened = named_run(arguments, arguments.run)
    ready_model(console, opened)
    candidates = None
    if arguments.candidates:
        from core.commands.preparing import candidates_for

        candidates = candidates_for(opened, arguments.candidates)
    steps = measuring(opened, arguments.part, ks=arguments.k, candidates=candidates)
    with WorkProgress(console, "ranking", unit="users", scale=1) as progress:
        while True:
            try:
                progress(*next(steps))
            except StopIteration as end:
                result, evaluation = end.value
                break
    if arguments.buckets:
        result["buckets"] = in_buckets(opened, evaluation, arguments.buckets)
    console.emit("result", result)
    show_result(console, result)
    show_buckets(console, result.get("buckets", {}))
    for note in result["notes"]:
        console.remark(note)
    return 0
