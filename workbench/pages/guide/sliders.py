"""A named slider over numbers, with the number beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from workbench.widgets.parts import label, tip

NAME_WIDTH = 112
NUMBER_WIDTH = 48


class Slide(QWidget):
    """One number that is moved; the arrow keys step it.

    Args:
        step: distance of two values; whole numbers where it is 1 or more.

    Signals:
        changed: the number was moved.
    """

    changed = Signal(float)

    def __init__(self, name: str, low: float, high: float, value: float, step: float, help: str = "") -> None:
        super().__init__()
        self._low, self._step = low, step
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, round((high - low) / step))
        self.slider.setPageStep(max(round((high - low) / step / 10), 1))
        self.slider.setAccessibleName(name)
        self.slider.setMinimumWidth(60)
        self.name = label(name, "muted")
        self.name.setFixedWidth(NAME_WIDTH)
        self.number = label("")
        self.number.setFixedWidth(NUMBER_WIDTH)
        self.number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.name)
        row.addWidget(self.slider, 1)
        row.addWidget(self.number)
        if help:
            self.setToolTip(tip(help))
        self.slider.valueChanged.connect(self._moved)
        self.set_value(value)

    @property
    def value(self) -> float:
        """The number, a multiple of the step above the lowest."""
        return round(self._low + self._step * self.slider.value(), 6)

    def set_value(self, value: float) -> None:
        """Move to a number without telling."""
        self.slider.blockSignals(True)
        self.slider.setValue(round((value - self._low) / self._step))
        self.slider.blockSignals(False)
        self._write()

    def set_high(self, high: float) -> None:
        """Another highest number."""
        self.slider.blockSignals(True)
        self.slider.setMaximum(max(round((high - self._low) / self._step), 0))
        self.slider.blockSignals(False)
        self._write()

    def _moved(self) -> None:
        self._write()
        self.changed.emit(self.value)

    def _write(self) -> None:
        digits = 0 if self._step >= 1 else 1 if self._step >= 0.1 else 2
        self.number.setText(f"{self.value:,.{digits}f}".replace("-", "−"))
