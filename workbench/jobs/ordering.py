"""Sorting, filtering and saving large tables off the GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workbench.columns import Arrangement, Column, NoLongerWanted, Rows, arranged, csv_lines
from workbench.jobs.job import Cancelled, JobControl, Progress, Tell, Work


def ordering(columns: Sequence[Column], rows: int, wanted: Arrangement, ordered: Rows | None) -> Work:
    """Work that arranges the rows of a table; gives the rows to show and the whole order."""

    def work(control: JobControl, tell: Tell) -> tuple[Rows, Rows]:
        try:
            return arranged(columns, rows, wanted, ordered, lambda: control.stopped)
        except NoLongerWanted:
            raise Cancelled from None

    return work


def saving(columns: Sequence[Column], order: Rows, path: Path) -> Work:
    """Work that writes a table as CSV; tells the share that is written, gives the path."""

    def work(control: JobControl, tell: Tell) -> Path:
        from core import durable

        written: list[bytes] = []
        for number, text in enumerate(csv_lines(columns, order)):
            if control.stopped:
                raise Cancelled
            written.append(text.encode())
            tell(5_000 * number / max(len(order), 1))
        durable.write(path, b"".join(written))
        return path

    return work


def follow_saving(before: Progress, event: object) -> Progress:
    """The progress bar of a table that is saved."""
    return Progress("saving", min(event, 1.0)) if isinstance(event, float) else before
