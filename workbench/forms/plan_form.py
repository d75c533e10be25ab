"""The form of a whole experiment: model, loss, sampler and their settings, what follows from what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.errors import PlanError
from core.losses import LOSSES
from core.models import MODELS
from core.training.plan import CHOICES, Choice, Plan, make_plan, misfit
from core.training.settings import EvaluationSettings, OptimiserSettings, TrainingSettings
from workbench.forms.choices import TableChoice
from workbench.forms.form import SettingsForm
from workbench.theme import Theme
from workbench.widgets.section import Section

FIXED: dict[str, tuple[str, type]] = {
    "optimiser": ("Optimiser", OptimiserSettings),
    "training": ("Training and device", TrainingSettings),
    "evaluation": ("Evaluation", EvaluationSettings),
}
CHOSEN = {"model": "Model", "loss": "Loss", "sampler": "Sampler"}
OUTSIDE = ("data", "split")
"""Sections that the Data page settles."""


class PlanForm(QWidget):
    """Gives a plan, or says what is wrong with it.

    Args:
        recall: values to begin with when a model is chosen; None gives its defaults.

    Signals:
        changed: something in it changed.
        asked: a question mark was pressed, with the topic of the guide.
    """

    changed = Signal()
    asked = Signal(str)

    def __init__(
        self, theme: Theme, recall: Callable[[str], Mapping[str, Mapping[str, Any]] | None] = lambda model: None
    ) -> None:
        super().__init__()
        self._theme, self._recall = theme, recall
        self._outside: dict[str, dict[str, Any]] = {}
        self.weights: bool | None = None
        self.error: PlanError | None = None
        self.plan: Plan | None = None
        self.choices: dict[str, TableChoice] = {}
        self.sections: dict[str, Section] = {}
        self.forms: dict[str, SettingsForm] = {}
        self._made: dict[tuple[str, str], SettingsForm] = {}
        self._loss_is_chosen = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for section, title in CHOSEN.items():
            self.sections[section] = Section(theme, title, ask=partial(self._ask, section))
            self.choices[section] = TableChoice(title, CHOICES[section])
            self.choices[section].chosen.connect(lambda key, section=section: self._choose(section, key))
            self.sections[section].add(self.choices[section])
            column.addWidget(self.sections[section])
        for section, (title, cls) in FIXED.items():
            self.sections[section] = Section(theme, title, open=False, ask=partial(self._ask, section))
            # folded away most of the time: the rows are made when they are first to be seen
            form = SettingsForm(theme, cls, later=True)
            form.changed.connect(self._edited)
            self.sections[section].opening.connect(partial(self._unfold, section))
            self.forms[section] = form
            self.sections[section].add(form)
            column.addWidget(self.sections[section])
        self.show_batch_size(0)
        self.give({"model": {"name": "mf"}})

    def _unfold(self, section: str) -> None:
        self.forms[section].make_all()
        self.forms[section].follow(self.sections[section].last)

    def _ask(self, section: str) -> None:
        self.asked.emit(self.topic(section))

    def topic(self, section: str) -> str:
        """Where the guide tells of a section as it stands."""
        if section in CHOSEN:
            return f"{section}.{self.choices[section].key}"
        if section == "evaluation":
            return f"metric.{str(self.forms['training'].fields['stop_on'].value()).partition('@')[0]}"
        return {"optimiser": "idea.decay", "training": "idea.early-stopping"}[section]

    def show_batch_size(self, size: int) -> None:
        """Tell which size stands for 0; 0 when it is not known yet."""
        self.forms["training"].fields["batch_size"].show_zero_as(f"auto ({size:,})" if size else "auto")

    # --- in and out ---------------------------------------------------------------------------------------------

    def give(self, values: dict[str, dict[str, Any]]) -> None:
        """Show a plan given as plain values; what is absent is at its default.

        Raises:
            PlanError: the values are no plan; the form is as it was.
        """
        plan = make_plan({**values, **self._outside})
        if plan.loss is not None:
            self._loss_is_chosen = plan.loss.name != MODELS[plan.model.name].losses[0]
        for section in CHOSEN:
            part = getattr(plan, section)
            if part is not None:
                self.choices[section].choose(part.name)
        self._mount()
        self._show_defaults()
        for section, form in self.forms.items():
            # the key of a choice is called name too, and so is the rule of the optimiser
            given = values.get(section, {})
            form.give({name: value for name, value in given.items() if name in form.fields})
        self._edited()

    def set_outside(self, values: dict[str, dict[str, Any]], weights: bool | None) -> None:
        """Take the data and split sections, and whether the data has ratings or counts."""
        self._outside, self.weights = values, weights
        self._offer()
        self._edited()

    def values(self) -> dict[str, dict[str, Any]]:
        """Plain values: the chosen keys, and what was changed from the defaults."""
        found: dict[str, dict[str, Any]] = {section: dict(fields) for section, fields in self._outside.items()}
        for section in self._chosen_sections():
            found[section] = {"name": self.choices[section].key}
        for section, form in self.forms.items():
            if section in FIXED or section in found:
                found.setdefault(section, {}).update(form.given())
        return found

    def changes(self, section: str) -> int:
        """How many fields of a section differ from their defaults."""
        return len(self.forms[section].given()) if section in self.forms else 0

    # --- what follows from what ---------------------------------------------------------------------------------

    def _chosen_sections(self) -> tuple[str, ...]:
        return ("model", "loss", "sampler") if MODELS[self.choices["model"].key].losses else ("model",)

    def _choose(self, section: str, key: str) -> None:
        losses = MODELS[self.choices["model"].key].losses
        recalled = self._recall(key) if section == "model" else None
        if recalled is not None:
            self.give({each: dict(fields) for each, fields in recalled.items()})
            return
        if section == "loss":
            self._loss_is_chosen = True
        if section == "model" and losses and not (self._loss_is_chosen and self.choices["loss"].key in losses):
            # a loss that nobody chose is the default of the model that was left
            self.choices["loss"].choose(losses[0])
        if section in ("model", "loss") and losses:
            self._settle_sampler()
        self._mount()
        self._show_defaults()
        self._edited()

    def _settle_sampler(self) -> None:
        """The default sampler of the pair, where the chosen one does not fit or the pair has one of its own."""
        model, loss = self.choices["model"].key, self.choices["loss"].key
        own = MODELS[model].defaults.get(loss, {}).get("sampler.name")
        if own or misfit(model, loss, self.choices["sampler"].key, self.weights):
            self.choices["sampler"].choose(own or LOSSES[loss].samplers[0])

    def _mount(self) -> None:
        """Show the settings of what is chosen; those of an entry that was left keep their values."""
        trained = bool(MODELS[self.choices["model"].key].losses)
        for section in CHOSEN:
            self.sections[section].setVisible(trained or section == "model")
            key = self.choices[section].key
            form = self._made.get((section, key))
            if form is None:
                form = SettingsForm(self._theme, CHOICES[section][key].settings)
                form.changed.connect(self._edited)
                self._made[section, key] = form
                self.sections[section].add(form)
                form.follow(self.choices[section].combo)
            shown = self.forms.get(section)
            if shown is not form:
                if shown is not None:
                    shown.hide()
                self.forms[section] = form
            form.setVisible(bool(form.fields))
        for section in ("optimiser",):
            self.sections[section].setVisible(trained)
        self._offer()

    def _show_defaults(self) -> None:
        names = {section: {"name": self.choices[section].key} for section in self._chosen_sections()}
        try:
            plan = make_plan({**names, **{key: dict(value) for key, value in self._outside.items()}})
        except PlanError:
            # the pair does not fit; what is wrong is shown when the plan is made
            return
        for section, form in self.forms.items():
            part = getattr(plan, section)
            if part is not None:
                settings = part.settings if isinstance(part, Choice) else part
                form.show_defaults({name: getattr(settings, name) for name in form.fields})

    def _offer(self) -> None:
        model, loss = self.choices["model"].key, self.choices["loss"].key
        self.choices["loss"].offer(lambda key: misfit(model, key, LOSSES[key].samplers[0], self.weights))
        self.choices["sampler"].offer(lambda key: misfit(model, loss, key, self.weights))

    def _edited(self) -> None:
        wrong = [problem for form in self._shown_forms() for problem in form.problems()]
        self.error = self.plan = None
        try:
            if wrong:
                raise PlanError(code="plan.value", what=wrong[0], remedy="Mend the marked field")
            self.plan = make_plan(self.values())
            self._check_pair(self.plan)
        except PlanError as error:
            self.error, self.plan = error, None
        for section in self.sections:
            number = self.changes(section)
            self.sections[section].say(f"{number} changed" if number else "")
        self.changed.emit()

    def _check_pair(self, plan: Plan) -> None:
        if plan.loss is None or plan.sampler is None:
            return
        reason = misfit(plan.model.name, plan.loss.name, plan.sampler.name, self.weights)
        if reason:
            raise PlanError(code="plan.misfit", what=reason, remedy="Choose another loss or sampler")

    def _shown_forms(self) -> list[SettingsForm]:
        return [form for section, form in self.forms.items() if section in FIXED or section in self._chosen_sections()]
