"""The rows of the table of runs: columns, what differs, names that are edited in place."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFont

from core.runs.differing import PlanTable
from core.runs.entries import DAMAGED, Entry
from core.text import duration
from workbench.columns import Column
from workbench.icons import swatch
from workbench.tables.model import ColumnsModel, Index
from workbench.theme import Theme
from workbench.widgets.parts import tip
from workbench.words import cell, metric_label, score

MOST_DIFFERING = 6
"""Columns of parameters at most; the rest is counted."""
HAVE_COLUMNS = ("data.source", "model.name", "loss.name", "sampler.name")
"""Parameters that have a column already, or that follow from one."""
STATE_COLOURS = {"running": "accent", "failed": "error", "damaged": "error", "interrupted": "warning"}
MEASURED = ("Hit@10", "nDCG@10", "AUC")
"""Titles of the columns of metrics."""
UNLIKE = {
    "validation": "On the validation part: it chose the epoch, so it flatters beside figures of the test part",
    "sampled": "Among given candidates only (sampled): far higher than among all items, and not to be compared with it",
}
"""Why a figure is grey and slanted."""
SWATCH = 8
"""Pixels of the square in a run's colour before its name."""
STAR, NAME, HIT = 0, 1, 3
"""Places of columns that behave in their own way."""


@dataclass(frozen=True)
class Interval:
    """A value with the interval around it, and how much the widest bar stands for."""

    value: float
    low: float
    high: float
    scale: float


def run_columns(entries: Sequence[Entry]) -> tuple[list[Column], list[int]]:
    """Columns of some runs and their widths, before those of the parameters that differ."""

    def numbers(read: Callable[[Entry], float | None]) -> npt.NDArray[np.float64]:
        return np.array([read(entry) for entry in entries], np.float64)

    def texts(read: Callable[[Entry], str]) -> pa.Array:
        return pa.array([read(entry) for entry in entries], pa.large_string())

    interval = (
        "With the 95 % interval of a bootstrap over users; grey and slanted where it was measured otherwise than on "
        "the whole test part, which the column Measured on tells"
    )
    found = [
        (Column("★", np.array([bool(entry.star) for entry in entries]), star, first_down=True, help="Star (S)"), 30),
        (Column("Name", texts(lambda entry: entry.title), lambda text: cell(text, 80), help="F2 renames"), 176),
        (Column("State", texts(lambda entry: entry.state), cell), 92),
        (Column("Hit@10", numbers(lambda entry: entry.hit), score, True, interval, True), 116),
        (Column("nDCG@10", numbers(lambda entry: entry.ndcg), score, True, interval, True), 72),
        (Column("AUC", numbers(lambda entry: entry.auc), score, True, interval, True), 50),
        (Column("Model", texts(lambda entry: entry.model), cell), 74),
        (Column("Loss", texts(lambda entry: entry.loss or "–"), cell), 66),
        (Column("Sampler", texts(lambda entry: entry.sampler or "–"), cell), 74),
        (Column("Data", texts(lambda entry: entry.data), lambda text: cell(text, 40)), 92),
    ]
    return [column for column, _ in found], [width for _, width in found]


def last_columns(entries: Sequence[Entry]) -> tuple[list[Column], list[int]]:
    """The columns after those of the parameters."""
    seconds = np.array([entry.seconds for entry in entries], np.float64)
    begun = pa.array([entry.created[:16].replace("T", " ") for entry in entries], pa.large_string())
    found = [
        (Column("Measured on", pa.array([each.measured_on or "–" for each in entries], pa.large_string()), cell), 96),
        (Column("Epochs", np.array([entry.epoch for entry in entries], np.int64), "{:,}".format, True), 56),
        (Column("Duration", seconds, duration, True, "From the start to the end, measured on the way", True), 84),
        (Column("Begun (UTC)", begun, cell, first_down=True), 134),
    ]
    return [column for column, _ in found], [width for _, width in found]


def plan_columns(
    table: PlanTable | None, rows: npt.NDArray[np.int32], entries: Sequence[Entry]
) -> tuple[list[Column], list[int], int]:
    """Columns of the parameters that differ among some runs, their widths, and how many more there are.

    Args:
        rows: of ``entries`` in the plan table.
    """
    if table is None or len(entries) < 2:
        return [], [], 0
    names = [name for name in table.differing(rows) if name not in HAVE_COLUMNS]
    shown = names[:MOST_DIFFERING]
    columns = [_plan_column(table, name, rows) for name in shown]
    widths = [min(max(7 * len(column.title) + 24, 72), 130) for column in columns]
    return columns, widths, len(names) - len(shown)


def _plan_column(table: PlanTable, name: str, rows: npt.NDArray[np.int32]) -> Column:
    title = column_title(name)
    # the few distinct values are converted and then handed out to the rows; one that is absent takes the last place
    codes, values = table.codes[name][rows], (*table.values[name], None)
    if all(value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in values):
        numbers = np.array([math.nan if value is None else value for value in values], np.float64)
        return Column(title, numbers[codes], plain_number, True, name)
    words = pa.array([value_words(value) for value in values], pa.large_string())
    return Column(title, words.take(pa.array(np.where(codes < 0, len(values) - 1, codes))), cell, False, name)


def column_title(name: str) -> str:
    """``training.batch_size`` as ``batch size``, ``optimiser.name`` as ``optimiser``."""
    section, _, field = name.partition(".")
    if name == "training.epochs":
        return "epochs planned"
    return cell(section if field == "name" else field.replace("_", " "), 40)


def plain_number(value: float) -> str:
    """A parameter that is a number: 0.001, 64, 1e-5."""
    if not math.isfinite(value):
        return "–"
    return f"{int(value):,}" if float(value).is_integer() and abs(value) < 1e15 else f"{value:g}"


def value_words(value: Any) -> str:
    """A value of a plan in words."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value_words(each) for each in value)
    if isinstance(value, int | float):
        return plain_number(value)
    return cell(str(value), 60)


def star(value: object) -> str:
    """The mark of a favourite."""
    return "★" if value else "☆"


class RunsModel(ColumnsModel):
    """Knows the entry behind each row.

    Signals:
        renamed: an entry, and the name that was typed.
    """

    renamed = Signal(object, str)

    def __init__(self, theme: Theme) -> None:
        self.entries: tuple[Entry, ...] = ()
        self.read_only = False
        self._theme = theme
        self._scale = 1.0
        super().__init__()

    def show_runs(self, entries: Sequence[Entry], columns: Sequence[Column], read_only: bool) -> None:
        """Replace everything."""
        self.entries, self.read_only = tuple(entries), read_only
        highest = [each for entry in entries for each in (entry.hit, entry.hit_high) if each is not None]
        self._scale = max(highest, default=1.0) or 1.0
        self.replace(columns)

    def entry(self, shown: int) -> Entry:
        """The run in a row of the table."""
        return self.entries[self.row_at(shown)]

    def may_change(self, entry: Entry) -> bool:
        """Whether its name, star and note can be changed."""
        return not self.read_only and not entry.read_only

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Names can be edited."""
        flags = super().flags(index)
        if index.isValid() and index.column() == NAME and self.may_change(self.entry(index.row())):
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: N802 - Qt's name
        """Take a name that was typed."""
        if role != Qt.ItemDataRole.EditRole or not self.flags(index) & Qt.ItemFlag.ItemIsEditable:
            return False
        entry = self.entry(index.row())
        text = " ".join(str(value).split())
        if text != entry.name:
            self.renamed.emit(entry, text)
        return True

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One cell."""
        if not index.isValid() or index.row() >= len(self.order):
            return None
        entry, column = self.entry(index.row()), index.column()
        if role == Qt.ItemDataRole.EditRole:
            return entry.name if column == NAME else None
        if role == Qt.ItemDataRole.UserRole and column == HIT:
            value, low, high = (
                math.nan if each is None else each for each in (entry.hit, entry.hit_low, entry.hit_high)
            )
            return Interval(value, low, high, self._scale)
        if role == Qt.ItemDataRole.DecorationRole and column == NAME and entry.state != DAMAGED:
            return swatch(self._theme.colours.series[self._theme.run_colours.of(entry.folder)], SWATCH)
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._foreground(entry, column)
        if role == Qt.ItemDataRole.FontRole and self._unlike(entry, column):
            slanted = QFont()
            slanted.setItalic(True)
            return slanted
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(self._tip(entry, column)) or super().data(index, role)
        if role == Qt.ItemDataRole.AccessibleTextRole and column == STAR:
            return "starred" if entry.star else "not starred"
        return super().data(index, role)

    def _unlike(self, entry: Entry, column: int) -> bool:
        """The figure in a cell answers another question than those above and below it."""
        return self.columns[column].title in MEASURED and entry.measured_on not in ("", "test")

    def _foreground(self, entry: Entry, column: int) -> QBrush | None:
        colours = self._theme.colours
        title = self.columns[column].title
        name = ""
        if column == STAR:
            name = "warning" if entry.star else "line"
        elif title == "State":
            name = STATE_COLOURS.get(entry.state, "")
        elif title in MEASURED and entry.measured_on != "test":
            name = "muted"
        return QBrush(QColor(str(getattr(colours, name)))) if name else None

    def _tip(self, entry: Entry, column: int) -> str:
        if self.columns[column].title == "State":
            return state_words(entry)
        if column == NAME:
            return "\n".join(cell(part, 300) for part in (entry.title, entry.note, entry.fault) if part)
        if column == HIT and entry.hit is not None:
            sampled = ", among given candidates only (sampled)" if entry.protocol == "sampled" else ""
            around = f", {score(entry.hit_low)} to {score(entry.hit_high)}" if entry.hit_low is not None else ""
            return f"{metric_label('hit@10')} {score(entry.hit)}{around}, {entry.part} part{sampled}"
        if self._unlike(entry, column):
            return UNLIKE["sampled" if entry.protocol == "sampled" else "validation"]
        return ""


def state_words(entry: Entry) -> str:
    """How a run stands, in one sentence."""
    where = f"epoch {entry.epoch:,} of {entry.epochs:,}"
    if entry.owner:
        change = "" if entry.own else "; it can be changed when that process has ended"
        return f"Being trained by {entry.owner}, {where} saved{change}"
    if entry.state == "interrupted":
        return f"Its process ended without a word; {where} is saved"
    if entry.fault:
        return cell(entry.fault, 300)
    return f"{entry.state.capitalize()}, {where}"
