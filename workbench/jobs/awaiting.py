"""How far the kernels of this machine are compiled, for work that needs them to wait and to say so."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from core.first_use import WORDS
from workbench.jobs.job import Cancelled, JobControl, Progress, Tell

MOMENT = 0.1
"""Seconds between two looks at whether the job is to stop."""


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


def awaited(event: KernelsAdvanced) -> Progress:
    """The progress of work that waits for kernels."""
    return Progress(f"{WORDS}, {event.done} of {event.total}", event.done / event.total)
