"""Differences of users between two runs, and what the paired test says of them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

from core.comparison import sign_flip_test
from core.metrics.intervals import percentiles, resampled_means
from workbench.page import Context
from workbench.pages.guide.canvas import CAPTION, Canvas
from workbench.pages.guide.drawings import Drawing
from workbench.theme import Theme
from workbench.widgets.parts import button, label

START = (0.3, 0.1, -0.1, 0.4, 0.0, 0.2, -0.2, 0.3, 0.1, 0.5)
HIGHEST, STEP = 1.0, 0.1
AXIS = 34
PATTERNS = 10_000


class DifferencesCanvas(Canvas):
    """A bar a user, upwards where run A is better.

    Signals:
        changed: a difference was moved.
    """

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Differences of ten users")
        self.differences = list(START)
        self.chosen = 0
        self._held = False
        self.setMinimumSize(220, 180)

    def reset(self) -> None:
        """As they were."""
        self.differences = list(START)
        self._renew()

    def set_difference(self, at: int, value: float) -> None:
        """Move a user's difference, to a tenth."""
        self.chosen = at
        self.differences[at] = round(min(max(value, -HIGHEST), HIGHEST), 1)
        self._renew()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Left and right choose a user, up and down move the difference."""
        sideways = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
        upright = {Qt.Key.Key_Up: STEP, Qt.Key.Key_Down: -STEP}
        key = Qt.Key(event.key())
        if key in sideways:
            self.chosen = (self.chosen + sideways[key]) % len(START)
            self._describe()
            self.update()
        elif key in upright:
            self.set_difference(self.chosen, self.differences[self.chosen] + upright[key])
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Take hold of a bar."""
        column = (event.position().x() - AXIS) / max(self._wide, 1e-6)
        if 0 <= column < len(START):
            self._held = True
            self.set_difference(int(column), self._value(event.position().y()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """The bar follows."""
        if self._held:
            self.set_difference(self.chosen, self._value(event.position().y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Let go."""
        self._held = False

    @property
    def _wide(self) -> float:
        return (self.width() - AXIS) / len(START)

    def _y(self, value: float) -> float:
        return 8 + (HIGHEST - value) / (2 * HIGHEST) * (self.height() - 16)

    def _value(self, y: float) -> float:
        return HIGHEST - (y - 8) / max(self.height() - 16, 1) * 2 * HIGHEST

    def _renew(self) -> None:
        self._describe()
        self.update()
        self.changed.emit()

    def _describe(self) -> None:
        self.setAccessibleDescription(f"User {self.chosen + 1}: difference {self.differences[self.chosen]:g}")

    def paint(self, painter: QPainter) -> None:
        """The scale, the bars, and the mean as a dashed line."""
        for value in (-1.0, -0.5, 0.0, 0.5, 1.0):
            y = self._y(value)
            painter.setPen(self.pen("muted" if value == 0 else "line"))
            painter.drawLine(QPointF(AXIS, y), QPointF(self.width(), y))
            words = f"{value:+.1f}".replace("-", "−") if value else "0"
            self.write(painter, QRectF(0, y - 8, AXIS - 6, 16), words, "muted", CAPTION, Qt.AlignmentFlag.AlignRight)
        for at, value in enumerate(self.differences):
            left = AXIS + at * self._wide
            top, floor = sorted((self._y(value), self._y(0.0)))
            bar = QRectF(left + 3, top - 1, self._wide - 6, floor - top + 2)
            painter.setPen(self.pen("accent", 2) if at == self.chosen and self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(self.series(2 if value > 0 else 1 if value < 0 else 6))
            painter.drawRect(bar)
        pen = self.pen("accent", 1.5)
        pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        y = self._y(float(np.mean(self.differences)))
        painter.drawLine(QPointF(AXIS, y), QPointF(self.width(), y))


class PairedDrawing(Drawing):
    """The bars, with mean, interval and p."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.canvas = DifferencesCanvas(context.theme)
        self.told = label("", wrap=True, selectable=True)
        self.told.setMinimumHeight(3 * self.told.fontMetrics().lineSpacing())
        hint = "A bar is a user's nDCG with run A minus that with B: drag it, or use the arrow keys. Dashed: the mean."
        self.column.addWidget(label("Ten users, two runs", "section"))
        self.column.addWidget(label(hint, "caption", wrap=True))
        self.column.addWidget(self.canvas, 1)
        self.column.addWidget(self.told)
        self.column.addWidget(button("Reset", self.canvas.reset))
        self.canvas.changed.connect(self._test)

    def show_key(self, key: str) -> None:
        """Test what is drawn."""
        self._test()

    def _test(self) -> None:
        differences = np.array(self.canvas.differences)
        p, _exact = sign_flip_test(differences, PATTERNS, 0)
        low, high = percentiles(resampled_means(differences[:, None], 1000, 0), 0.95)
        numbers = [f"{value:+.2f}".replace("-", "−") for value in (differences.mean(), float(low[0]), float(high[0]))]
        words = "chance explains it easily" if p > 0.1 else "hardly chance" if p < 0.05 else "it may well be chance"
        self.told.setText(f"Mean difference {numbers[0]}, interval {numbers[1]} to {numbers[2]}; p = {p:.3f}: {words}.")
