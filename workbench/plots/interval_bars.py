"""Metrics of some runs as bars with their intervals, one strip a metric, each from zero on a scale of its own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from workbench.plots.picture import offer_picture
from workbench.theme import Theme, mixed, with_digits
from workbench.words import score

ROW, HEAD, GAP = 18, 20, 8
VALUE, NAME = 96, 120


@dataclass(frozen=True)
class Bar:
    """One run's value of a metric; NaN bounds where there is no interval."""

    name: str
    value: float
    low: float
    high: float
    colour: int
    dash: bool = False


@dataclass(frozen=True)
class Strip:
    """A metric: its name, its bars, and Popularity's value, NaN where it is not known."""

    title: str
    bars: tuple[Bar, ...]
    base: float = math.nan


class IntervalBars(QWidget):
    """Draws strips below each other; as high as they need."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.theme = theme
        self.strips: tuple[Strip, ...] = ()
        self._name = name
        self.setAccessibleName(name)
        font = with_digits(self.font())
        font.setPixelSize(11)
        self.setFont(font)
        theme.changed.connect(self.update)

    def show_strips(self, strips: Sequence[Strip]) -> None:
        """Replace what is drawn."""
        self.strips = tuple(strips)
        said = [f"{strip.title} {bar.name} {score(bar.value)}" for strip in strips for bar in strip.bars]
        self.setAccessibleDescription(", ".join(said))
        self.setMinimumHeight(self.sizeHint().height())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for all strips."""
        height = sum(HEAD + ROW * len(strip.bars) + GAP for strip in self.strips)
        return QSize(360, max(height, 60))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw on the screen."""
        painter = QPainter(self)
        self.draw(painter, QRectF(self.rect()))
        painter.end()

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Draw into a picture as large as the widget."""
        painter.save()
        painter.translate(area.topLeft())
        painter.scale(area.width() / max(self.width(), 1), area.height() / max(self.height(), 1))
        painter.setFont(self.font())
        y = 0.0
        for strip in self.strips:
            y = self._strip(painter, strip, y)
        painter.restore()

    def _strip(self, painter: QPainter, strip: Strip, y: float) -> float:
        colours = self.theme.colours
        font = QFont(self.font())
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(colours.text))
        painter.drawText(QRectF(0, y, self.width(), HEAD), Qt.AlignmentFlag.AlignVCenter, strip.title)
        painter.setFont(self.font())
        y += HEAD
        left, right = float(NAME), float(self.width() - VALUE)
        highest = max(
            (each for bar in strip.bars for each in (bar.value, bar.high, strip.base) if each == each), default=1
        )
        for bar in strip.bars:
            self._bar(painter, bar, QRectF(left, y, max(right - left, 10), ROW), highest or 1.0)
            y += ROW
        if strip.base == strip.base:
            place = left + max(right - left, 10) * strip.base / (highest or 1.0)
            pen = QPen(QColor(colours.muted), 1, Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.drawLine(QPointF(place, y - ROW * len(strip.bars)), QPointF(place, y))
            words = f"popularity {score(strip.base)}"
            width = self.fontMetrics().horizontalAdvance(words)
            start = min(place - width / 2, self.width() - width)
            painter.drawText(QRectF(max(start, NAME), y - ROW * len(strip.bars) - HEAD, width + 2, HEAD), 0, words)
        return y + GAP

    def _bar(self, painter: QPainter, bar: Bar, area: QRectF, highest: float) -> None:
        colours = self.theme.colours
        shade = QColor(colours.series[bar.colour % len(colours.series)])
        metrics = self.fontMetrics()
        name = metrics.elidedText(bar.name, Qt.TextElideMode.ElideRight, NAME - 10)
        painter.setPen(QColor(colours.text))
        painter.drawText(QRectF(0, area.top(), NAME - 8, ROW), Qt.AlignmentFlag.AlignVCenter, name)
        if bar.value != bar.value:
            painter.setPen(QColor(colours.muted))
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, "not measured")
            return

        def across(value: float) -> float:
            return area.left() + area.width() * min(max(value / highest, 0.0), 1.0)

        body = QRectF(area.left(), area.top() + 3, across(bar.value) - area.left(), ROW - 6)
        painter.fillRect(body, mixed(shade.name(), colours.surface, 0.55))
        if bar.dash:
            painter.fillRect(body, Qt.BrushStyle.BDiagPattern)
        words = score(bar.value)
        if math.isfinite(bar.low) and math.isfinite(bar.high):
            middle = area.center().y()
            painter.setPen(QPen(shade, 2))
            painter.drawLine(QPointF(across(bar.low), middle), QPointF(across(bar.high), middle))
            for end in (bar.low, bar.high):
                painter.drawLine(QPointF(across(end), middle - 4), QPointF(across(end), middle + 4))
            words += f" ± {score((bar.high - bar.low) / 2)}"
        painter.setPen(QColor(colours.text))
        painter.drawText(
            QRectF(area.right() + 4, area.top(), VALUE - 4, ROW),
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            words,
        )

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        """Copy, save."""
        offer_picture(self, self, self._name, event.globalPos())
