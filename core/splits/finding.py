"""One finding of the doctor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, SupportsFloat

Severity = Literal["note", "warning"]


@dataclass(frozen=True)
class Finding:
    """One thing that a reader of the metrics should know.

    Attributes:
        key: stable short name.
        severity: ``note``: good to know; ``warning``: the metrics may say something else than they seem to.
        title: what was found, a few words.
        number: how many, or the quantity found.
        share: of what ``title`` speaks about, 0..1; None where there is none.
        meaning: what it means.
        remedy: what can be done.
    """

    key: str
    severity: Severity
    title: str
    number: float
    share: float | None
    meaning: str
    remedy: str


def graded(number: SupportsFloat, limit: SupportsFloat) -> Severity:
    """A warning above the limit, else a note."""
    return "warning" if float(number) > float(limit) else "note"


def counted(
    key: str, severity: Severity, title: str, number: int, total: int, meaning: str, remedy: str
) -> list[Finding]:
    """A finding, unless there is nothing to count."""
    return [Finding(key, severity, title, number, number / total, meaning, remedy)] if number and total else []
