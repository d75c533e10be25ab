"""``rankscope prove monkey|soak``: each window lives in a process of its own, so that a crash is seen as one."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from core.commands.arguments import Parser
from core.commands.console import Console
from core.commands.prove import add_options, asked_options, follow, told
from core.proving.proof import Options, Progress, Verdict, amount

EVENTS, QUICK_EVENTS = 200_000, 2_000
SEEDS, QUICK_SEEDS = 20, 2
LEAST_EVENTS = 500
"""Events of a seed: a window takes seconds to open, and less would hardly train."""
MINUTES, QUICK_MINUTES = 60.0, 2.0
PROOFS = ("monkey", "soak")
LAST_ACTS = 8
"""Acts before its end that are told when a process died."""
ACTS = "acts.txt"
"""As ``living`` has it, which this process does not load."""
TAIL = 3000
"""Characters of what a process said last that are told when it died."""


def main(words: Sequence[str]) -> int:
    """Run a proof; 1 when it does not hold."""
    parser = Parser(prog=f"rankscope prove {words[0]}", description=__doc__)
    parser.add_argument("name", choices=PROOFS)
    add_options(parser)
    arguments = parser.parse_args(list(words))
    options, console = asked_options(arguments), Console(arguments.json)
    console.heading("Monkey: random hands on the window" if arguments.name == "monkey" else "Soak: hours of work")
    began = time.monotonic()
    proof = monkeys(options) if arguments.name == "monkey" else soaking(options)
    with contextlib.closing(proof):
        verdict = follow(console, proof)
    return told(console, arguments.name, verdict, time.monotonic() - began, options.seed)


def monkeys(options: Options) -> Generator[Progress, None, Verdict]:
    """Random events from several seeds, each on a fresh window that trains."""
    events = amount(options.events, EVENTS, QUICK_EVENTS, options)
    seeds = max(1, min(QUICK_SEEDS if options.quick else SEEDS, events // LEAST_EVENTS))
    shares = {options.seed + at: events // seeds + (at < events % seeds) for at in range(seeds)}
    violations: list[str] = []
    figures: dict[str, Any] = {"events": 0, "seeds": seeds, "crashes": 0, "exceptions": 0, "trainings": 0}
    longest = memory = grown = 0.0
    words = [("workbench.proving.monkey", [str(seed), str(share)]) for seed, share in shares.items()]
    for seed, (last, died) in zip(shares, (yield from children(words, events)), strict=True):
        figures["events"] += last.get("events", 0)
        figures["trainings"] += last.get("trainings", 0)
        longest = max(longest, last.get("longest", 0.0))
        memory, grown = max(memory, last.get("memory", 0.0)), max(grown, last.get("grown", 0.0))
        if died:
            figures["crashes"] += 1
            violations.append(f"seed {seed}, after {last.get('events', 0)} events: {died}")
        elif not last.get("trainings", 0):
            violations.append(f"seed {seed}: no training took place, so the proof is vacuous")
        for each in last.get("exceptions", []):
            figures["exceptions"] += 1
            violations.append(f"seed {seed}: {each}")
    told = {"longest event, s": round(longest, 2), "memory, MB": memory, "most grown, MB": grown}
    return Verdict({**figures, **told}, tuple(violations))


def children(
    words: Sequence[tuple[str, Sequence[str]]], total: int
) -> Generator[Progress, None, list[tuple[dict[str, Any], str]]]:
    """Run windows, as many at once as there are processors; gives for each what it told last and how it died."""
    ends: dict[int, tuple[dict[str, Any], str]] = {}
    said: queue.SimpleQueue[tuple[int, Progress | None]] = queue.SimpleQueue()
    stopped = threading.Event()

    def live(number: int) -> None:
        running = child(*words[number])
        try:
            while not stopped.is_set():
                said.put((number, next(running)))
        except StopIteration as end:
            ends[number] = end.value
        finally:
            # it ends the process
            running.close()
            said.put((number, None))

    latest: dict[int, Progress] = {}
    left = len(words)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        try:
            waiting = [pool.submit(live, number) for number in range(len(words))]
            while left:
                number, progress = said.get()
                if progress is None:
                    left -= 1
                    continue
                latest[number] = progress
                yield Progress(sum(each.done for each in latest.values()), total, progress.figures)
        finally:
            stopped.set()
            for each in waiting:
                each.cancel()
    for each in waiting:
        each.result()
    return [ends[number] for number in range(len(words))]


def soaking(options: Options) -> Generator[Progress, None, Verdict]:
    """Train, switch pages and import for long."""
    minutes = options.minutes or (QUICK_MINUTES if options.quick else MINUTES)
    last, died = yield from child("workbench.proving.soak", [str(options.seed), str(minutes)])
    violations = [died] if died else list(last.get("violations", ["it told nothing"]))
    return Verdict(last.get("figures", {}), tuple(violations))


def child(module: str, words: Sequence[str]) -> Generator[Progress, None, tuple[dict[str, Any], str]]:
    """Run a window in a process with a home of its own; gives the last it told, and how it died."""
    with tempfile.TemporaryDirectory(prefix="rankscope-prove-") as home, open(Path(home) / "said", "w+") as said:
        process = subprocess.Popen(
            [sys.executable, "-X", "faulthandler", "-m", module, *words, home],
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            env=alone(Path(home)),
            cwd=home,
        )
        last: dict[str, Any] = {}
        assert process.stdout is not None
        try:
            for line in process.stdout:
                last = json.loads(line)
                yield Progress(last.get("done", 0), last.get("total", 0), last.get("shown", {}))
            code = process.wait()
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
        said.seek(0)
        tail = said.read()[-TAIL:]
        acts = Path(home) / ACTS
        done = acts.read_text("utf-8", "replace").splitlines()[-LAST_ACTS:] if acts.exists() else []
    if code == 0:
        return last, ""
    name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    return last, "\n  ".join((f"the process ended with {name}: {tail}", *done))


def alone(home: Path) -> dict[str, str]:
    """An environment in which nothing of the user's can be reached by chance."""
    package = str(Path(__file__).parents[2])
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "RANKSCOPE_"))}
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(paths),
        "HOME": str(home),
        "APPDATA": str(home),
        "LOCALAPPDATA": str(home),
        "RANKSCOPE_WORKSPACE": str(home / "workspace"),
        "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
        "PYTHONWARNINGS": "ignore",
    }
