"""What the lines of a plot are, as a row of coloured names over it."""

from __future__ import annotations

from collections.abc import Sequence

from pyqtgraph.graphicsItems.ScatterPlotItem import Symbols
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.plots.pens import DASH
from workbench.theme import Theme

SWATCH = 16
GAP = 12
SYMBOL = 8


Entry = tuple[int | str, str, bool | str]
"""Colour, text, and whether the line is dashed, or the symbol that stands on it."""


class Legend(QWidget):
    """Draws entries from left to right; what does not fit is cut at the right."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._entries: tuple[Entry, ...] = ()
        font = self.font()
        font.setPixelSize(11)
        self.setFont(font)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """One line of text."""
        return QSize(60, self.fontMetrics().height() + 2)

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Replace the names."""
        if tuple(entries) != self._entries:
            self._entries = tuple(entries)
            self.setAccessibleName(", ".join(text for _, text, _ in entries))
            self.setToolTip(", ".join(text for _, text, _ in entries).replace("<", "‹"))
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the swatches and names, the last one at the right edge."""
        painter = QPainter(self)
        metrics = self.fontMetrics()
        widths = [SWATCH + 4 + metrics.horizontalAdvance(text) + GAP for _, text, _ in self._entries]
        x = max(self.width() - sum(widths) + GAP, 0)
        colours, middle = self._theme.colours, self.height() / 2
        for (colour, text, dash), width in zip(self._entries, widths, strict=True):
            if x + width - GAP > self.width() + 1:
                break
            series = colours.series
            shade = series[colour % len(series)] if isinstance(colour, int) else getattr(colours, colour, colour)
            pen = QPen(QColor(shade), 2)
            if dash is True:
                pen.setDashPattern([each / 2 for each in DASH])
            painter.setPen(pen)
            painter.drawLine(QPointF(x, middle), QPointF(x + SWATCH, middle))
            if isinstance(dash, str):
                painter.save()
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.translate(x + SWATCH / 2, middle)
                painter.scale(SYMBOL, SYMBOL)
                painter.fillPath(Symbols[dash], QColor(shade))
                painter.restore()
            painter.setPen(QColor(colours.text))
            painter.drawText(int(x + SWATCH + 4), 0, width, self.height(), Qt.AlignmentFlag.AlignVCenter, text)
            x += width
        painter.end()
