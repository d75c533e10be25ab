"""On a machine's first use, compile the kernels in a process of its own; work that needs them waits and says so."""

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

from core.first_use import WORDS
from workbench.jobs.job import Cancelled, JobControl, Progress, Tell, Work

TITLE = "Preparing fast kernels"
MOMENT = 0.1
"""Seconds between two looks at whether the job is to stop."""
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


@dataclass(frozen=True)
class KernelsAdvanced:
    """Entries of the WARM table that are done, of how many."""

    done: int
    total: int


class Preparation:
    """How far the one preparation of this process is; asked by the threads of jobs."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running = False
        self._done = 0

    def advance(self, done: int) -> None:
        """So many entries are compiled, and it goes on."""
        with self._changed:
            self._running, self._done = True, done
            self._changed.notify_all()

    def end(self) -> None:
        """Nobody has to wait any longer: what is not compiled is compiled by who calls it."""
        with self._changed:
            self._running = False
            self._changed.notify_all()

    def wait_for(self, keys: Sequence[str], control: JobControl, tell: Tell) -> None:
        """Wait until these entries are compiled, telling KernelsAdvanced; at once where nothing is being prepared.

        Raises:
            Cancelled: the job is to stop.
        """
        from core.compiling import WARM

        last = max(list(WARM).index(key) for key in keys) + 1
        told = -1
        with self._changed:
            while self._running and self._done < last:
                if control.stopped:
                    raise Cancelled
                if told != self._done:
                    told = self._done
                    tell(KernelsAdvanced(told, last))
                self._changed.wait(MOMENT)


PREPARATION = Preparation()


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


def awaited(event: KernelsAdvanced) -> Progress:
    """The progress of work that waits for kernels."""
    return Progress(f"{WORDS}, {event.done} of {event.total}", event.done / event.total)
