"""What reading and cleaning give together, before anything is divided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.data.cleaned import Cleaned
from core.data.rejects import Rejects
from core.data.report import CleaningReport

NONE = "none"
"""In the place of a validation part: train a fixed number of epochs."""

Progress = Callable[[str, int, int], None]
"""Called with (what is being done, how much is done, how much in all)."""


@dataclass(frozen=True, eq=False)
class Loaded:
    """Cleaned data, and what was found on the way.

    Attributes:
        cleaned: the interactions, parts and candidate lists.
        rejects: rows that reading did not keep, by ``source``, ``validation``, ``test``, ``candidates``.
        notes: plain sentences about what was found and decided; those of other files begin with the part's name.
        validation: False when no validation part is wanted.
        merge_ids: ids that look alike were made one.
    """

    cleaned: Cleaned
    rejects: Mapping[str, Rejects]
    notes: tuple[str, ...]
    validation: bool
    merge_ids: bool

    @property
    def reports(self) -> Mapping[str, CleaningReport]:
        """What cleaning left out of ``source``, ``validation``, ``test``."""
        return self.cleaned.reports


def rejected_rows(loaded: Loaded) -> int:
    """How many rows reading did not keep, of all files."""
    return sum(each.total for each in loaded.rejects.values())


def dropped_rows(loaded: Loaded) -> dict[str, int]:
    """Rows that cleaning left out, by reason, of all files."""
    found: dict[str, int] = {}
    for report in loaded.reports.values():
        for reason, amount in report.dropped.items():
            found[reason] = found.get(reason, 0) + amount
    return found
