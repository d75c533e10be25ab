"""Pens for lines of a plot: as wide on the screen whatever is zoomed, solid, dashed or in a pattern."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtGui import QColor, QPen

DASH = (6.0, 4.0)


def line_pen(colour: QColor, width: float, dash: bool | tuple[float, ...]) -> QPen:
    """A pen; ``dash`` can be a pattern of its own, in widths of the pen."""
    pen: QPen = pg.mkPen(colour, width=width)
    if dash:
        pen.setDashPattern(list(dash if isinstance(dash, tuple) else DASH))
    pen.setCosmetic(True)
    return pen
