"""Make the folder of a new run: whole and under its name in one step, or not at all."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core import durable
from core.errors import StorageError, UsageError
from core.runs.dataset import write_dataset
from core.runs.folder import RunFolder
from core.runs.owner import is_being_written
from core.runs.record import RunRecord, read_record, write_record
from core.runs.staging import making
from core.splits.split import Split
from core.training.plan import Plan, to_toml

OWN_NAMES = {
    "run.json",
    "plan.toml",
    "events.jsonl",
    "ckpt",
    "data",
    "results",
    ".lock",
    "marks.json",
    "owner.json",
}
"""All that a run folder holds; a folder with anything else in it is never removed."""


@dataclass(frozen=True)
class NewRun:
    """Where a run will be kept; nothing is on the disk before it starts.

    Attributes:
        path: its folder.
        name: what the result line calls it, and what finds it again.
        id: kept in run.json.
        replace: a run that is there already is replaced once the new one has started.
        rejected: rows of the source that were not kept.
        dropped: rows that cleaning left out, by reason.
    """

    path: Path
    name: str
    id: str
    replace: bool = False
    rejected: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)


def check_place(path: Path, replace: bool) -> None:
    """Refuse a place for a run that is taken, or that must not be replaced.

    Raises:
        UsageError: something is there.
    """
    where = durable.printable_path(path)
    if not os.path.lexists(path):
        return
    if path.is_dir() and not any(path.iterdir()):
        return
    if not replace:
        raise UsageError(
            "run.exists", "there is something at this place already", where, remedy="Choose another, or add --force"
        )
    if not RunFolder(path).exists() or path.is_symlink():
        raise UsageError("run.not-a-run", "this is not a run, so it is not replaced", where, remedy="Choose another")
    try:
        read_record(RunFolder(path))
    except StorageError as error:
        raise UsageError(
            "run.not-a-run",
            "this is not a run that can be read, so it is not replaced",
            where,
            error.why,
            "Remove it yourself, or choose another",
        ) from None
    foreign = sorted(each.name for each in path.iterdir() if each.name not in OWN_NAMES and not _unfinished(each))
    if foreign:
        raise UsageError(
            "run.holds-more",
            f"the folder holds more than a run ({', '.join(foreign[:3])}), so it is not replaced",
            where,
            remedy="Move that out of it, or choose another",
        )
    if is_being_written(RunFolder(path)):
        raise UsageError(
            "run.busy", "the run is being written by another process", where, remedy="Wait, or choose another"
        )


def create(run: NewRun, record: RunRecord, plan: Plan, split: Split) -> tuple[RunFolder, dict[str, Any]]:
    """Write all of a run that is known at its start; gives the folder and the manifest of its data.

    The folder is filled under another name and then renamed: after a crash the run is there with all its data, or
    the old one still is.

    Raises:
        StorageError: it could not be written; nothing has changed.
        UsageError: the place was taken meanwhile.
    """
    check_place(run.path, run.replace)
    with making(run.path.parent) as made:
        staging = RunFolder(made)
        durable.make_folder(staging.checkpoints)
        durable.write(staging.plan, to_toml(plan).encode("utf-8"))
        manifest = write_dataset(staging.data, split)
        write_record(staging, _with_data(record, manifest, split))
        durable.put_folder(staging.path, run.path)
    return RunFolder(run.path), manifest


def _with_data(record: RunRecord, manifest: dict[str, Any], split: Split) -> RunRecord:
    data = {
        "hash": manifest["hash"],
        "name": str(split.interactions.source.get("name", "")),
        "users": len(split.interactions.users),
        "items": len(split.interactions.items),
        "train": len(split.train),
        "validation": len(split.validation),
        "test": len(split.test),
    }
    return dataclasses.replace(record, data=data)


def _unfinished(path: Path) -> bool:
    return path.name.startswith(durable.TEMPORARY)
