"""The left side of the Train page: preset, form, what it will cost, Start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from core import durable
from core.errors import RankscopeError
from core.params import plain
from core.training.plan import Plan, read_plan, to_toml, to_values
from workbench.forms.editors import StillCombo
from workbench.forms.plan_form import PlanForm
from workbench.forms.presets import PRESETS
from workbench.jobs.costing import Preview, costing
from workbench.jobs.job import End, Job
from workbench.page import Context, Message, Remedy, message_of
from workbench.pages.train.costs import cost_words, remembered_seconds
from workbench.pages.train.kept import KeptForms
from workbench.widgets.parts import button, label, scrolled, set_icon, tip
from workbench.words import cell

NARROWEST, WIDEST = 304, 460
WAIT = 400


class FormPanel(QFrame):
    """Gives plans.

    Signals:
        asked: Start (or Queue) was pressed, with the Plan.
        changed_queued: a queued run is to have another plan: the job and the Plan.
    """

    asked = Signal(object)
    changed_queued = Signal(object, object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._reckoning: Job | None = None
        self.preview: Preview | None = None
        self.editing: Job | None = None
        self._kept = KeptForms(context.settings)
        self.setProperty("role", "card")
        self.setMinimumWidth(NARROWEST)
        self.setMaximumWidth(WIDEST)
        self.form = PlanForm(context.theme, self._kept.recall)
        self.form.asked.connect(context.explain)
        holder = QWidget()
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(0, 0, 2, 0)
        inside.addWidget(self.form)
        inside.addStretch(1)
        self.note = label("", "caption", wrap=True)
        self.note.hide()
        self.error = label("", "error", wrap=True, selectable=True)
        self.cost = label("", "caption", wrap=True, selectable=True)
        self.cost.setMinimumHeight(2 * self.cost.fontMetrics().height())
        self.start = button("Start training", self._ask, "primary")
        set_icon(self.start, context.theme, "play", "on_accent")
        self.leave = button("Leave it", self.stop_editing, help="The queued run stays as it is")
        self.leave.hide()
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self.start, 1)
        below.addWidget(self.leave)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 10, 4, 10)
        column.setSpacing(8)
        column.addLayout(self._top())
        column.addWidget(self.note)
        column.addWidget(scrolled(holder), 1)
        column.addWidget(self.error)
        column.addWidget(self.cost)
        column.addLayout(below)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT)
        self._timer.timeout.connect(self._settle)
        last = self._kept.last()
        if last is not None:
            self.give(last)
        self.form.changed.connect(self._changed)
        context.session.data_changed.connect(self.show_data)
        context.jobs.changed.connect(self._name_start)
        self.show_data()

    def _top(self) -> QHBoxLayout:
        self.preset = StillCombo()
        self.preset.setAccessibleName("Preset")
        for key, entry in PRESETS.items():
            self.preset.addItem(entry.label, key)
        self.preset.activated.connect(lambda _: self._take_preset())
        self.more = button("Plan")
        menu = QMenu(self.more)
        menu.addAction("Open a plan…").triggered.connect(lambda: self._open_plan())
        menu.addAction("Save the plan…").triggered.connect(lambda: self._save_plan())
        menu.addAction("Everything to its default").triggered.connect(lambda: self._to_defaults())
        self.more.setMenu(menu)
        set_icon(self.more, self._context.theme, "down")
        row = QHBoxLayout()
        row.addWidget(label("Preset", "section"))
        row.addWidget(self.preset, 1)
        row.addWidget(self.more)
        return row

    # --- data and plan ------------------------------------------------------------------------------------------

    def show_data(self) -> None:
        """The data that is open has changed."""
        opened = self._context.session.opened
        if opened is None:
            self.form.set_outside({}, None)
            return
        outside = {
            "data": plain(opened.plan),
            "split": {"name": opened.choice.name, **plain(opened.choice.settings)},
        }
        self.form.set_outside(outside, opened.split.train.weights is not None)

    def give(self, values: dict[str, dict[str, Any]]) -> None:
        """Show the values of a plan."""
        kept = {section: fields for section, fields in values.items() if section not in ("data", "split")}
        try:
            self.form.give(kept)
        except RankscopeError as error:
            self._context.tell(message_of(error))

    def pin(self, users: tuple[str, ...]) -> None:
        """Follow these users' held-out ranks from the next run on."""
        form = self.form.forms["evaluation"]
        form.fields["pinned"].editor.set_value(users)
        form.fields["pinned"].editor.changed.emit()

    @property
    def pinned(self) -> tuple[str, ...]:
        """The users whose ranks the next run follows; empty where some are picked."""
        return self.form.plan.evaluation.pinned if self.form.plan is not None else ()

    def _to_defaults(self) -> None:
        self.give({"model": {"name": self.form.choices["model"].key}})

    def _take_preset(self) -> None:
        model = self.form.choices["model"].key
        entry = PRESETS[self.preset.currentData()]
        values = entry.values(model)
        if values is not None:
            named = {"model": {"name": model, **values.get("model", {})}}
            self.give({**{key: dict(fields) for key, fields in values.items()}, **named})
            self.note.setText(entry.help)
            self.note.show()

    def _offer_presets(self) -> None:
        items = self.preset.model()
        assert isinstance(items, QStandardItemModel)
        model = self.form.choices["model"].key
        for at, entry in enumerate(PRESETS.values()):
            fits = entry.values(model) is not None
            items.item(at).setEnabled(fits)
            items.item(at).setToolTip(tip(entry.help if fits else "It says nothing of this model."))

    def _open_plan(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Open a plan", "", "Plans (*.toml)")
        if path:
            self.open_plan(path)

    def open_plan(self, path: str) -> None:
        """Show a plan file; data that it names is offered to be opened."""
        try:
            values = read_plan(Path(path))
            self.form.give({key: each for key, each in values.items() if key not in ("data", "split")})
        except RankscopeError as error:
            self._context.tell(message_of(error))
            return
        opened = self._context.session.opened
        source = str(values.get("data", {}).get("source", ""))
        if source and (opened is None or opened.plan.source != source):
            remedy = Remedy("Open that data", lambda: self._context.open_data(source))
            self._context.tell(Message(f"The plan names other data: {cell(source)}.", "note", remedy))

    def _save_plan(self) -> None:
        if self.form.plan is None:
            self._context.tell(Message("The plan cannot be saved while a field of it is wrong.", "warning"))
            return
        path, _ = QFileDialog.getSaveFileName(self, "Save the plan", "plan.toml", "Plans (*.toml)")
        if path:
            self.save_plan(path)

    def save_plan(self, path: str) -> None:
        """Write the plan as it stands."""
        assert self.form.plan is not None
        try:
            durable.write(Path(path), to_toml(self.form.plan).encode())
        except RankscopeError as error:
            self._context.tell(message_of(error))

    # --- cost ---------------------------------------------------------------------------------------------------

    def _changed(self) -> None:
        self._offer_presets()
        self.note.hide()
        error = self.form.error
        self.error.setText(error.sentence() if error is not None else "")
        self.error.setVisible(error is not None)
        self._name_start()
        self._timer.start()

    def _settle(self) -> None:
        """Nothing was typed for a moment: keep the values, reckon the cost."""
        if self.form.plan is not None:
            self._kept.keep(self.form.values())
        self._reckon()

    def _reckon(self) -> None:
        plan, opened = self.form.plan, self._context.session.opened
        self.stop_measuring()
        if plan is None or opened is None:
            self.cost.setText("")
            return
        seconds = remembered_seconds(self._context.settings, plan, opened)
        # steps that are tried out beside a training would slow it and tell nothing
        measure = seconds is None and self._context.jobs.long is None
        job = Job("Reckoning", costing(plan, opened, measure), quiet=True)
        self._reckoning = job
        job.told.connect(lambda previews: self._show_cost(job, plan, previews[-1], seconds, measure))
        job.ended.connect(lambda end: self._reckoned(job, plan, end, seconds))
        self._context.when_warm("training", lambda: self._begin(job))

    def _begin(self, job: Job) -> None:
        if job is self._reckoning:
            self._context.jobs.start(job)

    def stop_measuring(self) -> None:
        """Whatever is being measured is not wanted any more."""
        if self._reckoning is not None and self._reckoning.running:
            self._reckoning.stop()
        self._reckoning = None

    def _reckoned(self, job: Job, plan: Plan, end: End, seconds: float | None) -> None:
        if job is not self._reckoning:
            return
        self._reckoning = None
        if end.error is not None:
            self.error.setText(end.error.sentence())
            self.error.setVisible(True)
            self.cost.setText("")
            self.form.show_batch_size(0)
        elif isinstance(end.value, Preview):
            measured = end.value.seconds if seconds is None else seconds
            self._write_cost(plan, end.value, measured, False)

    def _show_cost(self, job: Job, plan: Plan, preview: Preview, seconds: float | None, measuring: bool) -> None:
        if job is self._reckoning:
            self._write_cost(plan, preview, seconds, measuring)

    def _write_cost(self, plan: Plan, preview: Preview, seconds: float | None, measuring: bool) -> None:
        self.preview = preview
        self.cost.setText(cost_words(preview, plan, seconds, measuring))
        whole = "Early stopping can end it sooner. " if plan.training.patience else ""
        self.cost.setToolTip(tip(f"{whole}Memory is that of weights, gradients, optimiser and best epoch."))
        self.form.show_batch_size(preview.cost.batch_size)

    # --- start and the queue ------------------------------------------------------------------------------------

    def edit(self, job: Job, plan: Plan) -> None:
        """Change the plan of a queued run in the form."""
        self.editing = job
        self.give(to_values(plan))
        self._name_start()

    def stop_editing(self) -> None:
        """Leave the queued run as it is."""
        self.editing = None
        self._name_start()

    def _name_start(self) -> None:
        jobs = self._context.jobs
        if self.editing is not None and self.editing not in jobs.queue:
            self.editing = None
        ready = self.form.plan is not None and self._context.session.opened is not None
        words = "Add to the queue" if jobs.long is not None else "Start training"
        self.start.setText(words if self.editing is None else "Change it in the queue")
        self.leave.setVisible(self.editing is not None)
        self.start.setEnabled(ready)

    def _ask(self) -> None:
        if self.form.plan is None:
            return
        self.stop_measuring()
        if self.editing is not None:
            job, self.editing = self.editing, None
            self.changed_queued.emit(job, self.form.plan)
            self._name_start()
        else:
            self.asked.emit(self.form.plan)
