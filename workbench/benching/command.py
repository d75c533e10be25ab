"""``rankscope bench gui``: measure the window, print a table, end with one JSON line where that is asked for."""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core import strict_json

ROUNDS, QUICK_ROUNDS = 3, 1
FEWEST_TURNS = 3
"""Turns of a training at least, also of a quick look: a ratio of one tells more of chance than of the window."""


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    Attributes:
        value: the median of what was measured.
        most: what it may be at most, None where nothing is promised.
        unit: ``ms`` or ``%``.
    """

    name: str
    value: float
    most: float | None
    unit: str = "ms"
    low: float | None = None
    high: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether it is what is promised; None where nothing is."""
        return None if self.most is None else self.value <= self.most


@dataclass(frozen=True)
class Asked:
    """What is to be measured.

    Attributes:
        rounds: turns of each.
        quick: few epochs.
        models: that are trained.
    """

    rounds: int
    quick: bool
    models: tuple[str, ...]


def main(words: Sequence[str]) -> int:
    """Measure and report; 0 however slow it was, 1 where something could not be measured at all."""
    parser = argparse.ArgumentParser(prog="rankscope bench gui", description=__doc__)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--quick", action="store_true", help="few epochs, and one turn of all but the trainings")
    parser.add_argument("--rounds", type=int, default=0, metavar="N", help="turns of each training and start")
    parser.add_argument("--only", choices=tuple(PARTS), nargs="+", default=list(PARTS), help="measure these alone")
    parser.add_argument("--models", choices=("mf", "neumf", "caser"), nargs="+", default=["mf", "neumf", "caser"])
    arguments = parser.parse_args(list(words))
    rounds = arguments.rounds or (QUICK_ROUNDS if arguments.quick else ROUNDS)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    note(arguments.json, f"{os.cpu_count()} processors, load {load:.1f}, Python {platform.python_version()}")
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as held:
        for name in arguments.only:
            note(arguments.json, f"measuring: {name}")
            figures += PARTS[name](Path(held), Asked(rounds, arguments.quick, tuple(arguments.models)))
    after = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    show(figures, arguments.json)
    if arguments.json:
        result = {
            "event": "result",
            "bench": "gui",
            "load": [round(load, 2), round(after, 2)],
            "processors": os.cpu_count(),
            "rounds": rounds,
            "platform": os.environ.get("QT_QPA_PLATFORM", "native"),
            "figures": [{**vars(each), "met": each.met} for each in figures],
        }
        sys.stdout.write(strict_json.dumps(result).decode() + "\n")
    return 0 if figures and all(each.value == each.value for each in figures) else 1


def without_display() -> None:
    """Draw offscreen where there is no display."""
    if "DISPLAY" not in os.environ and "WAYLAND_DISPLAY" not in os.environ and sys.platform.startswith("linux"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def note(json: bool, text: str) -> None:
    """Tell what is being done, beside what a program reads."""
    print(text, file=sys.stderr if json else sys.stdout, flush=True)


def show(figures: Sequence[Figure], json: bool) -> None:
    """The table."""
    out = sys.stderr if json else sys.stdout
    widest = max((len(each.name) for each in figures), default=0)
    for each in figures:
        span = "" if each.low is None or each.high is None else f"  {each.low:.1f} .. {each.high:.1f}"
        promise = "" if each.most is None else f"  <= {each.most:g}  {'met' if each.met else 'MISSED'}"
        print(f"{each.name:<{widest}}  {each.value:10.1f} {each.unit:<3}{promise}{span}", file=out)


def over(name: str, values: Sequence[float], most: float | None, unit: str = "ms") -> Figure:
    """The median of turns, and their range."""
    return Figure(name, statistics.median(values), most, unit, min(values), max(values))


def starting(folder: Path, asked: Asked) -> list[Figure]:
    """Fresh processes."""
    from workbench.benching.starting import started

    # the first one fills the caches of the disk
    started(folder)
    turns = [started(folder) for _ in range(max(asked.rounds, 2))]
    return [
        over("first window painted", [1000 * each.painted for each in turns], 400),
        over("torch ready", [1000 * each.ready for each in turns], 3000),
        over("heartbeat while loading, p50", [each.p50 for each in turns], None),
        over("heartbeat while loading, p99", [each.p99 for each in turns], 16),
        over("heartbeat while loading, longest", [each.worst for each in turns], 100),
    ]


def training(folder: Path, asked: Asked) -> list[Figure]:
    """The window and a plain process by turns; what is measured is told in ``workbench.benching.training``."""
    from workbench.benching.driving import benched_window, idle, wait_for
    from workbench.benching.heartbeat import Beats, Heartbeat
    from workbench.benching.training import EPOCHS, MEASURED, SHORT, Turn, heeded, in_process, in_window, plan_for

    print(MEASURED, file=sys.stderr, flush=True)
    window = benched_window(folder)
    heart = Heartbeat()
    heart.start()
    window.open_data("sample")
    wait_for(lambda: window.session.opened is not None and idle(window))
    reading = heart.stop()
    window.go("train")
    wait_for(lambda: window.page("train") is not None)
    figures = beat_figures("reading the sample", [reading])
    for model in asked.models:
        inside: list[Turn] = []
        plain: list[Turn] = []
        for turn in range(max(asked.rounds, FEWEST_TURNS)):
            plan = plan_for(window, model, EPOCHS[model][asked.quick], turn)
            for kept, take in ((inside, True), (plain, False)) if turn % 2 else ((plain, False), (inside, True)):
                kept.append(in_window(window, plan) if take else in_process(plan, folder))
        beats: list[Beats] = [each.beats for each in inside if each.beats is not None]
        figures += beat_figures(f"training {model}", beats)
        lost = [100 * (1 - a.rate / b.rate) for a, b in zip(inside, plain, strict=True)]
        figures.append(over(f"training {model}, slower than in a plain process", lost, 10, "%"))
        if model in SHORT:
            plans = [plan_for(window, model, SHORT[model], turn) for turn in range(FEWEST_TURNS)]
            short = [in_window(window, plan).beats for plan in plans]
            figures += beat_figures(f"training {model} for {SHORT[model]} epochs", short)
    last = plan_for(window, asked.models[-1], 1, asked.rounds)
    pauses, stops = heeded(window, last, max(asked.rounds, FEWEST_TURNS))
    figures += [over("pause heeded", pauses, 1000), over("stop heeded, run kept", stops, 1000)]
    window.close()
    wait_for(lambda: not window.isVisible())
    return figures


def beat_figures(name: str, beats: Sequence[object]) -> list[Figure]:
    """p50, p99 and the longest of a heartbeat, each the median of the turns."""
    promised = {"p50": None, "p99": 16.0, "worst": 100.0}
    words = {"p50": "p50", "p99": "p99", "worst": "longest"}
    return [
        over(f"heartbeat while {name}, {words[key]}", [getattr(each, key) for each in beats], most)
        for key, most in promised.items()
    ]


def looking(folder: Path, asked: Asked) -> list[Figure]:
    """Lists from click to painted."""
    from workbench.benching.driving import benched_window, idle, wait_for
    from workbench.benching.screens import fill_workspace, re_ranked, runs_listed, user_lists
    from workbench.benching.training import plan_for

    window = benched_window(folder / "looking")
    window.open_data("sample")
    wait_for(lambda: window.session.opened is not None and idle(window))
    window.go("train")
    wait_for(lambda: window.page("train") is not None)
    page = window.page("train")
    for model, epochs in (("mf", 30), ("caser", 2)):
        page.start(plan_for(window, model, epochs, 0))  # type: ignore[union-attr]
    wait_for(lambda: idle(window))
    kept = [folder.path for folder in window.context.workspace.runs()]
    kept.sort(key=lambda path: b'"caser"' in (path / "run.json").read_bytes())
    users = user_lists(window, kept[0], 12)
    what_if = re_ranked(window, kept[1], 12)
    fill_workspace(window.context.workspace.runs_folder, kept[0])
    window.go("data")
    window.close()
    wait_for(lambda: not window.isVisible())
    # the first one makes the index
    first, *listed = [runs_listed(folder / "looking") for _ in range(max(asked.rounds, 3) + 1)]
    return [
        over("1,000 runs, met for the first time", [first], None),
        over("1,000 runs, page to painted", listed, 200),
        over("a user's ranked list, click to painted", users, 100),
        over("what-if, edit to re-ranked and painted", what_if, 50),
    ]


PARTS: dict[str, Callable[[Path, Asked], list[Figure]]] = {
    "starting": starting,
    "training": training,
    "looking": looking,
}
"""What is measured, in order."""
