"""The end of a run as hashes by name, so that two runs can be compared to the bit."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from core import strict_json
from core.runs.history import epochs_told
from core.runs.log import read_log
from core.runs.opening import open_run

OF_THE_CLOCK = {"seconds": 0, "run": ""}


def ending(path: Path) -> dict[str, str]:
    """SHA-256 of all that a run ended with but what a clock says: weights, optimiser, state, metrics, epochs, ranks."""
    run = open_run(path)
    found = {f"tensor {name}": digest(each.numpy().tobytes()) for name, each in run.loaded.tensors.items()}
    found |= {f"state {name}": plain(value) for name, value in run.loaded.checkpoint.plain.items() if name != "seconds"}
    found |= {f"result {name}": plain(value) for name, value in run.result.items() if name not in OF_THE_CLOCK}
    for epoch in epochs_told(read_log(run.folder.events).events):
        found[f"epoch {epoch['phase']} {epoch['epoch']}"] = plain({**epoch, **OF_THE_CLOCK})
    for each in run.folder.results.glob("*.json"):
        found[f"results {each.stem}"] = digest(each.read_bytes())
    found["state of the run"] = run.record.state
    return found


def differences(whole: dict[str, str], other: dict[str, str]) -> list[str]:
    """Names whose hashes differ, or that only one has."""
    return sorted(name for name in whole.keys() | other.keys() if whole.get(name) != other.get(name))


def plain(value: Any) -> str:
    """Hash of a plain value."""
    return digest(strict_json.dumps({"": value}))


def digest(content: bytes) -> str:
    """SHA-256."""
    return hashlib.sha256(content).hexdigest()
