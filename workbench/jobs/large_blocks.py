"""Work that makes large blocks of memory again and again has them from heaps, as long as it runs."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from workbench.arenas import put_large_blocks_into_heaps
from workbench.jobs.job import Job
from workbench.jobs.jobs import Jobs

LOOK = 500
"""Milliseconds between two looks."""
MANY = 30_000
"""Pages a second, 120 MB of them: turning to pages and small trainings take a tenth or a quarter of it."""


def pages_taken() -> int:
    """Pages that the system has cleared for this process so far; 0 where it is not counted."""
    if not sys.platform.startswith("linux"):
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


class LargeBlocks(QObject):
    """Looks how fast pages are taken while jobs of some size run.

    Args:
        jobs: all jobs of the window.
        pages: how many pages were taken so far.
        put: lets heaps hold large blocks, or no more.
        clock: seconds.
    """

    def __init__(
        self,
        jobs: Jobs,
        pages: Callable[[], int] = pages_taken,
        put: Callable[[bool], object] = put_large_blocks_into_heaps,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(jobs)
        self._pages, self._put, self._clock = pages, put, clock
        self._jobs = jobs
        self._wanted = False
        self._before = (0.0, 0)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK)
        self._timer.timeout.connect(self.look)
        jobs.started.connect(self._started)
        jobs.ended.connect(self._ended)

    def look(self) -> None:
        """Let heaps hold what is large where very many pages were taken since the last look."""
        before, self._before = self._before, (self._clock(), self._pages())
        seconds, pages = (now - then for now, then in zip(self._before, before, strict=True))
        if not self._wanted and pages >= MANY * seconds > 0:
            self._want(True)

    def _started(self, job: Job) -> None:
        if not job.quiet and not self._timer.isActive():
            self._before = (self._clock(), self._pages())
            self._timer.start()

    def _ended(self, _: Job) -> None:
        if any(not each.quiet for each in self._jobs.running):
            return
        self._timer.stop()
        if self._wanted:
            self._want(False)

    def _want(self, wanted: bool) -> None:
        self._wanted = wanted
        self._put(wanted)
