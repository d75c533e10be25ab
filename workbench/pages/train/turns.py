"""Which part of the Train page is drawn next: each in its own time, more seldom the longer a run has been going on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

EVERY = {
    "loss": 0.2,
    "difference": 0.6,
    "metrics": 0.8,
    "lists": 0.8,
    "auc": 0.8,
    "ratings": 0.8,
    "speed": 1.0,
    "ranks": 1.0,
    "log": 0.6,
}
"""Seconds between two drawings of a part at the beginning."""
WATCHED, AHEAD = "loss", 3.0
"""What is looked at goes first, until another part is so many times as late for its own pace."""
FRESH, SLOWEST = 10.0, 5.0
"""Seconds for which a run is drawn that often, and how many times as long it may take later: of a long line what is new
is a pixel or none, and what it takes to draw it is taken from the training."""


class Turns:
    """When each part was drawn, and of what state of the run.

    Args:
        parts: their names, in the order in which those that are due alike are drawn.
        clock: seconds by the clock.
    """

    def __init__(
        self, parts: Iterable[str], every: Mapping[str, float] = EVERY, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.parts = tuple(parts)
        self._every, self._clock = every, clock
        self._drawn: dict[str, tuple[object, float]] = {}
        self._begun = clock()

    def begin(self) -> None:
        """Another run is drawn from now on."""
        self._begun = self._clock()
        self.forget()

    def forget(self, *parts: str) -> None:
        """Draw these again, whatever was drawn; all of them where none is named."""
        for part in parts or tuple(self._drawn):
            self._drawn.pop(part, None)

    def draws(self, part: str, told: object) -> bool:
        """Whether there is something new to draw in a part, which is then drawn; ``told`` is the state of the run."""
        if part in self._drawn and self._drawn[part][0] == told:
            return False
        self._drawn[part] = (told, self._clock())
        return True

    @property
    def never_drawn(self) -> list[str]:
        """Parts of which nothing was drawn so far."""
        return [part for part in self.parts if part not in self._drawn]

    def due(self, ended: bool = False) -> list[str]:
        """Parts whose time has come, the latest for its own pace first; all of a run that has ended."""
        now = self._clock()
        slower = min(max((now - self._begun) / FRESH, 1.0), SLOWEST)
        late = {part: self._lateness(part, now, slower) for part in self.parts}
        found = [part for part in self.parts if ended or late[part] >= 1.0]
        return sorted(found, key=lambda part: -late[part] * (AHEAD if part == WATCHED else 1.0))

    def _lateness(self, part: str, now: float, slower: float) -> float:
        """How long ago it was drawn, in times of its own pace."""
        if part not in self._drawn:
            return float("inf")
        return (now - self._drawn[part][1]) / (self._every[part] * slower)
