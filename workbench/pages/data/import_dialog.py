"""How a source is to be read: format, columns and their roles, cleaning; with a preview that follows every change."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pyarrow as pa
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from core.data.formats import FORMATS
from core.data.options import DELIMITERS, ROLES
from core.data.plan import CleaningPlan, DataPlan
from core.errors import PlanError
from core.params import build
from workbench.forms.editors import StillCombo
from workbench.forms.form import SettingsForm
from workbench.jobs.importing import previewing
from workbench.jobs.job import End, Job
from workbench.page import Context
from workbench.tables.model import Column, ColumnsModel
from workbench.tables.table import Table
from workbench.widgets.parts import Card, IconButton, button, label, restyle, scrolled
from workbench.words import cell

if TYPE_CHECKING:
    from core.data.preview import Preview

WAIT = 250
FOUND = "found out"
NOT_USED = "none"
DELIMITER_NAMES = tuple(name for name in DELIMITERS if name != "\\t")
ENCODINGS = ("utf-8", "latin-1", "cp1252", "utf-16", "shift_jis", "gb18030")
SIDE = 400


class ImportDialog(QDialog):
    """Asks how to read one source.

    Signals:
        confirmed: with the DataPlan, when Import was pressed.
    """

    confirmed = Signal(object)

    def __init__(self, parent: QWidget, context: Context, source: str) -> None:
        super().__init__(parent)
        self._context, self._source = context, source
        self.preview: Preview | None = None
        self._number = 0
        self.setWindowTitle(f"Import {cell(source.rstrip('/').rpartition('/')[2], 60)}")
        self.resize(1000, 640)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT)
        self._timer.timeout.connect(self._look)
        self.model = ColumnsModel()
        self.table = Table(self.model, "First rows")
        self.status = label("Looking at the file", wrap=True, selectable=True)
        self.import_ = button("Import", self._confirm, "primary")
        self.import_.setDefault(True)
        self.cleaning = SettingsForm(context.theme, CleaningPlan)
        self.cleaning.changed.connect(self._validate)
        across = QHBoxLayout()
        across.setSpacing(10)
        across.addWidget(self._side())
        right = Card("First rows")
        right.body.addWidget(self.table, 1)
        across.addWidget(right, 1)
        bottom = QHBoxLayout()
        bottom.addWidget(self.status, 1)
        bottom.addWidget(button("Cancel", self.reject))
        bottom.addWidget(self.import_)
        column = QVBoxLayout(self)
        column.addLayout(across, 1)
        column.addLayout(bottom)
        self.finished.connect(self.deleteLater)
        self.import_.setEnabled(False)
        self._look()

    def _side(self) -> QWidget:
        self.format = self._combo("Format", {"": FOUND, **{key: each.label for key, each in FORMATS.items()}})
        self.delimiter = self._combo(
            "Delimiter", {"": FOUND, **dict(zip(DELIMITER_NAMES, DELIMITER_NAMES, strict=True))}
        )
        self.encoding = self._combo("Encoding", {"": FOUND, **{name: name for name in ENCODINGS}})
        self.header = self._combo("Header", {"": FOUND, "yes": "first line", "no": "none"})
        self.roles = {role: self._combo(f"{role.capitalize()} column", {"": FOUND}) for role in ROLES}
        reading, columns = Card("Reading"), Card("Columns")
        of_reading = {
            "Format": self.format,
            "Delimiter": self.delimiter,
            "Encoding": self.encoding,
            "Header": self.header,
        }
        of_columns: dict[str, StillCombo] = {role.capitalize(): combo for role, combo in self.roles.items()}
        for card, rows in ((reading, of_reading), (columns, of_columns)):
            form = QFormLayout()
            form.setHorizontalSpacing(10)
            form.setVerticalSpacing(4)
            form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
            for name, combo in rows.items():
                form.addRow(label(name), combo)
            card.body.addLayout(form)
        self.items = QLineEdit()
        self.items.setPlaceholderText("the one beside the file, if any")
        self.items.setAccessibleName("Catalogue file")
        catalogue = Card("Catalogue")
        row = QHBoxLayout()
        row.addWidget(self.items, 1)
        row.addWidget(IconButton(self._context.theme, "folder", "Choose a catalogue file", self._ask_items))
        catalogue.body.addLayout(row)
        cleaning = Card("Cleaning")
        cleaning.body.addWidget(self.cleaning)
        holder = QWidget()
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(0, 0, 4, 0)
        inside.setSpacing(8)
        for card in (reading, columns, catalogue, cleaning):
            inside.addWidget(card)
        inside.addStretch(1)
        area = scrolled(holder)
        area.setFixedWidth(SIDE)
        return area

    def _combo(self, name: str, entries: dict[str, str]) -> StillCombo:
        made = StillCombo()
        made.setAccessibleName(name)
        for key, text in entries.items():
            made.addItem(text, key)
        made.activated.connect(lambda _: self._timer.start())
        return made

    def _ask_items(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Choose a catalogue", self._context.settings.text("folder"))
        if path:
            self.items.setText(path)

    # --- looking ------------------------------------------------------------------------------------------------

    def columns(self) -> dict[str, str]:
        """What the user settled: roles and settings by name."""
        combos = {"delimiter": self.delimiter, "encoding": self.encoding, "header": self.header}
        for role, combo in self.roles.items():
            combos[role] = combo
        chosen = {name: str(combo.currentData() or "") for name, combo in combos.items()}
        return {name: value for name, value in chosen.items() if value}

    def _look(self) -> None:
        self._number += 1
        number = self._number
        job = Job("Looking", previewing(self._source, self.format.currentData(), self.columns()), quiet=True)
        job.ended.connect(lambda end: self._looked(number, end))
        self._context.jobs.start(job)

    def _looked(self, number: int, end: End) -> None:
        if number != self._number:
            return
        if end.error is not None:
            self.preview = None
            self.model.replace(())
            self._say(end.error.sentence(), wrong=True)
        else:
            found: Preview = end.value
            self.preview = found
            self._show(found)
        self._validate()

    def _show(self, found: Preview) -> None:
        role_at = {at: role for role, at in found.roles.items()}
        width = len(found.names)
        rows = [row for row in found.rows if len(row) == width]
        columns = [
            Column(
                f"{name} = {role_at[at]}" if at in role_at else name,
                pa.array([row[at] for row in rows], pa.large_string()),
                cell,
            )
            for at, name in enumerate(found.names)
        ]
        self.model.replace(columns)
        self.table.set_widths([130] * width)
        self.format.setItemText(0, f"{FOUND}: {found.label}")
        for name, combo in (("delimiter", self.delimiter), ("encoding", self.encoding)):
            value = found.facts.get(name)
            combo.setItemText(0, f"{FOUND}: {value}" if value else FOUND)
        header = found.facts.get("header")
        self.header.setItemText(0, FOUND if header is None else f"{FOUND}: {'first line' if header else 'none'}")
        for role, combo in self.roles.items():
            self._fill_role(combo, role, found)
        if found.error is not None:
            self._say(found.error.sentence(), wrong=True)
            return
        self._say(kept_words(found), wrong=not found.kept)

    def _fill_role(self, combo: StillCombo, role: str, found: Preview) -> None:
        kept = combo.currentData()
        combo.clear()
        at = found.roles.get(role)
        combo.addItem(f"{FOUND}: {cell(found.names[at], 30)}" if at is not None else FOUND, "")
        if role in ("time", "rating"):
            combo.addItem("not used", NOT_USED)
        if found.free:
            for position, name in enumerate(found.names, 1):
                # a position is never mistaken for a name that reads like one
                combo.addItem(cell(name, 30), str(position) if name.isdigit() or not name.strip() else name)
        combo.setCurrentIndex(max(combo.findData(kept), 0))

    def _say(self, text: str, wrong: bool = False) -> None:
        self.status.setText(text)
        restyle(self.status, "role", "warning" if wrong else "muted")

    # --- confirming ---------------------------------------------------------------------------------------------

    def _validate(self) -> None:
        ready = self.preview is not None and self.preview.error is None and self.preview.kept > 0
        self.import_.setEnabled(ready and not self.cleaning.problems())

    def plan(self) -> DataPlan:
        """What Import asks for.

        Raises:
            PlanError: a field of the cleaning is out of range.
        """
        values = {
            **self.cleaning.given(),
            "source": self._source,
            "format": self.format.currentData() or "",
            "columns": columns_text(self.columns()),
            "items": self.items.text().strip(),
        }
        plan: DataPlan = build(DataPlan, values, "data")
        return plan

    def _confirm(self) -> None:
        try:
            plan = self.plan()
        except PlanError as error:
            self._say(error.sentence(), wrong=True)
            return
        self.accept()
        self.confirmed.emit(plan)


def columns_text(columns: dict[str, str]) -> str:
    """The text that ``parse_columns`` reads back."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([f"{name}={value}" for name, value in columns.items()])
    return out.getvalue()


def kept_words(found: Preview) -> str:
    """How many rows would be kept, in one sentence."""
    seen = found.kept + found.rejected
    part = "All" if found.whole else "Of the first"
    if not found.rejected:
        return f"{part} {seen:,} rows{' are' if found.whole else ', all are'} kept. Read as {found.label}."
    reasons = ", ".join(f"{reason} ({count:,})" for reason, count in found.reasons.items())
    lead = f"Of {seen:,} rows" if found.whole else f"Of the first {seen:,} rows"
    return f"{lead} {found.kept:,} are kept and {found.rejected:,} are not: {reasons}."
