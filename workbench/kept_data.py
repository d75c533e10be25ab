"""The dialog of the data that a workspace keeps: the space it takes, the most it may take, and a way to free it."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from core.errors import PlanError
from core.params import Parameter, coerce
from core.runs.workspace import KEPT_GIGABYTES
from core.text import count
from workbench.forms.editors import TextEditor
from workbench.jobs.job import End
from workbench.jobs.keeping import MOST, SETTING, Taken, kept_gigabytes, looking, shrinking
from workbench.jobs.latest import Latest
from workbench.page import Context
from workbench.widgets.parts import button, label
from workbench.words import cell

FIELD = Parameter("gigabytes", "float", KEPT_GIGABYTES, "", low=0, high=MOST, unit="GB", label="Keep at most, GB")
WHAT = (
    "Data that was read once is kept as it was cleaned, so that it opens at once the next time. Runs have their data "
    "in their own folders and need none of this. What was used least lately goes first."
)


class KeptDataDialog(QDialog):
    """Shows what is kept; what does not fit any more is removed when the dialog is accepted."""

    def __init__(self, parent: QWidget, context: Context) -> None:
        super().__init__(parent)
        self._context = context
        self._asking = Latest(context.jobs, "Looking at kept data")
        self.setWindowTitle("Kept data")
        self.setModal(True)
        self.resize(480, 240)
        self.taken = label("Looking…", wrap=True, selectable=True)
        self.taken.setAccessibleName("Space taken")
        self.most = TextEditor(FIELD)
        self.most.set_value(kept_gigabytes(context.settings))
        self.most.changed.connect(self._check)
        self.said = label("", "muted", wrap=True)
        self.clear = button("Remove all kept data", self._clear)
        self.save = button("Save", self._save, "primary")
        self.save.setDefault(True)
        self._lay_out()
        self.finished.connect(lambda _: self._asking.forget())
        self.finished.connect(self.deleteLater)
        self._check()
        self._asking.ask(looking(context.workspace), self._show)

    def _lay_out(self) -> None:
        field = QHBoxLayout()
        field.setSpacing(8)
        name = label(FIELD.label)
        name.setBuddy(self.most.edit)
        field.addWidget(name)
        field.addWidget(self.most)
        field.addStretch(1)
        bottom = QHBoxLayout()
        bottom.setSpacing(8)
        bottom.addWidget(self.clear)
        bottom.addStretch(1)
        bottom.addWidget(button("Cancel", self.reject))
        bottom.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(self.taken)
        column.addWidget(label(WHAT, "muted", wrap=True))
        column.addLayout(field)
        column.addWidget(self.said)
        column.addStretch(1)
        column.addLayout(bottom)

    def _check(self) -> None:
        from core.runs.kept_data.dataset_store import VARIABLE, gigabytes_named

        named = gigabytes_named()
        problem = self.most.problem()
        self.most.mark(bool(problem))
        self.save.setEnabled(not problem and named is None)
        self.most.setEnabled(named is None)
        words = "0 keeps nothing." if named is None else f"{VARIABLE} sets {named:g} GB for this session."
        self.said.setText(f"This {problem}." if problem else words)

    def _show(self, end: End) -> None:
        taken = end.value
        if isinstance(taken, Taken):
            self.taken.setText(in_words(taken))
            self.clear.setEnabled(taken.sets > 0)
        elif end.error is not None:
            self.taken.setText(cell(end.error.sentence(), 300))

    def _clear(self) -> None:
        self.clear.setEnabled(False)
        self.taken.setText("Removing…")
        self._asking.ask(shrinking(self._context.workspace, 0), self._show)

    def _save(self) -> None:
        try:
            gigabytes = coerce(FIELD, self.most.value(), "")
        except PlanError:
            return
        self._context.settings.keep(SETTING, float(gigabytes))
        removing = Latest(self._context.jobs, "Removing kept data")
        removing.ask(shrinking(self._context.workspace, gigabytes), self._told)
        self.accept()

    def _told(self, end: End) -> None:
        from workbench.page import message_of

        if end.error is not None:
            self._context.tell(message_of(end.error, end.details))


def in_words(taken: Taken) -> str:
    """What is kept, in a sentence."""
    if not taken.sets:
        return "This workspace keeps no data."
    size = f"{taken.size / 1e9:,.2f} GB" if taken.size >= 1e8 else f"{taken.size / 1e6:,.1f} MB"
    return f"This workspace keeps {count(taken.sets, 'data set')}, {size}."
