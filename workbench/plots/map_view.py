"""Where a map is looked at, and which pixel shows which place of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QSize

Points = npt.NDArray[np.float32]

MARGIN = 16


@dataclass(frozen=True)
class View:
    """What of the map is seen; upwards on the map is upwards on the screen.

    Attributes:
        across, down: the place of the map in the middle of the widget.
        scale: pixels a unit.
    """

    across: float
    down: float
    scale: float

    def moved(self, across: float, down: float) -> View:
        """What is seen after a move by pixels."""
        return View(self.across - across / self.scale, self.down + down / self.scale, self.scale)

    def world(self, at: QPointF, size: QSize) -> QPointF:
        """The place of the map at a pixel of a widget of this size."""
        return QPointF(
            self.across + (at.x() - size.width() / 2) / self.scale,
            self.down - (at.y() - size.height() / 2) / self.scale,
        )

    def pixel(self, across: float, down: float, size: QSize) -> QPointF:
        """The pixel of a place of the map."""
        return QPointF(
            size.width() / 2 + (across - self.across) * self.scale,
            size.height() / 2 - (down - self.down) * self.scale,
        )

    def pixels(self, points: Points, size: QSize) -> Points:
        """The pixels of many places, ``[points, 2]``."""
        middle = np.array([size.width() / 2, size.height() / 2], np.float32)
        turned = np.array([self.scale, -self.scale], np.float32)
        return (points - np.array([self.across, self.down], np.float32)) * turned + middle


def whole(points: Points, size: QSize) -> View:
    """The view that shows all points ``[points, 2]`` in a widget of this size; what is no number is left out."""
    known = points[np.isfinite(points).all(1)]
    if not len(known):
        return View(0, 0, 1)
    low, high = known.min(0).astype(float), known.max(0).astype(float)
    span = np.maximum(high - low, 1e-9)
    room = max(size.width() - 2 * MARGIN, 16), max(size.height() - 2 * MARGIN, 16)
    middle = (low + high) / 2
    return View(float(middle[0]), float(middle[1]), float(min(room[0] / span[0], room[1] / span[1])))
