"""Columns of a table, and the order in which their rows are shown; numbers and texts of millions of rows, no widget."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from core.data.rejects import FORMULA_STARTS

BLOCK = 1 << 20
"""Rows that are searched between two looks whether the search is still wanted."""

Rows = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Column:
    """One column.

    Attributes:
        values: a numpy array or a pyarrow array of texts, ``[rows]``.
        show: a value as a cell shows it.
        right: numbers are aligned on the right.
        help: tooltip of the header.
        first_down: a click on the header sorts the largest first.
    """

    title: str
    values: Any
    show: Callable[[Any], str] = str
    right: bool = False
    help: str = ""
    first_down: bool = False

    @property
    def is_text(self) -> bool:
        """Whether a search looks into it."""
        return isinstance(self.values, pa.Array | pa.ChunkedArray)

    def value(self, row: int) -> Any:
        """The value of a row."""
        found = self.values[row]
        return found.as_py() if self.is_text else found

    def text(self, row: int) -> str:
        """The cell of a row."""
        return self.show(self.value(row))

    def order(self, descending: bool) -> Rows:
        """Rows in the order of this column, the earlier row first among equals, NaN last, ``[rows]``."""
        if self.is_text:
            way = "descending" if descending else "ascending"
            found: Rows = pc.sort_indices(self.values, sort_keys=[("", way)]).to_numpy().astype(np.int32)
            return found
        keys = np.asarray(self.values)
        if descending and keys.dtype.kind == "f":
            return np.argsort(-keys, kind="stable").astype(np.int32)
        if keys.dtype.kind in "iu" and len(keys) and int(keys.max()) - int(keys.min()) < 1 << 16:
            # counts are mostly small, and numbers of 16 bits are sorted digit by digit, several times faster
            small = (keys.max() - keys if descending else keys - keys.min()).astype(np.uint16)
            return np.argsort(small, kind="stable").astype(np.int32)
        if descending:
            # a stable sort of the reversed rows, read backwards, keeps the earlier row first
            return (len(keys) - 1 - np.argsort(keys[::-1], kind="stable")[::-1]).astype(np.int32)
        return np.argsort(keys, kind="stable").astype(np.int32)

    def holds(self, text: str, start: int = 0, count: int | None = None) -> npt.NDArray[np.bool_]:
        """Which of some rows hold a text, small and capital letters alike, ``[count]``."""
        looked_at = self.values.slice(start, len(self.values) - start if count is None else count)
        found = pc.match_substring(looked_at, text, ignore_case=True)
        return np.asarray(found.fill_null(False).to_numpy(zero_copy_only=False), np.bool_)


@dataclass(frozen=True, eq=False)
class Arrangement:
    """What is asked of the rows.

    Attributes:
        by: column and whether the largest comes first; None keeps the rows as they are.
        asked: text that a row must hold; empty for all.
        gaps: rows that stand for others left out; they are shown in the unsorted, unfiltered table alone.
        within: rows that may be shown, ``[rows]``; None for all.
    """

    by: tuple[int, bool] | None = None
    asked: str = ""
    gaps: frozenset[int] = frozenset()
    within: npt.NDArray[np.bool_] | None = None


class NoLongerWanted(Exception):  # noqa: N818 - not an error
    """Raised by ``arranged`` when it was told to end."""


def arranged(
    columns: Sequence[Column],
    rows: int,
    wanted: Arrangement,
    ordered: Rows | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[Rows, Rows]:
    """The rows to show, and all rows in the order asked for, which a later call may take as ``ordered``.

    Raises:
        NoLongerWanted: ``cancelled`` said so.
    """
    if ordered is None:
        ordered = np.arange(rows, dtype=np.int32) if wanted.by is None else columns[wanted.by[0]].order(wanted.by[1])
    shown = ordered
    if wanted.gaps and (wanted.by is not None or wanted.asked):
        shown = shown[~np.isin(shown, list(wanted.gaps))]
    if wanted.within is not None:
        shown = shown[wanted.within[shown]]
    if wanted.asked:
        keep = np.zeros(rows, np.bool_)
        for column in (each for each in columns if each.is_text):
            for start in range(0, rows, BLOCK):
                if cancelled():
                    raise NoLongerWanted
                count = min(BLOCK, rows - start)
                keep[start : start + count] |= column.holds(wanted.asked, start, count)
        shown = shown[keep[shown]]
    if cancelled():
        raise NoLongerWanted
    return shown, ordered


def csv_lines(columns: Sequence[Column], order: Rows, block: int = 5_000) -> Iterator[str]:
    """Rows in the order shown, as CSV, some thousand at a time; texts that a spreadsheet would run are quoted."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([column.title for column in columns])
    for start in range(0, len(order), block):
        for row in order[start : start + block].tolist():
            texts = [column.text(row) for column in columns]
            writer.writerow(["'" + text if text.startswith(FORMULA_STARTS) else text for text in texts])
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()
