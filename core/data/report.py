"""What became of the rows of a file: how many were kept, and why the others were not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class CleaningReport:
    """What became of the rows of one file; ``read == kept + sum(dropped.values())``.

    Attributes:
        read: rows that reading handed over.
        kept: events that came out.
        dropped: rows left out, by reason in plain words.
        noted: other counts, by what was counted in plain words; these rows were kept.
    """

    read: int
    kept: int
    dropped: dict[str, int] = field(default_factory=dict)
    noted: dict[str, int] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """The report as plain values."""
        return {"read": self.read, "kept": self.kept, "dropped": dict(self.dropped), "noted": dict(self.noted)}


class Tally:
    """Counts gathered while a file is cleaned; what is zero is not mentioned."""

    def __init__(self, read: int) -> None:
        self.read = read
        self._dropped: dict[str, int] = {}
        self._noted: dict[str, int] = {}

    def drop(self, reason: str, rows: int) -> None:
        """Rows left out."""
        if rows:
            self._dropped[reason] = self._dropped.get(reason, 0) + int(rows)

    def note(self, what: str, number: int) -> None:
        """Something counted that leaves no row out."""
        if number:
            self._noted[what] = self._noted.get(what, 0) + int(number)

    def freeze(self, kept: int) -> CleaningReport:
        """What was gathered."""
        return CleaningReport(self.read, kept, dict(self._dropped), dict(self._noted))
