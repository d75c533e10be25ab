"""Short work of which only the latest counts: one job runs, one waits, what lies between is forgotten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from workbench.jobs.job import End, Job, Work
from workbench.jobs.jobs import Jobs

FRAME = 5
"""Milliseconds between two looks for the answer: whoever drags waits for it."""

Then = Callable[[End], None]
Told = Callable[[Sequence[Any]], None]


class Latest:
    """Asks for one thing at a time; a newer question replaces the one that waits.

    Args:
        title: what the jobs are called.
        hasty: a newer question also stops the work in hand; without it the work ends and its answer is given first,
            so that something moves while one drags.
    """

    def __init__(self, jobs: Jobs, title: str, *, hasty: bool = False) -> None:
        self._jobs, self._title, self._hasty = jobs, title, hasty
        self._running: Job | None = None
        self._waiting: tuple[Work, Then, Told | None] | None = None

    @property
    def busy(self) -> bool:
        """An answer is still to come."""
        return self._running is not None

    def ask(self, work: Work, then: Then, told: Told | None = None) -> None:
        """Do a piece of work now, or when the one in hand has ended; ``then`` takes how it ended."""
        if self._running is None:
            self._start(work, then, told)
            return
        self._waiting = (work, then, told)
        if self._hasty:
            self._running.stop()

    def forget(self) -> None:
        """Nothing is wanted any more."""
        self._waiting = None
        if self._running is not None:
            self._running.discard()

    def _start(self, work: Work, then: Then, told: Told | None) -> None:
        job = Job(self._title, work, quiet=True, frame=FRAME)
        self._running = job
        if told is not None:
            job.told.connect(told)
        job.ended.connect(lambda end: self._ended(job, then, end))
        self._jobs.start(job)

    def _ended(self, job: Job, then: Then, end: End) -> None:
        self._running = None
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self._start(*waiting)
        if not end.cancelled and not job.control.discarded:
            then(end)
