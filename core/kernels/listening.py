"""Hear of numba when it begins to compile; what it finds compiled on the disk it loads without a word."""

from __future__ import annotations

from numba.core import event

from core.first_use import compiling_begins


class Listener(event.Listener):
    """Passes on that a function is being compiled."""

    def on_start(self, event: event.Event) -> None:
        """A function, or one that it calls, begins to be compiled."""
        compiling_begins()

    def on_end(self, event: event.Event) -> None:
        """It is compiled."""


def listen() -> None:
    """Listen as long as the process lives."""
    event.register("numba:compile", Listener())  # type: ignore[no-untyped-call]
