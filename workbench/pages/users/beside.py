"""The choice of a second run, B, among those on the same data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workbench.forms.editors import StillCombo
from workbench.jobs.job import End, Job
from workbench.jobs.user_lists import choosing_beside, opening
from workbench.page import Context, message_of
from workbench.pages.users.texts import run_words
from workbench.widgets.parts import tip

if TYPE_CHECKING:
    from core.runs.opening import Run

NONE = "no run B"
HELP = "Another run on the same data, to stand beside this one; users and items are matched by id."
SHORTEST = 9
"""Letters of run B that are always seen; in a small window the row has room for no more."""


class BesideChooser(QObject):
    """Keeps a combo box in step with the workspace and with the session's run B."""

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._asked = 0
        self.combo = StillCombo()
        self.combo.setAccessibleName("Run B, beside run A")
        self.combo.setMinimumContentsLength(SHORTEST)
        self.combo.setSizeAdjustPolicy(StillCombo.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.combo.activated.connect(lambda _: self._chosen())
        self.combo.addItem(NONE, "")
        self.combo.setToolTip(tip(HELP))
        context.session.other_changed.connect(self._other_changed)

    def read(self) -> None:
        """Look for runs on the same data."""
        run = self._context.session.run
        if run is None:
            return
        job = Job("Looking for runs on the same data", choosing_beside(self._context.workspace, run), quiet=True)
        job.ended.connect(lambda end: self._read(run, end))
        self._context.jobs.start(job)

    def _read(self, run: Run, end: End) -> None:
        if run is not self._context.session.run or end.value is None:
            return
        self.combo.clear()
        self.combo.addItem(NONE, "")
        for each in end.value:
            day = each.created[:16].replace("T", " ")
            note = "" if each.same_split else ", other split"
            self.combo.addItem(f"B: {run_words(each.plan)}, {day}{note}", str(each.path))
        self.show_other()

    def _other_changed(self) -> None:
        # a run that was chosen here before and is still being opened is no longer wanted
        self._asked += 1
        self.show_other()

    def show_other(self) -> None:
        """Show which run is B now."""
        other = self._context.session.other
        if other is None:
            self.combo.setCurrentIndex(0)
            self.combo.setToolTip(tip(HELP))
            return
        path = str(other.folder.path)
        if self.combo.findData(path) < 0:
            self.combo.addItem(f"B: {run_words(other.record.plan)}", path)
        self.combo.setCurrentIndex(self.combo.findData(path))
        self.combo.setToolTip(tip(f"{self.combo.currentText()}\n{HELP}"))

    def _chosen(self) -> None:
        path = str(self.combo.currentData() or "")
        self._asked += 1
        if not path:
            self._context.session.choose_other(None)
            return
        job = Job("Opening run B", opening(Path(path)), quiet=True)
        asked = self._asked
        job.ended.connect(lambda end: self._opened(end) if asked == self._asked else None)
        self._context.jobs.start(job)

    def _opened(self, end: End) -> None:
        if end.error is not None:
            self._context.tell(message_of(end.error, end.details))
            self.show_other()
        elif end.value is not None:
            self._context.session.choose_other(end.value)
