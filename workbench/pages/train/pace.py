"""How often the window may draw what is trained beside it: drawing takes time from the training, on few processors."""

from __future__ import annotations

import time
from collections.abc import Callable

SHARE = 0.04
"""Of a processor's time that the window's thread takes at most while something new is to be drawn all the time."""
MOST, LEAST = 0.02, -0.03
"""Seconds of drawing that may be saved up, and that may be owed: other work of the window holds it up no longer."""


class Pace:
    """An account of seconds: time that passes pays in, what the window's thread computes is taken out.

    Args:
        passed: seconds by the clock.
        spent: seconds that this thread has computed.
    """

    def __init__(
        self, passed: Callable[[], float] = time.monotonic, spent: Callable[[], float] = time.thread_time
    ) -> None:
        self._passed, self._spent = passed, spent
        self._balance = MOST
        self._before = (passed(), spent())

    def allows(self) -> bool:
        """Whether something may be drawn now; to be asked in the window's thread."""
        passed, spent = self._passed(), self._spent()
        gained = SHARE * (passed - self._before[0]) - (spent - self._before[1])
        self._balance = min(max(self._balance + gained, LEAST), MOST)
        self._before = (passed, spent)
        return self._balance > 0

    def forgive(self) -> None:
        """What was computed until now is not to be made up for: somebody waited for it."""
        self.allows()
        self._balance = max(self._balance, 0.0)
