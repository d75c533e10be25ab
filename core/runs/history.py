"""What a run told epoch by epoch, where it was cut off and gone on with too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

PHASES = ("train", "refit")


def epochs_told(events: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The epochs of a run in order, each once.

    A run that was killed is gone on with from its last checkpoint: the epochs after it are told a second time, and the
    later telling counts.

    Args:
        events: plain values as ``read_log`` gives them.
    """
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for event in events:
        if event.get("event") == "epoch":
            phase = str(event.get("phase", PHASES[0]))
            found[PHASES.index(phase) if phase in PHASES else 0, int(event["epoch"])] = dict(event)
    return [found[key] for key in sorted(found)]
