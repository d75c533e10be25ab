"""Hours of training, turning pages and importing, with memory, threads and handles watched; run as a program."""

from __future__ import annotations

import gc
import os
import statistics
import sys
import threading
import time
from array import array
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog

from core.runs.folder import RunFolder
from core.runs.trash import delete_run, empty_trash
from core.runs.workspace import Workspace
from workbench.jobs.job import JobControl
from workbench.jobs.preparing import preparing
from workbench.pages import PAGES
from workbench.proving.living import Living, say

STEP = 250
"""Milliseconds between two things that are done."""
IMPORT_EVERY = 20
"""Things done between two imports."""
LONG = 30.0
"""Minutes from which a slope means something; shorter soaks are judged by how much they grew."""
SLOPE = 2.0
"""MB an hour."""
GROWTH = 32.0
"""MB between the second quarter of a short soak and its last."""
KEPT = 40
"""Runs that stay in the workspace, the latest: a list that grows with what is trained is the user's, no leak."""
CROWD = 60
"""Runs from which on all but those are deleted for good, as a user tidies up."""
MORE = 2
"""Threads or handles more in the last quarter than in the second."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What the process took at one instant, between two trainings.

    Attributes:
        hours: since the start.
        memory: MB that are its own, resident or swapped: pages of library files come and go as the system has room.
    """

    hours: float
    memory: float
    threads: int
    handles: int


class Soak:
    """Keeps the window busy and takes samples when no job runs."""

    def __init__(self, living: Living, minutes: float) -> None:
        self.living, self.minutes = living, minutes
        self.began = time.monotonic()
        # numbers side by side: thousands of objects an hour would be counted as the window's
        self._taken = array("d")
        self.done = 0
        self.removed = 0
        self.timer = QTimer()
        self.timer.timeout.connect(self.act)
        self.timer.start(STEP)

    def act(self) -> None:
        """The next thing."""
        window = self.living.window
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QDialog):
            dialog.reject()
            return
        passed = (time.monotonic() - self.began) / 60
        if passed >= self.minutes:
            self._end()
            return
        self.done += 1
        pages = list(PAGES)
        window.go(pages[self.done % len(pages)])
        if window.jobs.running:
            return
        taken = sample((time.monotonic() - self.began) / 3600)
        self._taken.extend(astuple(taken))
        say({"done": round(passed, 2), "total": self.minutes, "shown": shown(taken)})
        if self.done % IMPORT_EVERY == 0:
            self.living.open_data()
        session = self.living.window.session
        removed = tidied(session.workspace)
        if removed:
            self.removed += removed
            session.tell_runs()
        self.living.train()

    def _end(self) -> None:
        window = self.living.window
        window.jobs.stop_all()
        if window.jobs.running:
            return
        self.timer.stop()
        figures, violations = judged(samples_of(self._taken), self.minutes)
        figures |= {"trainings": self.living.trainings, "runs removed": self.removed}
        violations += self.living.exceptions
        say({"done": self.minutes, "total": self.minutes, "figures": figures, "violations": violations})
        window.removeEventFilter(self.living)
        window.close()
        QApplication.exit(0)


def tidied(workspace: Workspace) -> int:
    """Delete the oldest runs of a crowd for good, as the window does it but for the question; gives how many."""
    there = sorted(workspace.runs_folder.glob("*"), key=lambda each: each.stat().st_mtime)
    if len(there) < CROWD:
        return 0
    for folder in there[:-KEPT]:
        delete_run(workspace, RunFolder(folder))
    return empty_trash(workspace)


def sample(hours: float) -> Sample:
    """What the process takes now."""
    gc.collect()
    status = Path("/proc/self/status")
    if not status.exists():
        import resource

        return Sample(hours, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3, threading.active_count(), 0)
    fields = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
    own = fields.get("RssAnon", fields["VmRSS"]), fields.get("VmSwap", "0")
    memory = sum(int(each.split()[0]) for each in own) * 1024 / 1e6
    return Sample(hours, memory, int(fields["Threads"]), len(os.listdir("/proc/self/fd")))


def samples_of(numbers: array[float]) -> list[Sample]:
    """The samples whose fields stand one after the other."""
    fields = iter(numbers)
    taken = zip(fields, fields, fields, fields, strict=True)
    return [Sample(hours, memory, int(threads), int(handles)) for hours, memory, threads, handles in taken]


def judged(samples: list[Sample], minutes: float) -> tuple[dict[str, Any], list[str]]:
    """Slope and growth after the first quarter, which is for warming up."""
    quarter = len(samples) // 4
    if quarter < 2:
        return {"samples": len(samples)}, [f"only {len(samples)} samples: the soak was too short to say anything"]
    second, last = samples[quarter : 2 * quarter], samples[-quarter:]
    warm = samples[quarter:]
    slope = statistics.linear_regression([each.hours for each in warm], [each.memory for each in warm]).slope
    growth = _middle(last, "memory") - _middle(second, "memory")
    figures = {
        "samples": len(samples),
        "memory, MB": round(_middle(last, "memory"), 1),
        "slope, MB an hour": round(slope, 2),
        "growth, MB": round(growth, 2),
        "threads": int(_middle(last, "threads")),
        "handles": int(_middle(last, "handles")),
    }
    violations = []
    if minutes >= LONG and slope >= SLOPE:
        violations.append(f"memory grows by {slope:.1f} MB an hour")
    if minutes < LONG and growth >= GROWTH:
        violations.append(f"memory grew by {growth:.1f} MB")
    for name in ("threads", "handles"):
        more = _middle(last, name) - _middle(second, name)
        if more > MORE:
            violations.append(f"{more:g} {name} more at the end than after a quarter")
    return figures, violations


def shown(now: Sample) -> dict[str, Any]:
    """A sample in few words."""
    return {"MB": round(now.memory, 1), "threads": now.threads, "handles": now.handles}


def _middle(samples: list[Sample], name: str) -> float:
    return float(statistics.median(getattr(each, name) for each in samples))


def main(seed: int, minutes: float, home: Path) -> int:
    """Live for so long."""
    # a window never compiles: what that takes, for good, would be counted as the window's
    preparing()(JobControl(), lambda _: None)
    living = Living(home, seed)
    soak = Soak(living, minutes)
    code = living.application.exec()
    del soak
    return code


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3])))
