"""run.json: what a run is, with what it was made, how it stands and how it ended."""

from __future__ import annotations

import dataclasses
import datetime
import platform
import re
from dataclasses import dataclass, field
from typing import Any

from core import __version__, durable, strict_json
from core.errors import StorageError
from core.runs.folder import RunFolder

FORMAT = 1
NEEDS = "0.1.0"
"""First version of Rankscope that reads this format."""
STATES = ("running", "completed", "stopped", "failed")
LONGEST_NUMBER = re.compile(r"[0-9A-Za-z.+-]{1,40}")


@dataclass(frozen=True)
class RunRecord:
    """The content of run.json.

    Attributes:
        id: made at random when the run began; never tied to a clock.
        created: wall clock in UTC, ISO; for display only.
        state: ``running`` while it trains and after it was killed, else ``completed``, ``stopped`` or ``failed``.
        versions: of rankscope, python, torch, numpy; the platform.
        device, threads: where it was computed; the same bits are promised for the same ones only.
        plan: the plan as plain values by section.
        data: ``hash`` of the parts, source name, users, items, events.
        counts: ``rejected`` rows and ``excluded`` by reason, for the result line.
        epoch, step: how far it came, as far as that was saved.
        phase: ``train``, or ``refit`` once it trained again on training and validation; empty before a checkpoint.
        saved: wall clock in UTC of the last checkpoint, ISO; for display only; empty before the first.
        result: the result line, empty before the end.
        failure: code, what, where, why, remedy of a failed run.
    """

    id: str
    created: str
    state: str
    versions: dict[str, Any]
    plan: dict[str, Any]
    data: dict[str, Any]
    device: str = ""
    threads: int = 0
    counts: dict[str, Any] = field(default_factory=dict)
    epoch: int = 0
    step: int = 0
    phase: str = ""
    saved: str = ""
    result: dict[str, Any] = field(default_factory=dict)
    failure: dict[str, Any] = field(default_factory=dict)


def present_versions() -> dict[str, str]:
    """Versions of what computes here."""
    import numpy
    import torch

    return {
        "rankscope": __version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": numpy.__version__,
        "platform": f"{platform.system()} {platform.machine()}",
    }


def now() -> str:
    """The wall clock in UTC, to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def write_record(folder: RunFolder, record: RunRecord) -> None:
    """Replace run.json.

    Raises:
        StorageError: it could not be written; the old one is intact.
    """
    values = {"format": FORMAT, "needs": NEEDS, **dataclasses.asdict(record)}
    durable.write(folder.record, strict_json.dumps(values, indent=2) + b"\n", own=True)


def read_record(folder: RunFolder) -> RunRecord:
    """Read run.json.

    Raises:
        StorageError: unreadable, damaged, or written by a newer version.
    """
    where = durable.printable_path(folder.record)
    values = strict_json.read(folder.record)
    check_format(values, FORMAT, where)
    found = {}
    for each in dataclasses.fields(RunRecord):
        if (
            each.name not in values
            and each.default is dataclasses.MISSING
            and each.default_factory is dataclasses.MISSING
        ):
            raise damaged(where, f"{each.name} is missing")
        if each.name in values:
            found[each.name] = _checked(each.name, str(each.type), values[each.name], where)
    if found["state"] not in STATES:
        raise damaged(where, f"The state {str(found['state'])[:40]!r} is unknown")
    return RunRecord(**found)


def check_format(values: dict[str, Any], newest: int, where: str) -> None:
    """Refuse what a newer version wrote.

    Raises:
        StorageError: the format is newer, or no number.
    """
    number = values.get("format")
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise damaged(where, "It does not say which format it has")
    if number > newest:
        needs = str(values.get("needs", ""))
        named = needs if LONGEST_NUMBER.fullmatch(needs) else "a newer version"
        raise StorageError(
            "storage.newer",
            f"the file has format {number} and this version reads up to {newest}",
            where,
            remedy=f"It needs Rankscope {named} or later",
        )


def damaged(where: str, why: str) -> StorageError:
    """The error of a file whose content cannot be right."""
    return StorageError(
        "storage.damaged", "the file is damaged", where, why, "Take it from a backup, or train the run again"
    )


def _checked(name: str, kind: str, value: Any, where: str) -> Any:
    expected = {"str": str, "int": int}.get(kind, dict)
    if not isinstance(value, expected) or isinstance(value, bool):
        raise damaged(where, f"{name} is no {expected.__name__}")
    return value
