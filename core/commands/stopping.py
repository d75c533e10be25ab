"""Ctrl-C as a wish: the step in hand is finished and what was trained is kept; a second one leaves at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from core.training.control import Control

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass
class Received:
    """The signal that came, 0 for none."""

    number: int = 0

    @property
    def exit_code(self) -> int:
        """What a shell gives for a program that ends by this signal; a stop from elsewhere counts as Ctrl-C."""
        return 128 + (self.number or signal.SIGINT)


@contextmanager
def stopping(control: Control, tell: Callable[[str], None]) -> Iterator[Received]:
    """Within the block, Ctrl-C and a polite kill ask the run to stop."""
    received = Received()
    if threading.current_thread() is not threading.main_thread():
        yield received
        return

    def ask(number: int, frame: FrameType | None) -> None:
        if received.number:
            raise KeyboardInterrupt
        received.number = number
        control.stop()
        tell("stopping after this step; again to leave at once, without keeping it")

    before = {each: signal.signal(each, ask) for each in SIGNALS}
    try:
        yield received
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
