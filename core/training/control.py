"""The one thing that crosses back into a run: stop and pause, read at each step."""

from __future__ import annotations

import threading
import time


class Control:
    """Stop and pause of one run; safe to call from any thread."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._go = threading.Event()
        self._go.set()
        self._retry = threading.Event()
        self._waited = 0.0
        self.stops = 0

    def stop(self) -> None:
        """Ask the run to end after the step in hand; while saving is paused, to end with what is on the disk."""
        self.stops += 1
        self._stop.set()
        self._go.set()
        self._retry.set()

    def retry(self) -> None:
        """Ask a run whose saving is paused to try again now."""
        self._retry.set()

    def pause(self) -> None:
        """Ask the run to wait before its next step; one that was asked to stop does not wait any more."""
        self._go.clear()
        if self._stop.is_set():
            self._go.set()

    def resume(self) -> None:
        """Let a paused run go on."""
        self._go.set()
        self._retry.set()

    @property
    def paused(self) -> bool:
        """True from pause() until resume() or stop()."""
        return not self._go.is_set()

    @property
    def stopped(self) -> bool:
        """True once stop() was called."""
        return self._stop.is_set()

    def wait_for_retry(self, seconds: float) -> bool:
        """Wait for retry(), resume() or stop(), at most so long; tells whether one of them came."""
        began = time.monotonic()
        asked = self._retry.wait(seconds)
        self._waited += time.monotonic() - began
        self._retry.clear()
        return asked

    def should_stop(self) -> bool:
        """Wait while paused; True when the run is to end."""
        if self.paused:
            began = time.monotonic()
            self._go.wait()
            self._waited += time.monotonic() - began
        return self._stop.is_set()

    def clock(self) -> float:
        """Seconds by a clock that stands while the run waits; read in the thread of the run."""
        return time.monotonic() - self._waited
