"""Counting off the GUI thread, before an import, what of all its files would be kept."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.data.plan import DataPlan
from workbench.jobs.importing import StageDone
from workbench.jobs.job import Cancelled, JobControl, Tell, Work

AT_ONCE = 24 << 20
"""Bytes of files up to which everything is counted without being asked."""


@dataclass(frozen=True)
class Line:
    """One count.

    Attributes:
        part: the file it is about.
        what: the reason, or what was counted.
        rows: how many.
        kind: ``read``, ``dropped``, ``noted`` or ``kept``.
    """

    part: str
    what: str
    rows: int
    kind: str


@dataclass(frozen=True)
class Checked:
    """What would be kept, part by part, and how it would be divided."""

    lines: tuple[Line, ...]
    sizes: tuple[int, int, int]


NAMES = {"source": "interactions", "validation": "validation", "test": "test", "candidates": "candidates"}


def checking(plan: DataPlan) -> Work:
    """Work that reads, cleans and divides as an import would, and keeps the counts alone; gives a Checked."""

    def work(control: JobControl, tell: Tell) -> Checked:
        from core.data.raw import ReadingCancelled
        from core.splits import SPLITS
        from core.splits.prepare import prepare

        kind = "predefined" if plan.test else "leave-last-out"
        try:
            found = prepare(
                plan,
                kind,
                SPLITS[kind].settings(),
                on_progress=lambda stage, done, total: tell(StageDone(stage, done, total)),
                cancelled=lambda: control.stopped,
            )
        except ReadingCancelled:
            raise Cancelled from None
        lines: list[Line] = []
        for part in ("source", "validation", "test", "candidates"):
            name = NAMES[part]
            rejects, report = found.loaded.rejects.get(part), found.loaded.reports.get(part)
            unread = rejects.counts if rejects is not None else {}
            if report is not None:
                lines.append(Line(name, "rows read", report.read + sum(unread.values()), "read"))
                lines.append(Line(name, "kept", report.kept, "kept"))
            lines += [Line(name, what, rows, "dropped") for what, rows in unread.items()]
            if report is not None:
                lines += [Line(name, what, rows, "dropped") for what, rows in report.dropped.items()]
                lines += [Line(name, what, rows, "noted") for what, rows in report.noted.items()]
        split = found.split
        if split.candidates is not None:
            lines += [Line("candidates", what, rows, "noted") for what, rows in split.candidates.counts.items()]
            lines.append(Line("candidates", "users with a list", int(split.candidates.listed.sum()), "kept"))
        return Checked(tuple(lines), (len(split.train), len(split.validation), len(split.test)))

    return work


def size_of(paths: Sequence[str]) -> int:
    """Bytes of files and folders; what is not there has none."""
    total = 0
    for path in (Path(each) for each in paths if each):
        try:
            files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
            total += sum(os.path.getsize(file) for file in files[:1000])
        except OSError:
            continue
    return total
