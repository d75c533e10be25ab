"""Differences of users between two runs, and what the paired test says of them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from core.comparison import sign_flip_test
from core.metrics.intervals import percentiles, resampled_means
from workbench.page import Context
from workbench.pages.guide.canvas import CAPTION
from workbench.pages.guide.columns_canvas import ColumnsCanvas
from workbench.pages.guide.drawings import Drawing
from workbench.theme import Theme
from workbench.widgets.parts import button, label

START = (0.3, 0.1, -0.1, 0.4, 0.0, 0.2, -0.2, 0.3, 0.1, 0.5)
HIGHEST = 1.0
AXIS = 34
PATTERNS = 10_000


class DifferencesCanvas(ColumnsCanvas):
    """A bar a user, upwards where run A is better."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Differences of ten users", START, (-HIGHEST, HIGHEST), AXIS)

    def words(self) -> str:
        """Which user, and the difference."""
        return f"User {self.chosen + 1}: difference {self.values[self.chosen]:g}"

    def paint(self, painter: QPainter) -> None:
        """The scale, the bars, and the mean as a dashed line."""
        for value in (-1.0, -0.5, 0.0, 0.5, 1.0):
            y = self.height_of(value)
            painter.setPen(self.pen("muted" if value == 0 else "line"))
            painter.drawLine(QPointF(AXIS, y), QPointF(self.width(), y))
            words = f"{value:+.1f}".replace("-", "−") if value else "0"
            self.write(painter, QRectF(0, y - 8, AXIS - 6, 16), words, "muted", CAPTION, Qt.AlignmentFlag.AlignRight)
        for at, value in enumerate(self.values):
            left = AXIS + at * self.wide
            top, floor = sorted((self.height_of(value), self.height_of(0.0)))
            bar = QRectF(left + 3, top - 1, self.wide - 6, floor - top + 2)
            painter.setPen(self.pen("accent", 2) if at == self.chosen and self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(self.series(2 if value > 0 else 1 if value < 0 else 6))
            painter.drawRect(bar)
        pen = self.pen("accent", 1.5)
        pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        y = self.height_of(float(np.mean(self.values)))
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
        differences = np.array(self.canvas.values)
        p, _exact = sign_flip_test(differences, PATTERNS, 0)
        low, high = percentiles(resampled_means(differences[:, None], 1000, 0), 0.95)
        numbers = [f"{value:+.2f}".replace("-", "−") for value in (differences.mean(), float(low[0]), float(high[0]))]
        words = "chance explains it easily" if p > 0.1 else "hardly chance" if p < 0.05 else "it may well be chance"
        self.told.setText(f"Mean difference {numbers[0]}, interval {numbers[1]} to {numbers[2]}; p = {p:.3f}: {words}.")
