"""Many points as dots of one image, a few of them before the others."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage

from core.kernels.painting import paint_dots
from workbench.plots.map_view import Points
from workbench.theme import Colours

Mask = npt.NDArray[np.bool_]

FEW = 200
"""Up to so many chosen points are drawn larger."""
DIM = 0.25
"""Strength of points that are not chosen while others are."""


def radius_of_dots(count: int, nearer: float) -> float:
    """In pixels: smaller where there are many, larger when one is ``nearer`` than where all are seen."""
    base = 3.2 if count <= 3_000 else 2.3 if count <= 20_000 else 1.4
    grown: float = max(nearer, 1.0) ** 0.35
    return min(base * grown, 6.0)


def image_of_dots(
    size: QSize,
    ratio: float,
    pixels: Points,
    shades: npt.NDArray[np.uint32],
    lit: Mask | None,
    radius: float,
    colours: Colours,
) -> QImage:
    """Paint all points.

    Args:
        size: of the widget; the image has ``ratio`` pixels for each of its own.
        pixels: of the widget, where the points are, ``[points, 2]``.
        shades: colours of the points, ``0xRRGGBB``, ``[points]``.
        lit: those before the others, ``[points]``; None for all alike.
        radius: in pixels of the widget.
    """
    width, height = max(round(size.width() * ratio), 1), max(round(size.height() * ratio), 1)
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor(colours.surface))
    if not len(pixels):
        return image
    canvas = np.frombuffer(image.bits(), np.uint32).reshape(height, image.bytesPerLine() // 4)[:, :width]
    places = pixels * np.float32(ratio)
    x, y = np.ascontiguousarray(places[:, 0]), np.ascontiguousarray(places[:, 1])
    if lit is None:
        paint_dots(canvas, x, y, shades, np.arange(len(x), dtype=np.int32), radius * ratio, 0.8)
        return image
    grey = np.full(len(x), QColor(colours.muted).rgb() & 0xFFFFFF, np.uint32)
    paint_dots(canvas, x, y, grey, _numbers(~lit), radius * ratio, DIM)
    # a few are looked for among many
    more = 2.0 if np.count_nonzero(lit) <= FEW else 0.5
    paint_dots(canvas, x, y, shades, _numbers(lit), radius * ratio + more * ratio, 1.0)
    return image


def _numbers(which: Mask) -> npt.NDArray[np.int32]:
    return np.flatnonzero(which).astype(np.int32)
