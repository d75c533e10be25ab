"""Folders that look like runs, made by the thousand: a record and nothing to score with."""

from __future__ import annotations

import dataclasses
import datetime
import os
import random
import time
import uuid
from pathlib import Path
from typing import Any

from core import strict_json
from core.runs.folder import RunFolder
from core.runs.library import Library
from core.runs.record import RunRecord
from core.runs.workspace import Workspace
from core.training.plan import make_plan, to_values

BEGIN = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
PLANS = [
    to_values(make_plan({"model": {"name": model}, "training": {"seed": seed}}))
    for model in ("mf", "gmf", "neumf", "popularity")
    for seed in (1, 2, 3)
]


def fake_record(number: int, **changes: Any) -> RunRecord:
    """A record with plausible figures."""
    chance = random.Random(number)
    hit = chance.uniform(0.05, 0.3)
    metrics = {"hit@10": hit, "ndcg@10": hit / 2, "auc": 0.5 + hit}
    values: dict[str, Any] = {
        "id": str(uuid.UUID(int=chance.getrandbits(128))),
        "created": (BEGIN + datetime.timedelta(minutes=number)).isoformat(timespec="seconds"),
        "state": "completed",
        "versions": {"rankscope": "0.1.0"},
        "plan": PLANS[number % len(PLANS)],
        "data": {"hash": "0" * 64, "name": "ratings"},
        "epoch": number % 20,
        "result": {
            "part": "test",
            "seconds": 3.0 + number,
            "metrics": metrics,
            "intervals": {name: [0.9 * value, 1.1 * value] for name, value in metrics.items()},
        },
    }
    return RunRecord(**{**values, **changes})


def put_run(workspace: Workspace, number: int = 0, name: str = "", **changes: Any) -> RunFolder:
    """A run folder with a record."""
    record = fake_record(number, **changes)
    folder = RunFolder(workspace.runs_folder / (name or record.id))
    folder.path.mkdir(parents=True)
    write_plainly(folder.record, record)
    return folder


def write_plainly(path: Path, record: RunRecord) -> None:
    """A record without the syncing that makes a thousand of them slow."""
    path.write_bytes(strict_json.dumps({"format": 1, "needs": "0.1.0", **dataclasses.asdict(record)}, indent=2) + b"\n")


def aged(workspace: Workspace) -> Workspace:
    """As if all folders had last changed a while ago: only then is what was read of them trusted."""
    for folder in workspace.runs():
        then = time.time_ns() - 60_000_000_000 + hash(folder.path.name) % 1000
        os.utime(folder.path, ns=(then, then))
    return workspace


def titles(library: Library) -> list[str]:
    """The names of the runs, as they are listed."""
    return [entry.title for entry in library.entries]
