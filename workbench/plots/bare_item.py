"""pyqtgraph's coordinate system without its menu of settings: forty widgets a plot that nobody would ever see."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyqtgraph as pg
from PySide6 import QtWidgets
from PySide6.QtCore import QObject, Signal

CHECKED = ("alphaGroup", "autoDownsampleCheck", "autoPointsCheck", "peakRadio", "pointsGroup")
"""Settings that are on where nobody changes them."""
HIGHEST = {"alphaSlider": 1000, "downsampleSpin": 1, "gridAlphaSlider": 255}
"""Largest values of the settings that are numbers; they begin there."""


class BareItem(pg.PlotItem):  # type: ignore[misc]
    """A PlotItem whose settings are no widgets; its grid and its logarithmic axes work all the same."""

    def __init__(self, **options: Any) -> None:
        with _without_widgets():
            super().__init__(enableMenu=False, **options)


class Setting(QObject):
    """What pyqtgraph asks of a check box, a slider or a list in its menu."""

    toggled = Signal(bool)
    valueChanged = Signal(int)  # noqa: N815 - Qt's name
    itemClicked = Signal(object)  # noqa: N815

    def __init__(self, parent: QObject, name: str) -> None:
        super().__init__(parent)
        self._checked = name in CHECKED
        self._value = self._highest = HIGHEST.get(name, 0)

    def isChecked(self) -> bool:  # noqa: N802
        """Whether it is on."""
        return self._checked

    def setChecked(self, checked: bool) -> None:  # noqa: N802
        """Turn it on or off."""
        if checked != self._checked:
            self._checked = checked
            self.toggled.emit(checked)

    def maximum(self) -> int:
        """The largest value."""
        return self._highest

    def value(self) -> int:
        """The number."""
        return self._value

    def setValue(self, value: int) -> None:  # noqa: N802
        """Take a number."""
        if value != self._value:
            self._value = value
            self.valueChanged.emit(value)

    def count(self) -> int:
        """Nothing is listed."""
        return 0

    def clear(self) -> None:
        """Nothing is listed."""


class Settings(QObject):
    """Stands for the form in the menu: a setting is made when it is first asked for."""

    def setupUi(self, form: object) -> None:  # noqa: N802
        """Nothing is to be built."""

    def __getattr__(self, name: str) -> Setting:
        if name.startswith("_"):
            raise AttributeError(name)
        made = Setting(self, name)
        setattr(self, name, made)
        return made


class NoMenu:
    """Stands for the menu, for a part of it, and for what is put into it."""

    def __init__(self, *_: object) -> None:
        """Nothing is made."""

    def addMenu(self, *_: object) -> NoMenu:  # noqa: N802
        """A part of nothing."""
        return self

    def actions(self) -> list[object]:
        """There are none."""
        return []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *_: None


class _Form:
    Ui_Form = Settings


class _Widgets:
    """Qt's widgets but for menus."""

    QMenu = QWidgetAction = NoMenu

    def __getattr__(self, name: str) -> Any:
        return getattr(QtWidgets, name)


@contextmanager
def _without_widgets() -> Iterator[None]:
    """While this lasts pyqtgraph finds Settings and NoMenu in the place of its form and Qt's menu."""
    origin: Any = sys.modules[pg.PlotItem.__module__]
    before = {name: getattr(origin, name) for name in ("ui_template", "QtWidgets")}
    origin.ui_template, origin.QtWidgets = _Form, _Widgets()
    try:
        yield
    finally:
        for name, kept in before.items():
            setattr(origin, name, kept)
