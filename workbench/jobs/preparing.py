"""On a machine's first use, compile the kernels in a process of its own."""

from __future__ import annotations

import os
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.jobs.awaiting import MOMENT, PREPARATION, KernelsAdvanced, Preparation
from workbench.jobs.job import Cancelled, JobControl, Progress, Tell, Work

TITLE = "Preparing fast kernels"
COUNT = re.compile(r"(\d+) (\d+)")


@dataclass(frozen=True)
class Prepared:
    """How preparing ended.

    Attributes:
        lasts: what is compiled is still there the next time.
        complaints: what went wrong, for the log.
    """

    lasts: bool
    complaints: tuple[str, ...] = ()


def preparing(preparation: Preparation = PREPARATION, command: Sequence[str] | None = None) -> Work:
    """Work that has all kernels compiled where they are not yet; tells KernelsAdvanced, gives a Prepared.

    Args:
        command: what compiles them, in place of ``python -m core.compiling``.
    """

    def work(control: JobControl, tell: Tell) -> Prepared:
        from core.compiling.place import find_place

        place = find_place()
        if place.complete:
            return Prepared(place.lasts)
        try:
            return Prepared(place.lasts, _follow(command or COMMAND, preparation, control, tell))
        finally:
            preparation.end()

    return work


COMMAND = (sys.executable, "-P", "-m", "core.compiling")
"""Without the folder that the program happens to be started in: what lies there is not ours."""


def _follow(command: Sequence[str], preparation: Preparation, control: JobControl, tell: Tell) -> tuple[str, ...]:
    import core

    # where the engine was found is where the other process finds it
    places = [str(Path(str(core.__file__)).parent.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, "PYTHONPATH": os.pathsep.join(places)},
    )
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    reader = threading.Thread(target=_read, args=(process, lines), daemon=True)
    reader.start()
    complaints: list[str] = []
    try:
        while True:
            if control.stopped:
                raise Cancelled
            try:
                line = lines.get(timeout=MOMENT)
            except queue.Empty:
                continue
            if line is None:
                break
            count = COUNT.fullmatch(line.strip())
            if count is None:
                complaints.append(line.rstrip())
                continue
            done, total = map(int, count.groups())
            preparation.advance(done)
            tell(KernelsAdvanced(done, total))
    finally:
        process.kill()
        process.wait()
        reader.join()
    return tuple(complaints)


def _read(process: subprocess.Popen[str], lines: queue.SimpleQueue[str | None]) -> None:
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            lines.put(line)
    lines.put(None)


def follow_preparing(before: Progress, event: Any) -> Progress:
    """The progress bar of the preparation."""
    if isinstance(event, KernelsAdvanced):
        return Progress(f"first use on this machine: {event.done} of {event.total}", event.done / event.total)
    return before
