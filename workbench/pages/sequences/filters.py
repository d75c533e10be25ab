"""Caser's filters on the window in hand: horizontal activations by height, vertical weights by lag."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from workbench.jobs.sequencing import Looked
from workbench.pages.sequences.editor import lag
from workbench.plots.heat import HeatMap
from workbench.plots.heat_layout import Block, Cell
from workbench.theme import Theme
from workbench.widgets.elided import elide_caption
from workbench.widgets.parts import Card
from workbench.words import number

LOWEST = 112
HELP = "framed: where max-pooling found the most"


class FiltersCard(Card):
    """``covered`` tells the places of the window that the filter under the mouse covers, a range."""

    covered = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__("Filters", " ")
        self._looked: Looked | None = None
        self._length = 0
        self.horizontal = HeatMap(theme, "Horizontal filters", self._horizontal_words)
        self.vertical = HeatMap(theme, "Vertical filters", self._vertical_words, diverging=True)
        self.horizontal.pointed.connect(self._point)
        self.vertical.pointed.connect(self._point_lag)
        across = QHBoxLayout()
        across.setSpacing(16)
        across.addWidget(self.horizontal, 9)
        across.addWidget(self.vertical, 4)
        for heat in (self.horizontal, self.vertical):
            heat.setMinimumHeight(LOWEST)
        self.body.addLayout(across, 1)
        self.words = elide_caption(self)

    def show_looked(self, looked: Looked, length: int) -> None:
        """Show the filters on a window of ``length`` places."""
        self._looked, self._length = looked, length
        lags = tuple(lag(length, place) for place in range(length))
        self.horizontal.show_blocks(
            [
                Block(f"h={each.height}", each.values, lags[: length - each.height + 1], each.winners)
                for each in looked.heights
            ]
        )
        self.vertical.show_blocks([] if looked.lags is None else [Block("vertical", looked.lags, lags)])
        self._say()
        self._point(self.horizontal.cell)

    def _say(self) -> None:
        looked = self._looked
        if looked is None:
            return
        off = [
            name for name, there in (("horizontal", looked.heights), ("vertical", looked.lags is not None)) if not there
        ]
        if off:
            self.words.show_text(f"This model was trained without {' and '.join(off)} filters.")
            return
        silent = sum(int((each.winners < 0).sum()) for each in looked.heights)
        every = sum(len(each.winners) for each in looked.heights)
        self.words.show_text(f"{every - silent} of {every} respond; {HELP}")

    def _covers(self, cell: Cell) -> range:
        height = cell[0] + 1
        return range(cell[2], cell[2] + height)

    def _point(self, cell: Cell | None) -> None:
        self.covered.emit(range(0) if cell is None else self._covers(cell))
        if cell is None:
            self._say()
        else:
            self.words.show_text(self._horizontal_words(cell))

    def _point_lag(self, cell: Cell | None) -> None:
        self.covered.emit(range(0) if cell is None else range(cell[2], cell[2] + 1))
        if cell is None:
            self._say()
        else:
            self.words.show_text(self._vertical_words(cell))

    def _horizontal_words(self, cell: Cell) -> str:
        if self._looked is None:
            return ""
        each = self._looked.heights[cell[0]]
        covers = self._covers(cell)
        ends = [lag(self._length, covers[0]), lag(self._length, covers[-1])]
        where = ends[0] if len(covers) == 1 else f"{ends[0]} to {ends[1]}"
        value = float(each.values[cell[1], cell[2]])
        won = ", wins the max-pooling" if each.winners[cell[1]] == cell[2] else ""
        return f"Height {each.height}, filter {cell[1] + 1}, {where}: {number(value) if value else '0'}{won}"

    def _vertical_words(self, cell: Cell) -> str:
        if self._looked is None or self._looked.lags is None:
            return ""
        value = float(self._looked.lags[cell[1], cell[2]])
        return f"Vertical filter {cell[1] + 1}, {lag(self._length, cell[2])}: weight {number(value)}"
