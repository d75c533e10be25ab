from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.losses import LOSSES
from core.models import MODELS
from core.training.plan import from_toml, make_plan, to_toml, to_values
from workbench.forms.editors import TextEditor
from workbench.forms.plan_form import PlanForm
from workbench.forms.presets import PRESETS
from workbench.theme import Theme


@pytest.fixture
def form(qtbot: QtBot, theme: Theme) -> PlanForm:
    made = PlanForm(theme)
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize("model", MODELS)
def test_that_choosing_a_model_gives_its_default_plan(form: PlanForm, model: str) -> None:
    form.choices["model"].choose(model)
    form.choices["model"].chosen.emit(model)
    assert form.error is None
    assert form.plan == make_plan({"model": {"name": model}, **_named(form)})


def _named(form: PlanForm) -> dict[str, dict[str, str]]:
    trained = bool(MODELS[form.choices["model"].key].losses)
    return {section: {"name": form.choices[section].key} for section in ("loss", "sampler")} if trained else {}


@pytest.mark.parametrize("model", [key for key, entry in MODELS.items() if entry.losses])
def test_that_only_fitting_losses_are_offered_and_the_others_say_why(form: PlanForm, model: str) -> None:
    form.give({"model": {"name": model}})
    for loss in LOSSES:
        reason = form.choices["loss"].reason_at(loss)
        assert bool(reason) == (loss not in MODELS[model].losses)
        if reason:
            assert MODELS[model].label.split(",")[0] in reason


def test_that_a_loss_that_needs_ratings_is_greyed_on_binary_data(form: PlanForm) -> None:
    form.give({"model": {"name": "mf"}})
    assert not form.choices["loss"].reason_at("squared")
    form.set_outside({}, weights=False)
    assert "ratings" in form.choices["loss"].reason_at("squared")


def test_that_a_sampler_that_does_not_fit_the_new_loss_is_replaced(form: PlanForm) -> None:
    form.give({"model": {"name": "mf"}, "loss": {"name": "warp"}})
    assert form.choices["sampler"].key == "warp"
    form.choices["loss"].choose("bpr")
    form.choices["loss"].chosen.emit("bpr")
    assert form.choices["sampler"].key in LOSSES["bpr"].samplers
    assert form.error is None


def test_that_folded_sections_make_no_widgets_until_they_are_unfolded(form: PlanForm) -> None:
    for section in ("optimiser", "training", "evaluation"):
        assert form.forms[section].findChildren(QWidget) == []
    form.give({"model": {"name": "mf"}, "training": {"epochs": 3}})
    form.show_batch_size(64)
    assert form.plan is not None
    assert form.plan.training.epochs == 3
    assert form.forms["training"].findChildren(QWidget) == []
    form.sections["training"].head.setChecked(True)
    epochs = form.forms["training"].fields["epochs"].editor
    assert isinstance(epochs, TextEditor)
    assert epochs.edit.text() == "3"
    epochs.edit.setText("4")
    epochs.changed.emit()
    assert form.plan.training.epochs == 4
    assert form.forms["evaluation"].findChildren(QWidget) == []


def test_that_tab_goes_through_what_is_unfolded_in_the_order_in_which_it_stands(qtbot: QtBot, form: PlanForm) -> None:
    form.show()
    for section in ("evaluation", "training"):
        form.sections[section].head.setChecked(True)
    form.choices["model"].choose("neumf")
    form.choices["model"].chosen.emit("neumf")
    QCoreApplication.processEvents()
    order: list[QWidget] = []
    each: QWidget | None = form.sections["model"].head
    for _ in range(400):
        assert each is not None
        if each.isVisible() and each.focusPolicy() & Qt.FocusPolicy.TabFocus:
            order.append(each)
        each = each.nextInFocusChain()
    order = order[: order.index(form.sections["model"].head, 1)]
    heights = [each.mapTo(form, QPoint(0, 0)).y() for each in order]
    assert len(order) > 30
    # in one row they may differ by some pixels
    assert all(after > before - 8 for before, after in pairwise(heights))


def test_that_a_wrong_field_leaves_no_plan_and_says_which(form: PlanForm) -> None:
    form.give({"model": {"name": "mf"}})
    field = form.forms["model"].fields["factors"]
    field.editor.set_value(0)
    field.editor.changed.emit()
    assert form.plan is None
    assert form.error is not None
    assert "Factors" in form.error.what


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("model", MODELS)
def test_that_every_preset_is_a_plan(form: PlanForm, preset: str, model: str) -> None:
    values = PRESETS[preset].values(model)
    if values is None:
        assert model not in PRESETS[preset].models
        return
    whole = {**{key: dict(each) for key, each in values.items()}, "model": {"name": model, **values.get("model", {})}}
    form.give(whole)
    assert form.error is None
    assert form.plan == make_plan(whole)


def test_that_a_plan_survives_toml_and_the_form(form: PlanForm) -> None:
    plan = make_plan({"model": {"name": "caser", "window": 7}, "training": {"epochs": 3}, "optimiser": {"name": "sgd"}})
    form.give(from_toml(to_toml(plan)))
    assert form.plan == plan
    assert to_values(plan)["model"]["window"] == 7


def test_that_a_loss_that_nobody_chose_follows_the_model_and_a_chosen_one_stays(form: PlanForm) -> None:
    def choose(section: str, key: str) -> None:
        form.choices[section].choose(key)
        form.choices[section].chosen.emit(key)

    form.give({"model": {"name": "mf"}})
    choose("model", "caser")
    assert form.choices["loss"].key == MODELS["caser"].losses[0]
    choose("model", "mf")
    other = next(key for key in MODELS["mf"].losses[1:] if key in MODELS["gmf"].losses[1:])
    choose("loss", other)
    choose("model", "gmf")
    assert form.choices["loss"].key == other
