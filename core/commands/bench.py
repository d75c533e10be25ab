"""Time a part of Rankscope, by turns with other libraries where they are installed."""

from __future__ import annotations

import argparse
import dataclasses
import os
import platform
import statistics
from typing import Any

from core.benching import BENCHES, BenchEntry
from core.benching.measuring import Bench, Timed, best_peer, headline, ratio, take_turns
from core.benching.options import Options
from core.commands.arguments import add_json
from core.commands.console import Console
from core.params import build, describe


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``rankscope bench``."""
    add_json(parser)
    listed = ", ".join((*BENCHES, "gui"))
    parser.add_argument("name", metavar="NAME", choices=tuple(BENCHES), help=f"one of {listed}")
    for parameter in describe(Options):
        kind: dict[str, Any] = {"type": int} if parameter.kind == "int" else {}
        if parameter.kind == "tuple[str]":
            kind = {"nargs": "+"}
        parser.add_argument(f"--{parameter.name}", default=None, help=parameter.help, **kind)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Prepare, take turns, report."""
    given = {
        parameter.name: getattr(arguments, parameter.name)
        for parameter in describe(Options)
        if getattr(arguments, parameter.name) is not None
    }
    options = build(Options, given, f"bench {arguments.name}")
    entry = BENCHES[arguments.name]
    bench = entry.load()(options)
    for note in bench.notes:
        console.remark(note)
    console.heading(f"{entry.label}: {entry.help}")
    console.facts([*bench.about.items(), ("machine", machine())])
    timed: tuple[Timed, ...] = ()
    for timed in take_turns(bench.contenders, options.rounds):
        console.emit("round", {"round": len(timed[0].seconds), "rounds": options.rounds})
    timed = with_quality(bench, timed)
    report(console, arguments.name, entry, bench, timed)
    return 0


def with_quality(bench: Bench, timed: tuple[Timed, ...]) -> tuple[Timed, ...]:
    """The metrics of a fresh training of each, where that was asked for; and the end of their threads."""
    found = []
    for contender, each in zip(bench.contenders, timed, strict=True):
        quality = contender.quality() if contender.quality is not None else {}
        found.append(dataclasses.replace(each, quality=quality))
        if contender.close is not None:
            contender.close()
    return tuple(found)


def report(console: Console, name: str, entry: BenchEntry, bench: Bench, timed: tuple[Timed, ...]) -> None:
    """The table for people, the result line for programs."""
    peer = best_peer(timed)
    against = [ratio(each, peer) for each in timed if each.ours] if peer is not None else []
    bounds = [ratio(headline(timed), each) for each in timed if each.bound]
    metrics = list(dict.fromkeys(metric for each in timed for metric in each.quality))
    head = ["", "median", "fastest", "slowest", f"{entry.unit}/s", "processor", *metrics]
    rows = [
        [
            each.name,
            seconds(each.median),
            seconds(min(each.seconds)),
            seconds(max(each.seconds)),
            f"{each.rate:,.0f}" if each.rate >= 100 else f"{each.rate:.3g}",
            seconds(statistics.median(each.processor)),
            *(f"{each.quality[metric]:.3f}" if metric in each.quality else "" for metric in metrics),
        ]
        for each in timed
    ]
    console.heading(f"A turn of each, rounds: {len(timed[0].seconds)}")
    console.table(head, rows, right=range(1, len(head)), widest=60)
    if against or bounds:
        console.heading(f"How many times faster, for as many {entry.unit}, round by round")
        console.table(
            ["", "than", "median", "lowest", "highest"],
            [
                [each.ours, each.other, f"{each.median:.2f}", f"{each.low:.2f}", f"{each.high:.2f}"]
                for each in (*against, *bounds)
            ],
            right=(2, 3, 4),
            widest=60,
        )
    console.emit("result", result(name, entry, bench, timed, peer))


def result(name: str, entry: BenchEntry, bench: Bench, timed: tuple[Timed, ...], peer: Timed | None) -> dict[str, Any]:
    """What the last JSON line holds; ratios are [median, lowest, highest] over the rounds, ours to each other one."""
    ours = headline(timed)
    ratios = {
        each.name: {other.name: ratio(each, other) for other in timed if not other.ours} for each in timed if each.ours
    }
    return {
        "bench": name,
        "unit": entry.unit,
        "about": bench.about,
        "machine": machine(),
        "rounds": len(ours.seconds),
        "ours": ours.name,
        "rate": ours.rate,
        "peer": peer.name if peer is not None else None,
        "ratio": ratios[ours.name][peer.name].median if peer is not None else None,
        "ratios": {
            mine: {other: [each.median, each.low, each.high] for other, each in others.items()}
            for mine, others in ratios.items()
        },
        "contenders": [
            {
                "name": each.name,
                "ours": each.ours,
                "bound": each.bound,
                "seconds": [each.median, min(each.seconds), max(each.seconds)],
                "units": each.units,
                "rate": each.rate,
                "processor_seconds": [statistics.median(each.processor), min(each.processor), max(each.processor)],
                "quality": each.quality,
            }
            for each in timed
        ],
    }


def machine() -> str:
    """Processors, load and versions, so that a figure can be doubted."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{os.cpu_count()} processors{load}, Python {platform.python_version()}, {platform.system()}"


def seconds(value: float) -> str:
    """A duration with three digits."""
    return f"{value:.3g} s" if value >= 0.1 else f"{1000 * value:.3g} ms"
