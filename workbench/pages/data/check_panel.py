"""What of the files would be kept, counted while the import is being set up."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from PySide6.QtCore import QTimer, Signal

from core.data.plan import DataPlan
from core.errors import RankscopeError
from workbench.jobs.checking import AT_ONCE, Checked, checking, size_of
from workbench.jobs.importing import follow_reading
from workbench.jobs.job import End, Job
from workbench.page import Context
from workbench.pages.data.remedies import in_the_dialog
from workbench.tables.model import Column, ColumnsModel
from workbench.tables.table import Table
from workbench.widgets.parts import Card, button, label, restyle
from workbench.words import cell

WAIT = 400
"""Milliseconds after the last change until the counting begins."""


class CheckPanel(Card):
    """A table of counts: rows read, not kept by reason, kept; and the sizes of the parts.

    Signals:
        checked: all files were counted (None), or cannot be taken (the error).
    """

    checked = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__("What would be kept", " ")
        self._context = context
        self._job: Job | None = None
        self._plan: DataPlan | None = None
        self.error: RankscopeError | None = None
        self.found: Checked | None = None
        self.model = ColumnsModel()
        self.table = Table(self.model, "Rows that would be kept, and why others would not")
        self.text = label("", "muted", wrap=True, selectable=True)
        self.count = button("Count all rows", self._begin, help="Read everything now, as the import will")
        self.head.addWidget(self.count)
        self.body.addWidget(self.text)
        self.body.addWidget(self.table, 1)
        self.body.addStretch()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT)
        self._timer.timeout.connect(self._begin)
        self.table.hide()
        self.count.hide()

    def check(self, plan: DataPlan | None) -> None:
        """Count for another plan; None when it cannot be read as it stands."""
        self.stop()
        self._plan, self.error, self.found = plan, None, None
        self.count.hide()
        if plan is None:
            self._say("It is counted once the file can be read and every field is right.")
            return
        size = size_of([plan.source, plan.test, plan.validation, plan.candidates])
        if size <= AT_ONCE:
            self.caption.setText("counting…")
            self._timer.start()
            return
        self._say(
            f"The files have {size / (1 << 20):,.0f} MB. Counting all rows takes about as long as importing them."
        )
        self.count.show()

    def stop(self) -> None:
        """Nothing more is wanted."""
        self._timer.stop()
        if self._job is not None:
            self._job.stop()
            self._job = None

    def _begin(self) -> None:
        if self._plan is None:
            return
        self.count.hide()
        self.caption.setText("counting…")
        job = Job("Counting the rows", checking(self._plan), follow_reading, quiet=True)
        self._job = job
        job.changed.connect(lambda: self._follow(job))
        job.ended.connect(lambda end: self._counted(job, end))
        self._context.jobs.start(job)

    def _follow(self, job: Job) -> None:
        if job is self._job and job.running:
            share = "" if not job.progress.fraction else f", {job.progress.fraction:.0%}".replace("%", " %")
            self.caption.setText(f"{job.progress.text}{share}")

    def _counted(self, job: Job, end: End) -> None:
        if job is not self._job:
            return
        self._job = None
        if end.error is not None:
            self.error = end.error
            self._say(in_the_dialog(end.error), wrong=True)
        elif end.value is not None:
            self._show(end.value)
        self.checked.emit(self.error)

    def _show(self, found: Checked) -> None:
        self.found = found
        lines = found.lines
        signs = {"dropped": "− ", "noted": "noted: ", "read": "", "kept": ""}
        self.model.replace(
            [
                Column("File", pa.array([line.part for line in lines], pa.large_string()), cell),
                Column("What", pa.array([signs[line.kind] + line.what for line in lines], pa.large_string()), cell),
                Column("Rows", np.array([line.rows for line in lines], np.int64), lambda rows: f"{rows:,}", True),
            ],
            marked=[row for row, line in enumerate(lines) if line.kind == "kept"],
            faint=[row for row, line in enumerate(lines) if line.kind == "noted"],
        )
        self.table.set_widths([108, 260, 84], 1)
        train, validation, test = found.sizes
        self.caption.setText("in all rows")
        self.text.setText(f"Divided: {train:,} for training, {validation:,} for validation, {test:,} for the test.")
        restyle(self.text, "role", "muted")
        self.table.show()

    def _say(self, text: str, wrong: bool = False) -> None:
        self.model.replace(())
        self.table.hide()
        self.caption.setText("")
        self.text.setText(text)
        restyle(self.text, "role", "warning" if wrong else "muted")
