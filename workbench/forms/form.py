"""A form over the declared parameters of a dataclass: what differs is marked, what cannot be is marked where it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

from core.errors import PlanError
from core.params import Parameter, coerce, describe
from workbench.forms.editors import Editor, TextEditor, as_edited, editor_for, name_of, problem_of
from workbench.theme import Theme
from workbench.widgets.parts import IconButton, label, tip


class Row:
    """The widgets of one field: name, editor, unit, reset, and a line for what is wrong."""

    def __init__(self, theme: Theme, parameter: Parameter) -> None:
        self._parameter = parameter
        self.name = label(name_of(parameter))
        self.editor: Editor = editor_for(parameter)
        self.unit = label(parameter.unit, "caption")
        if not parameter.unit:
            self.unit.hide()
        self.reset = IconButton(theme, "reset", f"Reset {name_of(parameter)} to its default")
        keep = self.reset.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(keep)
        self.error = label("", "error", wrap=True)
        self.error.hide()
        self.name.setBuddy(self.editor)

    def mark(self, problem: str, differs: bool, default: Any) -> None:
        """Show what is wrong, and whether the value is another one than where nothing is given."""
        self.editor.mark(bool(problem))
        self.error.setText(problem)
        self.error.setVisible(bool(problem))
        font = self.name.font()
        font.setBold(differs)
        self.name.setFont(font)
        self.name.setText(name_of(self._parameter) + (" •" if differs else ""))
        self.reset.setVisible(differs)
        self._explain(default)

    def _explain(self, default: Any) -> None:
        parameter = self._parameter
        unit = f" {parameter.unit}" if parameter.unit else ""
        ranges = "" if parameter.kind == "bool" else f"\nTakes {parameter.range_text()}{unit}."
        stands = "" if default in (None, "", ()) else f"\nDefault: {_plain(default)}."
        text = tip(f"{parameter.help}{ranges}{stands}")
        for each in (self.name, self.editor):
            each.setToolTip(text)


class Field:
    """One parameter: its value, and a Row from when it is first to be seen.

    Args:
        make: makes the rows of the form; called where a widget is asked for before.
    """

    def __init__(self, parameter: Parameter, make: Callable[[], None]) -> None:
        self.parameter = parameter
        self.default: Any = parameter.default
        self.given = False
        self._make = make
        self._held: Any = as_edited(parameter, parameter.default)
        self._zero = ""
        self.made: Row | None = None

    @property
    def row(self) -> Row:
        """The widgets."""
        if self.made is None:
            self._make()
        assert self.made is not None
        return self.made

    @property
    def name(self) -> QLabel:
        """The label."""
        return self.row.name

    @property
    def editor(self) -> Editor:
        """What the value is typed into."""
        return self.row.editor

    @property
    def reset(self) -> IconButton:
        """The button that takes the value back."""
        return self.row.reset

    @property
    def error(self) -> QLabel:
        """What is wrong."""
        return self.row.error

    def take_row(self, row: Row) -> None:
        """Show the value in widgets from now on."""
        if self._zero and isinstance(row.editor, TextEditor):
            row.editor.show_zero_as(self._zero)
        row.editor.set_value(self._held)
        self.made = row
        self.check()

    def show_zero_as(self, text: str) -> None:
        """Show 0 as a word: the number follows from elsewhere."""
        self._zero = text
        if self.made is not None and isinstance(self.made.editor, TextEditor):
            self.made.editor.show_zero_as(text)

    def value(self) -> Any:
        """What stands in the field: text, or a checked value."""
        return self._held if self.made is None else self.made.editor.value()

    def set_value(self, value: Any) -> None:
        """Show a value of the parameter's type."""
        if self.made is None:
            self._held = as_edited(self.parameter, value)
        else:
            self.made.editor.set_value(value)

    def show_default(self, value: Any) -> None:
        """Take the value that stands where nothing is given."""
        self.default = value
        if not self.given:
            self.set_value(value)
        self.check()

    def problem(self) -> str:
        """Why the value cannot be; empty when it can."""
        return problem_of(self.parameter, self.value())

    def check(self) -> None:
        """Mark what is wrong and what differs."""
        if self.made is not None:
            problem = self.problem()
            self.made.mark(problem, self.given and (bool(problem) or differs(self)), self.default)


class SettingsForm(QWidget):
    """All parameters of one dataclass.

    Args:
        hidden: names of fields that are not shown.
        later: make no widgets before ``make_all``, or before one of them is asked for; values go in and out meanwhile.

    Signals:
        changed: a value was changed by hand.
    """

    changed = Signal()

    def __init__(self, theme: Theme, cls: type, hidden: Collection[str] = (), *, later: bool = False) -> None:
        super().__init__()
        self.cls, self._theme = cls, theme
        self._grid = grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        shown = [parameter for parameter in describe(cls) if parameter.name not in hidden]
        self.fields: dict[str, Field] = {each.name: Field(each, self.make_all) for each in shown}
        if not later:
            self.make_all()

    def make_all(self) -> None:
        """Make the widgets that are still missing."""
        for field in self.fields.values():
            if field.made is None:
                self._add(field, Row(self._theme, field.parameter))

    def follow(self, before: QWidget) -> None:
        """Take the place after a widget in the order of Tab: what is made later would come last."""
        for field in self.fields.values():
            for each in (field.row.editor.focusProxy() or field.row.editor, field.row.reset):
                self.setTabOrder(before, each)
                before = each

    def _add(self, field: Field, made: Row) -> None:
        grid, row = self._grid, self._grid.rowCount()
        grid.addWidget(made.name, row, 0)
        wide = field.parameter.kind in ("str", "tuple[str]", "tuple[int]", "tuple[float]") or field.parameter.choices
        beside = QHBoxLayout()
        beside.setSpacing(6)
        beside.addWidget(made.editor, 1 if wide else 0)
        beside.addWidget(made.unit)
        if not wide:
            beside.addStretch(1)
        grid.addLayout(beside, row, 1)
        grid.addWidget(made.reset, row, 2)
        grid.addWidget(made.error, row + 1, 0, 1, 3)
        name = field.parameter.name
        field.take_row(made)
        made.editor.changed.connect(lambda: self._edited(name))
        made.reset.clicked.connect(lambda: self.reset(name))

    def _edited(self, name: str) -> None:
        field = self.fields[name]
        field.given = True
        field.check()
        self.changed.emit()

    def reset(self, name: str) -> None:
        """Put one field back to its default."""
        field = self.fields[name]
        field.given = False
        field.show_default(field.default)
        field.editor.setFocus()
        self.changed.emit()

    def show_defaults(self, values: Mapping[str, Any]) -> None:
        """Take values, already of the right type, that stand where nothing is given."""
        for name, field in self.fields.items():
            field.show_default(values.get(name, field.parameter.default))

    def give(self, values: Mapping[str, Any]) -> None:
        """Take these values as given; all other fields go back to their defaults."""
        for name, field in self.fields.items():
            field.given = name in values
            field.set_value(_typed(field.parameter, values[name]) if field.given else field.default)
            field.check()

    def given(self) -> dict[str, Any]:
        """What was given and differs from the default, as it stands in the fields."""
        return {name: field.value() for name, field in self.fields.items() if field.given and differs(field)}

    def problems(self) -> list[str]:
        """What is wrong, field by field."""
        found = [(field, field.problem()) for field in self.fields.values()]
        return [f"{name_of(field.parameter)} {problem}" for field, problem in found if problem]

    def names(self) -> list[QLabel]:
        """The labels of the fields."""
        return [field.name for field in self.fields.values()]


def differs(field: Field) -> bool:
    """Whether the value is another one than where nothing is given, or none at all."""
    try:
        return bool(coerce(field.parameter, field.value(), "") != field.default)
    except PlanError:
        return True


def _typed(parameter: Parameter, value: Any) -> Any:
    try:
        return coerce(parameter, value, "")
    except PlanError:
        return value


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
