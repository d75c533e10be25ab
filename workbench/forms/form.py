"""A form over the declared parameters of a dataclass: what differs is marked, what cannot be is marked where it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

from core.errors import PlanError
from core.params import Parameter, coerce, describe
from workbench.forms.editors import Editor, editor_for, name_of
from workbench.theme import Theme
from workbench.widgets.parts import IconButton, label, tip


class Field:
    """One row of a form: name, editor, unit, reset, and a line for what is wrong."""

    def __init__(self, theme: Theme, parameter: Parameter) -> None:
        self.parameter = parameter
        self.default: Any = parameter.default
        self.given = False
        self.name = label(name_of(parameter))
        self.editor: Editor = editor_for(parameter)
        self.unit = label(parameter.unit, "caption")
        if not parameter.unit:
            self.unit.hide()
        self.reset = IconButton(theme, "reset", f"Reset {name_of(parameter)} to its default")
        self.error = label("", "error", wrap=True)
        self.error.hide()
        self.name.setBuddy(self.editor)

    def show_default(self, value: Any) -> None:
        """Take the value that stands where nothing is given."""
        self.default = value
        if not self.given:
            self.editor.set_value(value)
        self.check()

    def check(self) -> str:
        """Mark what is wrong and what differs; gives what is wrong."""
        problem = self.editor.problem()
        self.editor.mark(bool(problem))
        self.error.setText(problem)
        self.error.setVisible(bool(problem))
        differs = self.given and (bool(problem) or self._value() != self.default)
        font = self.name.font()
        font.setBold(differs)
        self.name.setFont(font)
        self.name.setText(name_of(self.parameter) + (" •" if differs else ""))
        keep = self.reset.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(keep)
        self.reset.setVisible(differs)
        self._explain()
        return problem

    def _value(self) -> Any:
        return coerce(self.parameter, self.editor.value(), "")

    def _explain(self) -> None:
        parameter = self.parameter
        unit = f" {parameter.unit}" if parameter.unit else ""
        ranges = "" if parameter.kind == "bool" else f"\nTakes {parameter.range_text()}{unit}."
        default = "" if self.default in (None, "", ()) else f"\nDefault: {_plain(self.default)}."
        text = tip(f"{parameter.help}{ranges}{default}")
        for each in (self.name, self.editor):
            each.setToolTip(text)


class SettingsForm(QWidget):
    """All parameters of one dataclass.

    Args:
        hidden: names of fields that are not shown.

    Signals:
        changed: a value was changed by hand.
    """

    changed = Signal()

    def __init__(self, theme: Theme, cls: type, hidden: Collection[str] = ()) -> None:
        super().__init__()
        self.cls = cls
        self.fields: dict[str, Field] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for parameter in describe(cls):
            if parameter.name not in hidden:
                self._add(grid, Field(theme, parameter))

    def _add(self, grid: QGridLayout, field: Field) -> None:
        row = grid.rowCount()
        grid.addWidget(field.name, row, 0)
        wide = field.parameter.kind in ("str", "tuple[str]", "tuple[int]", "tuple[float]") or field.parameter.choices
        beside = QHBoxLayout()
        beside.setSpacing(6)
        beside.addWidget(field.editor, 1 if wide else 0)
        beside.addWidget(field.unit)
        if not wide:
            beside.addStretch(1)
        grid.addLayout(beside, row, 1)
        grid.addWidget(field.reset, row, 2)
        grid.addWidget(field.error, row + 1, 0, 1, 3)
        name = field.parameter.name
        self.fields[name] = field
        field.editor.changed.connect(lambda: self._edited(name))
        field.reset.clicked.connect(lambda: self.reset(name))
        field.show_default(field.default)

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
            field.editor.set_value(_typed(field.parameter, values[name]) if field.given else field.default)
            field.check()

    def given(self) -> dict[str, Any]:
        """What was given and differs from the default, as it stands in the fields."""
        return {name: field.editor.value() for name, field in self.fields.items() if field.given and _differs(field)}

    def problems(self) -> list[str]:
        """What is wrong, field by field."""
        found = [(field, field.editor.problem()) for field in self.fields.values()]
        return [f"{name_of(field.parameter)} {problem}" for field, problem in found if problem]

    def names(self) -> list[QLabel]:
        """The labels of the fields."""
        return [field.name for field in self.fields.values()]


def _differs(field: Field) -> bool:
    try:
        return bool(coerce(field.parameter, field.editor.value(), "") != field.default)
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
