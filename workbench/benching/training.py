"""Training in the window against the same training in a plain process, by turns, and how the window beats meanwhile."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from core.training.events import EpochDone
from core.training.plan import Plan, make_plan, to_toml, to_values
from workbench.benching.driving import idle, let_live, until_ended, wait_for
from workbench.benching.heartbeat import Beats, Heartbeat
from workbench.main_window import MainWindow
from workbench.trace import Trace

EPOCHS: dict[str, tuple[int, int]] = {"mf": (400, 150), "neumf": (6, 4), "caser": (6, 4)}
"""Epochs of each model, and those of a quick look: some seconds, for in a shorter run chance decides."""
MEASURED = (
    "speeds are of the epochs and their evaluations, from the second epoch on; "
    "heartbeats are heard from the order to train until half a second after its end"
)
"""What the table has no room for."""
SHORT: dict[str, int] = {"mf": 30}
"""Epochs of a run that is over in about a second: nearly all of it is beginning and end."""
AFTER = 0.5
"""Seconds for which a window is listened to once a run has ended."""
LONGEST = 900


@dataclass(frozen=True)
class Turn:
    """One training.

    Attributes:
        rate: examples a second over all epochs but the first, with their evaluations, without checkpoints. In the first
            lies what a process does once, such as reading kernels from the disk; an open window did it before.
        beats: of the window meanwhile; None for a plain process.
    """

    rate: float
    beats: Beats | None


def plan_for(window: MainWindow, model: str, epochs: int, turn: int) -> Plan:
    """The model's defaults for so many epochs, on the data that is open; a seed for each turn."""
    opened = window.session.opened
    assert opened is not None
    return make_plan(
        {
            "data": {"source": opened.plan.source},
            "split": {"name": opened.choice.name},
            "model": {"name": model},
            "training": {"epochs": epochs, "patience": 0, "seed": turn + 1},
            "evaluation": {"bootstrap": 0},
        }
    )


def in_window(window: MainWindow, plan: Plan) -> Turn:
    """Train on the Train page with all its plots in view.

    The heartbeat is heard from the order to train until a while after the end, so that what a run begins and ends with
    is in it: the plots of the run before, the library and the pages that read it again.
    """
    page: Any = window.page("train")
    page.form.give(to_values(plan))
    # the reckoning of the cost is over before the training begins
    let_live(0.8)
    wait_for(lambda: idle(window))
    epochs: list[tuple[int, float]] = []
    heart = Heartbeat()
    heart.start()
    job = page.start(plan)
    job.told.connect(
        lambda events: epochs.extend((each.examples, each.seconds) for each in events if isinstance(each, EpochDone))
    )
    until_ended(job)
    let_live(AFTER)
    beats = heart.stop()
    wait_for(lambda: idle(window))
    return Turn(rate_of(epochs), beats)


def rate_of(epochs: Sequence[tuple[int, float]]) -> float:
    """Examples a second of epochs of so many examples and seconds, without the first where there are more."""
    counted = epochs[1:] or epochs
    return sum(examples for examples, _ in counted) / sum(seconds for _, seconds in counted)


def heeded(window: MainWindow, plan: Plan, times: int) -> tuple[list[float], list[float]]:
    """Milliseconds from a pause until nothing more is told, and from a stop until the run is kept and has ended."""
    page: Any = window.page("train")
    endless = make_plan({**to_values(plan), "training": {**to_values(plan)["training"], "epochs": 100_000}})
    pauses, stops = [], []
    for _ in range(times):
        job = page.start(endless)
        wait_for(partial(steps_told, job.tag[1]))
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


def steps_told(trace: Trace) -> bool:
    """Whether a run has begun and told of steps."""
    return trace.started is not None and len(trace.at) > 1


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
    return Turn(rate_of([(each["examples"], each["seconds"]) for each in events if each["event"] == "epoch"]), None)
