"""The left side of the Train page: preset, form, what it will cost, Start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from core import durable
from core.commands.text import number
from core.errors import RankscopeError
from core.params import plain
from core.training.plan import Plan, read_plan, to_toml
from workbench.forms.editors import StillCombo
from workbench.forms.plan_form import PlanForm
from workbench.forms.presets import PRESETS
from workbench.jobs.job import End, Job
from workbench.jobs.training import Cost, costing
from workbench.page import Context, Message, Remedy, message_of
from workbench.widgets.parts import button, label, scrolled, set_icon, tip
from workbench.words import clock

WIDTH = 336
WAIT = 400


class FormPanel(QFrame):
    """Gives plans.

    Signals:
        asked: Start (or Queue) was pressed, with the Plan.
    """

    asked = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._cost: Cost | None = None
        self._number = 0
        self.setProperty("role", "card")
        self.setFixedWidth(WIDTH)
        self.preset = StillCombo()
        self.preset.setAccessibleName("Preset")
        for key, entry in PRESETS.items():
            self.preset.addItem(entry.label, key)
        self.preset.activated.connect(lambda _: self._take_preset())
        self.form = PlanForm(context.theme)
        self.more = button("Plan")
        menu = QMenu(self.more)
        menu.addAction("Open a plan…").triggered.connect(lambda: self._open_plan())
        menu.addAction("Save the plan…").triggered.connect(lambda: self._save_plan())
        menu.addAction("Everything to its default").triggered.connect(lambda: self.give({}))
        self.more.setMenu(menu)
        set_icon(self.more, context.theme, "down")
        top = QHBoxLayout()
        top.addWidget(label("Preset", "section"))
        top.addWidget(self.preset, 1)
        top.addWidget(self.more)
        holder = QWidget()
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(0, 0, 6, 0)
        inside.addWidget(self.form)
        inside.addStretch(1)
        self.error = label("", "error", wrap=True, selectable=True)
        self.cost = label("", "caption", wrap=True)
        self.cost.setMinimumHeight(2 * self.cost.fontMetrics().height())
        self.start = button("Start training", self._ask, "primary")
        set_icon(self.start, context.theme, "play", "on_accent")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 8, 10)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(scrolled(holder), 1)
        column.addWidget(self.error)
        column.addWidget(self.cost)
        column.addWidget(self.start)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT)
        self._timer.timeout.connect(self._reckon)
        self.form.changed.connect(self._changed)
        context.session.data_changed.connect(self.show_data)
        context.jobs.changed.connect(self._name_start)
        self.show_data()

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

    def _take_preset(self) -> None:
        model = self.form.choices["model"].key
        values = PRESETS[self.preset.currentData()].values(model)
        if values is not None:
            self.give(
                {
                    **{key: dict(fields) for key, fields in values.items()},
                    "model": {"name": model, **values.get("model", {})},
                }
            )

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
            self._context.tell(Message(f"The plan names other data: {source}.", "note", remedy))

    def _save_plan(self) -> None:
        if self.form.plan is None:
            self._context.tell(Message("The plan cannot be saved while a field of it is wrong.", "warning"))
            return
        path, _ = QFileDialog.getSaveFileName(self, "Save the plan", "plan.toml", "Plans (*.toml)")
        if path:
            durable.write(Path(path), to_toml(self.form.plan).encode())

    # --- cost and start -----------------------------------------------------------------------------------------

    def _changed(self) -> None:
        self._offer_presets()
        error = self.form.error
        self.error.setText(error.sentence() if error is not None else "")
        self.error.setVisible(error is not None)
        self._cost = None
        self._name_start()
        self._timer.start()

    def _reckon(self) -> None:
        plan, opened = self.form.plan, self._context.session.opened
        if plan is None or opened is None:
            self.cost.setText("")
            return
        self._number += 1
        asked = self._number

        def begin() -> None:
            job = Job("Reckoning", costing(plan, opened), quiet=True)
            job.ended.connect(lambda end: self._reckoned(asked, plan, end))
            self._context.jobs.start(job)

        self._context.when_warm("training", begin)

    def _reckoned(self, asked: int, plan: Plan, end: End) -> None:
        if asked != self._number:
            return
        if end.error is not None:
            self.error.setText(end.error.sentence())
            self.error.setVisible(True)
            self.cost.setText("")
        elif isinstance(end.value, Cost):
            rate = self._context.settings.number(rate_key(plan), 0.0, 0.0, 1e12)
            self.cost.setText(cost_words(end.value, plan, rate))

    def _name_start(self) -> None:
        ready = self.form.plan is not None and self._context.session.opened is not None
        busy = self._context.jobs.long is not None
        self.start.setText("Add to the queue" if busy else "Start training")
        self.start.setEnabled(ready)

    def _ask(self) -> None:
        if self.form.plan is not None:
            self.asked.emit(self.form.plan)


def rate_key(plan: Plan) -> str:
    """Where the speed of the last run of this kind is remembered."""
    return f"rate/{plan.model.name}-{plan.loss.name if plan.loss is not None else 'none'}"


def cost_words(cost: Cost, plan: Plan, rate: float) -> str:
    """What a run will take, in a line or two."""
    if not cost.examples:
        return "Nothing to train: it is measured at once."
    negatives = getattr(plan.sampler.settings, "negatives", 0) if plan.sampler is not None else 0
    parts = [f"{cost.examples:,} examples an epoch"]
    if negatives:
        parts.append(f"{cost.examples * negatives:,} negatives")
    parts.append(f"{cost.steps:,} steps" if cost.steps else "compiled kernel")
    parts += [f"{size(cost.parameters)} parameters", f"{size(cost.memory)}B"]
    if rate > 0:
        seconds = cost.examples * plan.training.epochs / rate
        parts.append(f"at most {clock(seconds)} at the speed of your last such run")
    return " · ".join(parts)


def size(value: float) -> str:
    """A large number with k, M or G."""
    for unit, factor in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= factor:
            return f"{number(value / factor)} {unit}"
    return number(int(value)) + " "
