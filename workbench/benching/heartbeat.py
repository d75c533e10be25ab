"""How late a timer of the GUI thread is: what a person feels as a window that hangs."""

from __future__ import annotations

import time
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QTimer

BEAT = 5
"""Milliseconds between two beats."""


@dataclass(frozen=True)
class Beats:
    """Milliseconds that beats were late.

    Attributes:
        number: beats that were heard.
    """

    number: int
    p50: float
    p99: float
    worst: float


class Heartbeat(QObject):
    """Beats while it is started."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.late: list[float] = []
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT)
        self._timer.timeout.connect(self._beat)
        self._last = 0.0

    def start(self) -> None:
        """Begin to listen, forgetting what was heard."""
        self.late, self._last = [], time.perf_counter()
        self._timer.start()

    def stop(self) -> Beats:
        """Stop listening and tell what was heard."""
        self._timer.stop()
        return beats_of(self.late)

    def _beat(self) -> None:
        now = time.perf_counter()
        self.late.append(max(1000 * (now - self._last) - BEAT, 0.0))
        self._last = now


def beats_of(late: list[float]) -> Beats:
    """Median, 99th percentile (the nearest rank) and the longest of the delays."""
    if not late:
        return Beats(0, float("nan"), float("nan"), float("nan"))
    ranked = sorted(late)
    return Beats(len(ranked), ranked[(len(ranked) - 1) // 2], ranked[-(-99 * len(ranked) // 100) - 1], ranked[-1])
