"""Rows that were not kept: counted by reason, the first shown, all of them exportable."""

from __future__ import annotations

import csv
import heapq
import io
import tempfile
import weakref
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import IO, Protocol

SHOWN = 20
IN_MEMORY = 20_000
LONGEST_VALUE = 200
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")


@dataclass(frozen=True)
class Reject:
    """One row that was not kept.

    Attributes:
        reason: a short constant text, the key of the counts.
        line: physical line, from 1; the row number for files without lines.
        column: name of the column, or its position from 1; empty when the whole row is meant.
        value: the text that was found, shortened.
    """

    reason: str
    line: int
    column: str
    value: str

    def sentence(self) -> str:
        """Where it stands and what was found there, for the end of a sentence."""
        column = f", column {self.column!r}" if self.column else ""
        return f"first on line {self.line:,}{column}: {self.value[:80]!r}"


class RejectRows(Protocol):
    """What holds the rows that were not kept."""

    def rows(self) -> Iterator[Reject]:
        """All of them, in the order in which they were found."""
        ...


@dataclass(frozen=True, eq=False)
class Rejects:
    """The rows of one reading that were not kept.

    Attributes:
        counts: rows by reason, the most frequent first.
        first: the first 20, by line.
        total: how many rows in all.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    first: tuple[Reject, ...] = ()
    total: int = 0
    _log: RejectRows | None = None

    def rows(self) -> Iterator[Reject]:
        """All of them, in the order in which they were found."""
        return iter(()) if self._log is None else self._log.rows()

    def export(self, path: Path) -> None:
        """Write all of them as CSV (reason, line, column, value); texts that a spreadsheet would run are quoted.

        Raises:
            OSError: the file cannot be written.
        """
        with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["reason", "line", "column", "value"])
            for row in self.rows():
                writer.writerow([row.reason, row.line, _harmless(row.column), _harmless(row.value)])

    def summary(self) -> str:
        """The counts in words, such as ``3 rows not kept: blank user (2), ragged row (1)``."""
        if not self.total:
            return "every row was kept"
        listed = ", ".join(f"{reason} ({count:,})" for reason, count in self.counts.items())
        return f"{self.total:,} {'row' if self.total == 1 else 'rows'} not kept: {listed}"


class RejectLog:
    """Where rejects are gathered while a file is read; past the first thousands they go to an unnamed file."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._rows: list[Reject] = []
        self._spool: IO[str] | None = None

    def add(self, reason: str, line: int, column: str = "", value: str = "") -> None:
        """Count one row."""
        self._counts[reason] += 1
        if len(value) > LONGEST_VALUE:
            value = value[:LONGEST_VALUE] + "…"
        row = Reject(reason, int(line), column, value)
        if len(self._rows) < IN_MEMORY:
            self._rows.append(row)
            return
        if self._spool is None:
            self._spool = tempfile.TemporaryFile(  # noqa: SIM115 - lives as long as the log
                "w+", encoding="utf-8", errors="surrogatepass", newline=""
            )
            weakref.finalize(self, self._spool.close)
        csv.writer(self._spool).writerow([row.reason, row.line, row.column, row.value])

    @property
    def total(self) -> int:
        """Rows counted so far."""
        return self._counts.total()

    def rows(self) -> Iterator[Reject]:
        """All rows in the order in which they were added."""
        yield from self._rows
        if self._spool is not None:
            self._spool.seek(0)
            for reason, line, column, value in csv.reader(self._spool):
                yield Reject(reason, int(line), column, value)
            self._spool.seek(0, io.SEEK_END)

    def freeze(self) -> Rejects:
        """What was gathered, read-only."""
        counts = MappingProxyType(dict(self._counts.most_common()))
        # in one block the rows of the wrong width are found before those of a wrong value
        first = heapq.nsmallest(SHOWN, self._rows, key=lambda row: row.line)
        return Rejects(counts, tuple(first), self.total, self)


def _harmless(text: str) -> str:
    return "'" + text if text.startswith(FORMULA_STARTS) else text
