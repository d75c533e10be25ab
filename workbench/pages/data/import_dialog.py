"""How a source is to be read: format, columns and their roles, cleaning; with a preview that follows every change."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pyarrow as pa
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QFormLayout, QHBoxLayout, QLineEdit, QSplitter, QVBoxLayout, QWidget

from core.data.column_names import is_catalogue
from core.data.day_month import DAY_FIRST, MONTH_FIRST
from core.data.formats import FORMATS
from core.data.options import DELIMITERS, ROLES, parse_columns
from core.data.plan import CleaningPlan, DataPlan
from core.errors import PlanError
from core.params import build, describe
from workbench.forms.editors import StillCombo
from workbench.forms.form import SettingsForm
from workbench.jobs.importing import previewing
from workbench.jobs.job import End, Job
from workbench.page import Context
from workbench.pages.data.check_panel import CheckPanel
from workbench.pages.data.remedies import in_the_dialog
from workbench.tables.model import Column, ColumnsModel
from workbench.tables.table import Table
from workbench.widgets.file_field import FileField
from workbench.widgets.parts import Card, button, label, restyle, scrolled, tip
from workbench.words import cell

if TYPE_CHECKING:
    from core.data.preview import Preview

WAIT = 250
FOUND = "found out"
NOT_USED = "none"
DELIMITER_NAMES = tuple(name for name in DELIMITERS if name != "\\t")
ENCODINGS = ("utf-8", "latin-1", "cp1252", "utf-16", "shift_jis", "gb18030")
DATES = {DAY_FIRST: "day first: 31/12/2016", MONTH_FIRST: "month first: 12/31/2016"}
SIDE, NARROW_SIDE = 400, 360
"""Pixels that the settings take, and those that they make do with in a small window."""


CATALOGUE = (
    "This file describes items and has no users: it belongs beside interactions. "
    "Choose the file of interactions as the source and this one as the catalogue, or drop both together."
)


class ImportDialog(QDialog):
    """Asks how to read one source.

    Signals:
        confirmed: with the DataPlan, when Import was pressed.
    """

    confirmed = Signal(object)

    def __init__(self, parent: QWidget, context: Context, plan: DataPlan) -> None:
        super().__init__(parent)
        self._context, self._source = context, plan.source
        self.preview: Preview | None = None
        self._number = 0
        self.setWindowTitle(f"Import {cell(plan.source.rstrip('/').rpartition('/')[2], 60)}")
        self.resize(1000, 660)
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
        self.cleaning.changed.connect(self._changed)
        self.check = CheckPanel(context)
        self.check.checked.connect(lambda _: self._validate())
        across = QHBoxLayout()
        across.setSpacing(10)
        across.addWidget(self._side(), 1)
        first = Card("First rows")
        first.body.addWidget(self.table, 1)
        right = QSplitter(Qt.Orientation.Vertical)
        right.setChildrenCollapsible(False)
        right.setHandleWidth(8)
        right.addWidget(first)
        right.addWidget(self.check)
        right.setSizes([320, 240])
        across.addWidget(right, 1)
        bottom = QHBoxLayout()
        bottom.addWidget(self.status, 1)
        bottom.addWidget(button("Cancel", self.reject))
        bottom.addWidget(self.import_)
        column = QVBoxLayout(self)
        column.addLayout(across, 1)
        column.addLayout(bottom)
        self.finished.connect(lambda _: self._end())
        self.finished.connect(self.deleteLater)
        self.import_.setEnabled(False)
        self._take(plan)
        self._look()

    def _side(self) -> QWidget:
        self.format = self._combo("Format", {"": FOUND, **{key: each.label for key, each in FORMATS.items()}})
        self.delimiter = self._combo(
            "Delimiter", {"": FOUND, **dict(zip(DELIMITER_NAMES, DELIMITER_NAMES, strict=True))}
        )
        self.encoding = self._combo("Encoding", {"": FOUND, **{name: name for name in ENCODINGS}})
        self.header = self._combo("Header", {"": FOUND, "yes": "first line", "no": "none"})
        self.dates = self._combo("Dates that end with the year", {"": FOUND, **DATES})
        self.roles = {role: self._combo(f"{role.capitalize()} column", {"": FOUND}) for role in ROLES}
        self.lines = {
            "zone": self._line("Time zone", "UTC", "Where the clocks stood for times that name no zone: Europe/Rome"),
            "boundary": self._line("Users of a square matrix", "found out", "none: it is a matrix of users by items"),
        }
        reading, columns = Card("Reading"), Card("Columns")
        of_reading: dict[str, QWidget] = {
            "Format": self.format,
            "Delimiter": self.delimiter,
            "Encoding": self.encoding,
            "Header": self.header,
            "Dates": self.dates,
            "Time zone": self.lines["zone"],
            "Matrix users": self.lines["boundary"],
        }
        of_columns: dict[str, QWidget] = {role.capitalize(): combo for role, combo in self.roles.items()}
        for card, rows in ((reading, of_reading), (columns, of_columns)):
            form = QFormLayout()
            form.setHorizontalSpacing(10)
            form.setVerticalSpacing(4)
            form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
            for name, combo in rows.items():
                form.addRow(label(name), combo)
            card.body.addLayout(form)
        files = self._files()
        cleaning = Card("Cleaning")
        cleaning.body.addWidget(self.cleaning)
        holder = QWidget()
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(0, 0, 4, 0)
        inside.setSpacing(8)
        for card in (reading, columns, files, cleaning):
            inside.addWidget(card)
        inside.addStretch(1)
        area = scrolled(holder)
        area.setMinimumWidth(NARROW_SIDE)
        area.setMaximumWidth(SIDE)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        return area

    def _line(self, name: str, hint: str, help: str) -> QLineEdit:
        made = QLineEdit()
        made.setAccessibleName(name)
        made.setPlaceholderText(hint)
        made.setToolTip(tip(help))
        made.textEdited.connect(lambda _: self._timer.start())
        return made

    def _combo(self, name: str, entries: dict[str, str]) -> StillCombo:
        made = StillCombo()
        made.setAccessibleName(name)
        for key, text in entries.items():
            made.addItem(text, key)
        made.activated.connect(lambda _: self._timer.start())
        return made

    def _files(self) -> Card:
        """The files beside the interactions: catalogue, and parts of their own."""
        kinds = {
            "items": ("Catalogue", "one beside the file, if any", "Titles, genres or other columns; none: without"),
            "test": ("Test", "held out by the split", "A test part of its own; the split is then predefined"),
            "validation": ("Validation", "taken from training", "A validation part of its own, beside a test file"),
            "candidates": ("Candidates", "none: full ranking", "Candidate lists of the test part: sampled ranking"),
        }
        context, card, form = self._context, Card("Files beside it"), QFormLayout()
        form.setHorizontalSpacing(10)
        form.setVerticalSpacing(4)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.files: dict[str, FileField] = {}
        for key, (name, hint, help) in kinds.items():
            field = FileField(context.theme, context.settings, f"{name} file", hint, help)
            field.changed.connect(self._changed)
            self.files[key] = field
            form.addRow(label(name), field)
        self.no_validation = QCheckBox("No validation part: train a fixed number of epochs")
        self.no_validation.toggled.connect(self._validation_toggled)
        card.body.addLayout(form)
        card.body.addWidget(self.no_validation)
        return card

    def _validation_toggled(self, none: bool) -> None:
        self.files["validation"].setEnabled(not none)
        self._changed()

    def _take(self, plan: DataPlan) -> None:
        """Show what is known of the source already."""
        self.format.setCurrentIndex(max(self.format.findData(plan.format), 0))
        given = parse_columns(plan.columns)
        known = self._combos()
        self._further = {name: value for name, value in given.items() if name not in known and name not in self.lines}
        for name, line in self.lines.items():
            line.setText(given.get(name, ""))
        for name, combo in known.items():
            if name in given:
                if combo.findData(given[name]) < 0:
                    combo.addItem(cell(given[name], 30), given[name])
                combo.setCurrentIndex(combo.findData(given[name]))
        none = plan.validation.lower() == "none"
        paths = {"items": plan.items, "test": plan.test, "candidates": plan.candidates}
        for key, path in {**paths, "validation": "" if none else plan.validation}.items():
            self.files[key].show_path(path)
        self.no_validation.setChecked(none)
        names = [parameter.name for parameter in describe(CleaningPlan)]
        defaults = CleaningPlan()
        changed = {name: getattr(plan, name) for name in names if getattr(plan, name) != getattr(defaults, name)}
        self.cleaning.give(changed)

    def _combos(self) -> dict[str, StillCombo]:
        found = {"delimiter": self.delimiter, "encoding": self.encoding, "header": self.header, "dates": self.dates}
        return found | {str(role): combo for role, combo in self.roles.items()}

    def _end(self) -> None:
        """What is still being looked at is no longer wanted."""
        self._number += 1
        self._timer.stop()
        self.check.stop()

    # --- looking ------------------------------------------------------------------------------------------------

    def columns(self) -> dict[str, str]:
        """What the user settled: roles and settings by name."""
        chosen = {name: str(combo.currentData() or "") for name, combo in self._combos().items()}
        chosen |= {name: line.text().strip() for name, line in self.lines.items()}
        return {**self._further, **{name: value for name, value in chosen.items() if value}}

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
            self._say(in_the_dialog(end.error), wrong=True)
        else:
            found: Preview = end.value
            self.preview = found
            self._show(found)
        self._changed()

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
        if not self.roles["user"].currentData() and is_catalogue(found.names):
            self._say(CATALOGUE, wrong=True)
            return
        if found.error is not None:
            self._say(in_the_dialog(found.error), wrong=True)
            return
        self._say(kept_words(found), wrong=not found.kept)

    def _fill_role(self, combo: StillCombo, role: str, found: Preview) -> None:
        kept = combo.currentData()
        combo.clear()
        at = found.roles.get(role)
        nothing = FOUND if found.error is not None else f"{FOUND}: none"
        combo.addItem(f"{FOUND}: {cell(found.names[at], 30)}" if at is not None else nothing, "")
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

    def _readable(self) -> bool:
        return self.preview is not None and self.preview.error is None and self.preview.kept > 0

    def _changed(self) -> None:
        """Count again for what is asked now."""
        plan = None
        if self._readable() and not self.cleaning.problems():
            plan = self._plan_or_none()
        self.check.check(plan)
        self._validate()

    def _plan_or_none(self) -> DataPlan | None:
        try:
            return self.plan()
        except PlanError:
            return None

    def _validate(self) -> None:
        self.import_.setEnabled(self._readable() and not self.cleaning.problems() and self.check.error is None)

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
            **{key: field.path() for key, field in self.files.items()},
        }
        if self.no_validation.isChecked():
            values["validation"] = "none"
        plan: DataPlan = build(DataPlan, values, "data")
        return plan

    def _confirm(self) -> None:
        try:
            plan = self.plan()
        except PlanError as error:
            self._say(in_the_dialog(error), wrong=True)
            return
        self.accept()
        self.confirmed.emit(plan)


def columns_text(columns: dict[str, str]) -> str:
    """The text that ``parse_columns`` reads back."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([f"{name}={value}" for name, value in columns.items()])
    return out.getvalue()


def kept_words(found: Preview) -> str:
    """How many rows can be read, in one sentence; what cleaning then keeps of them stands in the table above."""
    seen = found.kept + found.rejected
    lead = f"{seen:,} rows" if found.whole else f"the first {seen:,} rows"
    if not found.rejected:
        return f"All of {lead} can be read, as {found.label}."
    reasons = ", ".join(f"{reason} ({count:,})" for reason, count in found.reasons.items())
    return f"Of {lead} {found.kept:,} can be read and {found.rejected:,} cannot: {reasons}."
