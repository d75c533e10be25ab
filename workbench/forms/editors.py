"""The EDITORS table: kind of a parameter -> the widget that edits it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QWidget

from core.errors import PlanError
from core.params import Parameter, coerce
from workbench.widgets.parts import restyle

NARROW = 84


class Editor(QWidget):
    """The contract: a value goes in, what the user typed comes out.

    Signals:
        changed: the user (never ``set_value``) changed it.
    """

    changed = Signal()

    def __init__(self, parameter: Parameter) -> None:
        super().__init__()
        self.parameter = parameter
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)

    def value(self) -> Any:
        """What stands in the field: text, or a checked value; ``coerce`` tells whether it can be."""
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        """Show a value of the parameter's type."""
        raise NotImplementedError

    def mark(self, wrong: bool) -> None:
        """Show that the value cannot be."""

    def problem(self) -> str:
        """Why the value cannot be, in a few words; empty when it can."""
        return problem_of(self.parameter, self.value())


class TextEditor(Editor):
    """A line of text: numbers, lists, words. Up and down step a number."""

    def __init__(self, parameter: Parameter) -> None:
        super().__init__(parameter)
        self.edit = StepEdit(self)
        numeric = parameter.kind in ("int", "float")
        if numeric:
            self.edit.setAlignment(Qt.AlignmentFlag.AlignRight)
            self.edit.setFixedWidth(NARROW)
        self._own = False
        if parameter.optional:
            self.edit.setPlaceholderText("none")
        self.edit.setAccessibleName(name_of(parameter))
        self.edit.textEdited.connect(lambda _: self.changed.emit())
        self._layout.addWidget(self.edit)
        self.setFocusProxy(self.edit)

    def show_zero_as(self, text: str) -> None:
        """Show 0 as an empty field with a word in it, such as ``auto (64)``: the number follows from elsewhere."""
        self._own = True
        self.edit.setPlaceholderText(text)
        if self.edit.text() == "0":
            self.edit.clear()

    def value(self) -> str:
        """The text."""
        return self.edit.text().strip() or ("0" if self._own else "")

    def set_value(self, value: Any) -> None:
        """Show a number, a list or a word."""
        text = "" if self._own and value in (0, "0") else shown(value)
        if self.edit.text() != text:
            self.edit.setText(text)

    def mark(self, wrong: bool) -> None:
        """A red border."""
        restyle(self.edit, "wrong", "true" if wrong else "false")

    def step(self, up: bool) -> None:
        """The next larger or smaller sensible number."""
        parameter = self.parameter
        if parameter.kind not in ("int", "float"):
            return
        try:
            now = coerce(parameter, self.value(), "")
        except PlanError:
            return
        if now is None:
            return
        new: float
        if parameter.kind == "int":
            jump = 10 ** max(len(str(abs(now))) - 2, 0)
            new = now + (jump if up else -jump)
        elif now and abs(now) < 1 and (parameter.high or 2) > 1:
            new = now * 2 if up else now / 2
        else:
            new = round(now + (0.1 if up else -0.1), 10)
        try:
            self.set_value(coerce(parameter, new, ""))
        except PlanError:
            return
        self.changed.emit()


class StepEdit(QLineEdit):
    """Hands Up and Down to its editor."""

    def __init__(self, editor: TextEditor) -> None:
        super().__init__()
        self._editor = editor

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Step on Up and Down."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._editor.step(event.key() == Qt.Key.Key_Up)
            return
        super().keyPressEvent(event)


class SwitchEditor(Editor):
    """Yes or no."""

    def __init__(self, parameter: Parameter) -> None:
        super().__init__(parameter)
        self.box = QCheckBox()
        self.box.setAccessibleName(name_of(parameter))
        self.box.clicked.connect(lambda _: self.changed.emit())
        self._layout.addWidget(self.box)
        self.setFocusProxy(self.box)

    def value(self) -> bool:
        """Whether it is checked."""
        return self.box.isChecked()

    def set_value(self, value: Any) -> None:
        """Check or uncheck."""
        self.box.setChecked(bool(value))


class StillCombo(QComboBox):
    """A combo box that the wheel does not change while one scrolls over it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(5)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Let the form scroll."""
        event.ignore()


class ChoiceEditor(Editor):
    """One of a few words."""

    def __init__(self, parameter: Parameter) -> None:
        super().__init__(parameter)
        self.combo = StillCombo()
        self.combo.addItems(parameter.choices)
        self.combo.setAccessibleName(name_of(parameter))
        self.combo.activated.connect(lambda _: self.changed.emit())
        self._layout.addWidget(self.combo)
        self.setFocusProxy(self.combo)

    def value(self) -> str:
        """The word."""
        return self.combo.currentText()

    def set_value(self, value: Any) -> None:
        """Choose a word."""
        self.combo.setCurrentText(str(value))


def shown(value: Any) -> str:
    """A value as its field shows it, such that it is read back as the same value."""
    if value is None:
        return ""
    if isinstance(value, tuple | list):
        return ", ".join(shown(each) for each in value)
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)


def as_edited(parameter: Parameter, value: Any) -> Any:
    """What the editor of a parameter gives for a value that was put into it."""
    if parameter.choices:
        return str(value)
    return bool(value) if parameter.kind == "bool" else shown(value)


def problem_of(parameter: Parameter, value: Any) -> str:
    """Why a value cannot be, in a few words; empty when it can."""
    try:
        coerce(parameter, value, "")
    except PlanError:
        unit = f" {parameter.unit}" if parameter.unit else ""
        listed = "a list, " if parameter.kind.startswith("tuple") else ""
        kind = {"int": "a whole number, ", "float": "a number, "}.get(parameter.kind, listed)
        return f"takes {kind}{parameter.range_text()}{unit}"
    return ""


def name_of(parameter: Parameter) -> str:
    """The label of a parameter."""
    return parameter.label or ACRONYMS.get(parameter.name) or parameter.name.replace("_", " ").capitalize()


ACRONYMS = {"l2": "L2", "ks": "k", "gmf_share": "GMF share", "start_gmf": "Start GMF", "start_mlp": "Start MLP"}

EDITORS: dict[str, Callable[[Parameter], Editor]] = {
    "int": TextEditor,
    "float": TextEditor,
    "str": TextEditor,
    "bool": SwitchEditor,
    "tuple[int]": TextEditor,
    "tuple[float]": TextEditor,
    "tuple[str]": TextEditor,
}


def editor_for(parameter: Parameter) -> Editor:
    """The widget for a parameter; a choice of words is a choice whatever its kind."""
    return ChoiceEditor(parameter) if parameter.choices else EDITORS[parameter.kind](parameter)
