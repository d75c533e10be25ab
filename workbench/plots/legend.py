"""What the lines of a plot are, as coloured names over it."""

from __future__ import annotations

from collections.abc import Sequence

from pyqtgraph.graphicsItems.ScatterPlotItem import Symbols
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.plots.pens import DASH
from workbench.theme import Theme
from workbench.widgets.parts import tip

SWATCH = 16
GAP = 12
SYMBOL = 8
WIDEST = (10_000, 160, 120, 90, 64)
"""Pixels that a text takes at most, tried one after the other until all entries have room."""
NO_LINE = "none"
"""In the place of a symbol: nothing stands before the text."""


Entry = tuple[int | str, str, bool | str]
"""Colour, text, and whether the line is dashed, or the symbol that stands on it."""


class Legend(QWidget):
    """Draws entries from left to right, to the right edge; of what does not fit it says how much that is.

    Args:
        lines: that the entries may take; where they may take several, long texts are cut before an entry is left out.
    """

    def __init__(self, theme: Theme, lines: int = 1) -> None:
        super().__init__()
        self._theme, self._most = theme, lines
        self._entries: tuple[Entry, ...] = ()
        self._lines: list[list[Entry]] = [[]]
        font = self.font()
        font.setPixelSize(11)
        self.setFont(font)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @property
    def shown(self) -> list[list[str]]:
        """The texts as they stand, line by line."""
        return [[text for _, text, _ in line] for line in self._lines]

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As many lines of text as there are."""
        return QSize(60, self.fontMetrics().height() * len(self._lines) + 2)

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Replace the names."""
        if tuple(entries) != self._entries:
            self._entries = tuple(entries)
            self.setAccessibleName(", ".join(text for _, text, _ in entries))
            self.setToolTip(tip("\n".join(text for _, text, _ in entries)))
            self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """There is room for more or fewer entries."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._arrange()

    def _arrange(self) -> None:
        before = len(self._lines)
        lines: list[list[Entry]] | None = None
        for widest in WIDEST if self._most > 1 else WIDEST[:1]:
            cut = [(colour, self._cut(text, widest), dash) for colour, text, dash in self._entries]
            lines = self._broken(cut)
            if lines:
                break
        for left_out in range(1, len(self._entries) + 1):
            for words in (f"and {left_out} more", f"+{left_out}"):
                lines = lines or self._broken([*cut[: len(cut) - left_out], ("muted", words, NO_LINE)])
        self._lines = lines or [[]]
        if len(self._lines) != before:
            self.updateGeometry()
        self.update()

    def _cut(self, text: str, widest: int) -> str:
        return self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, widest)

    def _broken(self, entries: Sequence[Entry]) -> list[list[Entry]] | None:
        """The entries in lines; None where they take more lines than there may be, or one is wider than a line."""
        lines: list[list[Entry]] = [[]]
        for entry in entries:
            if lines[-1] and self._width([*lines[-1], entry]) > self.width() + 1:
                lines.append([])
            lines[-1].append(entry)
        fits = len(lines) <= self._most and all(self._width(line) <= self.width() + 1 for line in lines)
        return lines if fits else None

    def _width(self, line: Sequence[Entry]) -> int:
        return sum(self._step(entry) for entry in line) - GAP

    def _step(self, entry: Entry) -> int:
        """Pixels from the beginning of an entry to the next one."""
        _, text, dash = entry
        return (0 if dash == NO_LINE else SWATCH + 4) + self.fontMetrics().horizontalAdvance(text) + GAP

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the swatches and names, the end of the longest line at the right edge."""
        painter = QPainter(self)
        left = max(self.width() - max(self._width(line) for line in self._lines), 0)
        high = self.height() / len(self._lines)
        for at, line in enumerate(self._lines):
            x = left
            for entry in line:
                self._paint(painter, entry, QRectF(x, at * high, self._step(entry), high))
                x += self._step(entry)
        painter.end()

    def _paint(self, painter: QPainter, entry: Entry, place: QRectF) -> None:
        colour, text, dash = entry
        colours = self._theme.colours
        series = colours.series
        shade = series[colour % len(series)] if isinstance(colour, int) else getattr(colours, colour, colour)
        if dash == NO_LINE:
            painter.setPen(QColor(shade))
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
            return
        x, middle = place.left(), place.center().y()
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
        painter.drawText(place.adjusted(SWATCH + 4, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)
