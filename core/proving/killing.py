"""Training killed at random instants, again and again over the same run: nothing told is lost, the end is the same."""

from __future__ import annotations

import os
import random
import select
import signal
import sys
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path

from core import durable
from core.errors import RankscopeError, UsageError
from core.proving.ending import differences, ending
from core.proving.material import forget, made_plan, made_split, recording
from core.proving.proof import Options, Progress, Verdict, amount
from core.runs.folder import RunFolder
from core.runs.history import PHASES, epochs_told
from core.runs.log import read_log
from core.runs.opening import open_run
from core.runs.owner import is_being_written
from core.runs.resuming import resume
from core.runs.staging import NEW
from core.training.events import EpochDone, RunEvent, RunStarted
from core.training.plan import Plan

KILLS, QUICK_KILLS = 1000, 60
LEAST_WITHIN_A_WRITE = 0.2
KILLS_OF_A_RUN = 8
LONGEST = 0.3
"""Seconds between the first event of a process and its kill, at most."""
SLOWEST_START = 120.0
"""Seconds; a process that tells nothing for so long is killed all the same."""
BEFORE_THE_START = 0.1
"""Share of the kills that come before the first event, within the time that a start takes."""
EPOCHS = 25
MODELS = ("neumf", "mf", "caser", "autorec-user")

Told = tuple[int, int]
"""Place of the phase and epoch of the last EpochDone that was told; (0, 0) before any."""


@dataclass
class Count:
    """What was found so far."""

    kills: int = 0
    within: int = 0
    before_the_run: int = 0
    epochs: int = 0
    lost: int = 0
    unreadable: int = 0
    compared: int = 0
    start: float = 0.0
    violations: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, object]:
        """For the result line."""
        return {
            "kills": self.kills,
            "within a write": self.within,
            "before the run was there": self.before_the_run,
            "epochs told": self.epochs,
            "epochs lost": self.lost,
            "unreadable": self.unreadable,
            "ends compared": self.compared,
        }


def prove(options: Options, folder: Path) -> Generator[Progress, None, Verdict]:
    """Kill until the number is reached; after every few kills let the run end and compare it with one in one piece."""
    if sys.platform == "win32":
        raise UsageError("usage.platform", "prove kill forks its processes, which Windows does not", remedy="Use Linux")
    generator = random.Random(options.seed)
    wanted = amount(options.kills, KILLS, QUICK_KILLS, options)
    count = Count()
    plans = {model: made_plan(model, "sgd" if model == "mf" else "adam", PLAN) for model in MODELS}
    whole: dict[tuple[str, bool], dict[str, str]] = {}
    number = 0
    while count.kills < wanted:
        yield Progress(count.kills, wanted, {"within a write": count.within, "lost": count.lost})
        number += 1
        model, refit = MODELS[number % len(MODELS)], number % 3 == 0
        if (model, refit) not in whole:
            # also imports and compiles everything before the first fork
            for _ in recording(folder / "whole", plans[model], made_split(options.seed, refit), every=1000.0):
                pass
            whole[model, refit] = ending(folder / "whole")
            forget(folder / "whole")
        kill_one_run(folder / str(number), plans[model], refit, options.seed, generator, count, whole[model, refit])
        forget(folder / str(number))
    if count.within < LEAST_WITHIN_A_WRITE * count.kills and not options.quick:
        count.violations.append(f"only {count.within} of {count.kills} kills were within a write: the proof is vacuous")
    return Verdict(count.figures(), tuple(count.violations))


PLAN = {"training": {"epochs": EPOCHS, "patience": 0, "batch_size": 1000}}


def kill_one_run(
    path: Path,
    plan: Plan,
    refit: bool,
    seed: int,
    generator: random.Random,
    count: Count,
    whole: dict[str, str],
) -> None:
    """Kill a run some times, let it end, compare."""
    told: Told = (0, 0)
    for number in range(KILLS_OF_A_RUN):
        start = _starting(path, plan, refit, seed)
        before = told
        early = count.start * generator.random() if generator.random() < BEFORE_THE_START else None
        now, took = killed(start, early, generator.uniform(0.0, LONGEST))
        told, count.start = max(told, now), took or count.start
        count.kills += 1
        count.epochs += max(told[1] - before[1], 0) if told[0] == before[0] else told[1]
        count.within += within_a_write(path)
        where = f"{plan.model.name}, kill {number + 1} of run {path.name}"
        if not RunFolder(path).exists():
            count.before_the_run += 1
            if told != (0, 0):
                count.unreadable += 1
                count.violations.append(f"{where}: the run is gone")
            continue
        try:
            look(path, told, count, where)
        except RankscopeError as error:
            count.unreadable += 1
            count.violations.append(f"{where}: {error.sentence()}")
            return
        if open_run(path).record.state == "completed":
            break
    # the last time nobody kills it
    for _ in _starting(path, plan, refit, seed, every=1000.0)() if not _ended(path) else ():
        pass
    count.compared += 1
    wrong = differences(whole, ending(path))
    if wrong:
        count.violations.append(f"{plan.model.name}, run {path.name}: another end, {', '.join(wrong)[:300]}")


def look(path: Path, told: Told, count: Count, where: str) -> None:
    """Open everything of a run and see that what was told is there."""
    run = open_run(path)
    _ = run.split
    if is_being_written(run.folder):
        count.violations.append(f"{where}: the lock outlived its process")
    if told == (0, 0):
        return
    plain = run.loaded.checkpoint.plain
    if (PHASES.index(plain["phase"]), plain["epoch"]) < told:
        count.lost += 1
        count.violations.append(f"{where}: {told} was told and {plain['phase']} {plain['epoch']} is saved")
    logged = [(PHASES.index(each["phase"]), each["epoch"]) for each in epochs_told(read_log(run.folder.events).events)]
    if told not in logged:
        count.lost += 1
        count.violations.append(f"{where}: {told} was told and is not in the log")
    _ = run.model


def within_a_write(path: Path) -> bool:
    """Whether something was half done: a file not in its place, a folder not in its place, weights without manifest."""
    making = [each for each in path.parent.glob(f"{NEW}*") if each.is_dir()]
    for each in making:
        # so that it is not counted again; whoever makes the next run would remove it
        forget(each)
    weights = (path / "ckpt").glob("*.safetensors")
    return (
        bool(making)
        or any(path.rglob(f"{durable.TEMPORARY}*"))
        or any(not each.with_suffix(".json").exists() for each in weights)
    )


def killed(
    start: Callable[[], Generator[RunEvent, None, None]], early: float | None, late: float
) -> tuple[Told, float]:
    """Train in a child and kill it.

    Args:
        early: seconds after the fork; None waits for the first RunStarted.
        late: seconds after that, when ``early`` is None.

    Returns:
        What it told last, and the seconds that its start took, 0 when it did not come so far.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reader)
            _tell(start(), writer)
            code = 0
        finally:
            os._exit(code)
    os.close(writer)
    began, took, told = time.monotonic(), 0.0, b""
    until = began + (SLOWEST_START if early is None else early)
    while (left := until - time.monotonic()) > 0:
        if select.select([reader], [], [], left)[0]:
            piece = os.read(reader, 65536)
            if not piece:
                # it ended by itself
                break
            told += piece
            if not took:
                took = time.monotonic() - began
                until = until if early is not None else time.monotonic() + late
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while piece := os.read(reader, 65536):
        told += piece
    os.close(reader)
    lines = [line.split() for line in told.rpartition(b"\n")[0].split(b"\n")]
    places = [(int(line[0]), int(line[1])) for line in lines if len(line) == 2]
    return (places[-1] if places else (0, 0)), took


def _tell(events: Generator[RunEvent, None, None], writer: int) -> None:
    for event in events:
        if isinstance(event, RunStarted):
            os.write(writer, b"started\n")
        if isinstance(event, EpochDone):
            os.write(writer, b"%d %d\n" % (PHASES.index(event.phase), event.epoch))


def _starting(
    path: Path, plan: Plan, refit: bool, seed: int, every: float = 0.0
) -> Callable[[], Generator[RunEvent, None, None]]:
    def start() -> Generator[RunEvent, None, None]:
        if RunFolder(path).exists():
            return resume(path, every=every)
        return recording(path, plan, made_split(seed, refit), every=every)

    return start


def _ended(path: Path) -> bool:
    return RunFolder(path).exists() and open_run(path).record.state == "completed"
