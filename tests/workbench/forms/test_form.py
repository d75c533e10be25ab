from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.losses import LOSSES
from core.models import MODELS
from core.params import describe, param
from core.samplers import SAMPLERS
from core.splits import SPLITS
from core.training.settings import EvaluationSettings, OptimiserSettings, TrainingSettings
from workbench.forms.editors import EDITORS, ChoiceEditor, TextEditor, shown
from workbench.forms.form import SettingsForm
from workbench.theme import Theme

EVERY = [
    *(entry.settings for table in (MODELS, LOSSES, SAMPLERS, SPLITS) for entry in table.values()),
    OptimiserSettings,
    TrainingSettings,
    EvaluationSettings,
]


@dataclass(frozen=True)
class Example:
    """One field of each kind."""

    factors: int = param(8, "How many.", low=1, high=64, unit="numbers")
    rate: float = param(0.1, "How fast.", above=0)
    wide: bool = param(False, "Whether.")
    rule: str = param("adam", "Which.", choices=("sgd", "adam"))
    tower: tuple[int, ...] = param((4, 2), "Widths.", low=1)
    start: str | None = param(None, "From where.")


@pytest.fixture
def form(qtbot: QtBot, theme: Theme) -> SettingsForm:
    made = SettingsForm(theme, Example)
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize("cls", EVERY, ids=lambda cls: cls.__name__)
def test_that_every_declared_parameter_has_an_editor_that_shows_its_default(
    qtbot: QtBot, theme: Theme, cls: type
) -> None:
    form = SettingsForm(theme, cls)
    qtbot.addWidget(form)
    assert set(form.fields) == {parameter.name for parameter in describe(cls)}
    assert form.problems() == []
    assert form.given() == {}


@pytest.mark.parametrize("cls", EVERY, ids=lambda cls: cls.__name__)
def test_that_a_form_without_widgets_takes_and_gives_what_one_with_widgets_does(
    qtbot: QtBot, theme: Theme, cls: type
) -> None:
    made, later = SettingsForm(theme, cls), SettingsForm(theme, cls, later=True)
    for each in (made, later):
        qtbot.addWidget(each)
    every = describe(cls)
    for values in ({}, {each.name: each.low for each in every if each.low is not None}, _others(cls)):
        for form in (made, later):
            form.give(values)
            form.show_defaults({each.name: each.low for each in every[:1] if each.low is not None})
        assert later.findChildren(QWidget) == []
        for name, field in made.fields.items():
            assert later.fields[name].value() == field.editor.value()
        assert later.given() == made.given()
        assert later.problems() == made.problems()
    later.make_all()
    for name, field in made.fields.items():
        assert later.fields[name].editor.value() == field.editor.value()
        assert later.fields[name].name.text() == field.name.text()
        assert later.fields[name].reset.isHidden() == field.reset.isHidden()
    assert later.given() == made.given()


def _others(cls: type) -> dict[str, object]:
    """Values of each kind that differ from the defaults."""
    found: dict[str, object] = {}
    for each in describe(cls):
        if each.choices:
            found[each.name] = each.choices[-1]
        elif each.kind == "bool":
            found[each.name] = not each.default
        elif each.kind == "float":
            found[each.name] = 1 / 3
        elif each.kind.startswith("tuple[str"):
            found[each.name] = ("<b>1</b>", "2")
    return found


def test_that_a_widget_that_is_asked_for_is_made(qtbot: QtBot, theme: Theme) -> None:
    form = SettingsForm(theme, Example, later=True)
    qtbot.addWidget(form)
    form.fields["factors"].show_zero_as("auto (64)")
    form.give({"factors": 0})
    assert form.fields["factors"].value() == "0"
    editor = form.fields["factors"].editor
    assert isinstance(editor, TextEditor)
    assert editor.edit.text() == ""
    assert editor.edit.placeholderText() == "auto (64)"
    assert editor.value() == "0"
    # zero is not among the values of this one
    assert not form.fields["factors"].error.isHidden()


def test_that_every_kind_of_the_declarations_is_in_the_table() -> None:
    kinds = {parameter.kind for cls in EVERY for parameter in describe(cls)}
    assert kinds <= set(EDITORS)


def test_that_what_is_typed_is_given_marked_and_can_be_reset(qtbot: QtBot, form: SettingsForm) -> None:
    field = form.fields["factors"]
    assert isinstance(field.editor, TextEditor)
    field.editor.edit.clear()
    with qtbot.waitSignal(form.changed):
        qtbot.keyClicks(field.editor.edit, "16")
    assert form.given() == {"factors": "16"}
    assert field.name.font().bold()
    assert not field.reset.isHidden()
    field.reset.click()
    assert form.given() == {}
    assert field.editor.edit.text() == "8"
    assert not field.name.font().bold()


@pytest.mark.parametrize(("name", "text"), [("factors", "0"), ("factors", "1.5"), ("rate", "-1"), ("tower", "4, x")])
def test_that_a_value_that_cannot_be_is_marked_at_its_field(form: SettingsForm, name: str, text: str) -> None:
    form.give({name: text})
    field = form.fields[name]
    assert isinstance(field.editor, TextEditor)
    assert field.editor.edit.property("wrong") == "true"
    assert not field.error.isHidden()
    assert len(form.problems()) == 1
    if name == "factors":
        assert "1 to 64" in field.error.text()


def test_that_new_defaults_leave_what_was_given_alone(form: SettingsForm) -> None:
    form.give({"factors": 32})
    form.show_defaults({"factors": 4, "rate": 0.5})
    assert form.given() == {"factors": "32"}
    rate = form.fields["rate"].editor
    assert rate.value() == "0.5"


def test_that_a_choice_of_words_is_a_combo_box(form: SettingsForm) -> None:
    editor = form.fields["rule"].editor
    assert isinstance(editor, ChoiceEditor)
    assert [editor.combo.itemText(at) for at in range(editor.combo.count())] == ["sgd", "adam"]


@pytest.mark.parametrize("value", [0.1, 1e-05, 0.002, 1 / 3, 1234567.0, 3])
def test_that_a_number_reads_back_as_the_same_number(value: float) -> None:
    assert float(shown(value)) == value
