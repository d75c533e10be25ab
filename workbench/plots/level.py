"""A dashed line across a plot, or upright in it, with its name on it: a baseline, the best epoch."""

from __future__ import annotations

import math

import pyqtgraph as pg
from PySide6.QtGui import QColor, QFont

from workbench.plots.pens import line_pen
from workbench.theme import Colours

ASIDE = {"position": 0.07, "anchors": [(1.1, 0.5), (1.1, 0.5)]}
"""The name of an upright line stands beside it."""
# below the line in the upper half of the plot and above it in the lower: there it would be cut off
ANCHORS = [(1, 0), (1, 1)]


class Level(pg.InfiniteLine):  # type: ignore[misc]
    """A line that knows its name.

    Args:
        text: the name, a format of which nothing is filled in.
        upright: at a place of the lower axis, not at a height.
        place: where along a line across its name ends, 0..1.
    """

    def __init__(self, text: str, upright: bool, place: float) -> None:
        options = ASIDE if upright else {"position": place, "anchors": ANCHORS}
        super().__init__(angle=90 if upright else 0, label=text, labelOpts={**options, "movable": False})

    def stand(self, value: float, text: str, place: float) -> bool:
        """Take a value, a name and its place where they are other ones; gives whether the value is."""
        moved = bool(self.value() != value)
        if moved:
            self.setValue(value)
        if self.label.format != text:
            self.label.setFormat(text)
        if self.angle == 0 and self.label.orthoPos != place:
            self.label.setPosition(place)
        return moved

    def wear(self, colours: Colours, font: QFont) -> None:
        """Take the colours of a theme, and the height among other lines that belongs to the value."""
        self.setPen(line_pen(QColor(colours.muted), 1, True))
        self.label.setColor(QColor(colours.muted))
        # no other line goes through a name: upright lines lie highest, then those further down, whose names stand above
        self.label.fill = pg.mkBrush(colours.surface)
        self.setZValue(-9 if self.angle == 90 else -10 - math.atan(self.value()) / math.pi)
        self.label.setFont(font)
