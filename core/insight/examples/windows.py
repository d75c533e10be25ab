"""The training windows over one short history, cut by the code that trains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.batches import padded_sequences, window_starts
from core.data.interactions import Events

PADDING = -1
"""Stands for padding among the inputs and for a masked target."""


@dataclass(frozen=True)
class ExampleWindow:
    """One window; events are places in the history, from 0.

    Attributes:
        inputs: L places, oldest first, ``PADDING`` on the left where there are too few.
        targets: T places, ``PADDING`` for those that do not exist.
    """

    inputs: tuple[int, ...]
    targets: tuple[int, ...]


def example_windows(events: int, length: int, targets: int) -> tuple[ExampleWindow, ...]:
    """All windows of a history of some events, as training draws them (protocol: sequence windows)."""
    order = np.arange(events, dtype=np.int32)
    history = Events(np.zeros(events, np.int32), order, None, None, 1, events)
    padded = padded_sequences(history, length)
    found = []
    for start in window_starts(history, targets).tolist():
        inputs = [int(place) if place < events else PADDING for place in padded[start : start + length]]
        ahead = [place if place < events else PADDING for place in range(start, start + targets)]
        found.append(ExampleWindow(tuple(inputs), tuple(ahead)))
    return tuple(found)
