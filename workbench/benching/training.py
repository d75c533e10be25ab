"""Training in the window against the same training in a plain process, by turns, and how the window beats meanwhile."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.training.events import EpochDone, RunCompleted
from core.training.plan import Plan, make_plan, to_toml, to_values
from workbench.benching.driving import idle, let_live, wait_for
from workbench.benching.heartbeat import Beats, Heartbeat
from workbench.main_window import MainWindow

EPOCHS: dict[str, tuple[int, int]] = {"mf": (80, 30), "neumf": (4, 2), "caser": (4, 2)}
"""Epochs of each model, and those of a quick look."""
LONGEST = 900


@dataclass(frozen=True)
class Turn:
    """One training.

    Attributes:
        rate: examples a second over all epochs, evaluations included.
        beats: of the window meanwhile; None for a plain process.
    """

    rate: float
    beats: Beats | None


def plan_for(window: MainWindow, model: str, quick: bool, turn: int) -> Plan:
    """The model's defaults for so many epochs, on the data that is open; a seed for each turn."""
    opened = window.session.opened
    assert opened is not None
    return make_plan(
        {
            "data": {"source": opened.plan.source},
            "split": {"name": opened.choice.name},
            "model": {"name": model},
            "training": {"epochs": EPOCHS[model][quick], "patience": 0, "seed": turn + 1},
            "evaluation": {"bootstrap": 0},
        }
    )


def in_window(window: MainWindow, plan: Plan) -> Turn:
    """Train on the Train page with all its plots in view."""
    page: Any = window.page("train")
    page.form.give(to_values(plan))
    # the reckoning of the cost is over before the training begins
    let_live(0.8)
    wait_for(lambda: idle(window))
    epochs: list[EpochDone] = []
    job = page.start(plan)
    job.told.connect(lambda events: epochs.extend(each for each in events if isinstance(each, EpochDone)))
    heart = Heartbeat()
    wait_for(lambda: page.live.trace.started is not None)
    heart.start()
    wait_for(lambda: isinstance(page.live.trace.end, RunCompleted) or idle(window))
    beats = heart.stop()
    wait_for(lambda: idle(window))
    return Turn(sum(each.examples for each in epochs) / sum(each.seconds for each in epochs), beats)


def heeded(window: MainWindow, plan: Plan, times: int) -> tuple[list[float], list[float]]:
    """Milliseconds from a pause until nothing more is told, and from a stop until the run is kept and has ended."""
    page: Any = window.page("train")
    endless = make_plan({**to_values(plan), "training": {**to_values(plan)["training"], "epochs": 100_000}})
    pauses, stops = [], []
    for _ in range(times):
        job = page.start(endless)
        wait_for(lambda: page.live.trace is not None and page.live.trace.started and len(page.live.trace.at) > 1)
        began = time.perf_counter()
        job.pause()
        pauses.append(1000 * max(quiet_since(job) - began, 0.0))
        job.resume()
        let_live(0.5)
        began = time.perf_counter()
        job.stop()
        wait_for(lambda: idle(window))
        stops.append(1000 * (time.perf_counter() - began))
    return pauses, stops


def quiet_since(job: Any) -> float:
    """When a job that was paused told its last event before a second without any."""
    last = [time.perf_counter()]
    job.told.connect(lambda _: last.__setitem__(0, time.perf_counter()))
    wait_for(lambda: time.perf_counter() - last[0] > 1.0)
    return last[0]


def in_process(plan: Plan, folder: Path) -> Turn:
    """Train the same by the command line.

    Raises:
        RuntimeError: it did not end well.
    """
    path = folder / "plan.toml"
    path.write_text(to_toml(plan), "utf-8")
    command = [sys.executable, "-m", "workbench", "--workspace", str(folder / "plain"), "train", str(path), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, check=False, env=os.environ)
    if done.returncode:
        raise RuntimeError(f"training ended with {done.returncode}: {done.stderr[-2000:]}")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    epochs = [event for event in events if event["event"] == "epoch"]
    return Turn(sum(each["examples"] for each in epochs) / sum(each["seconds"] for each in epochs), None)
