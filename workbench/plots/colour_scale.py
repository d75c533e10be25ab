"""Numbers as colours: from 0 up by viridis, or around 0 from blue over white to orange."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QImage

from workbench.words import number

VIRIDIS = ("#440154", "#482878", "#3E4989", "#31688E", "#26828E", "#1F9E89", "#35B779", "#6DCD59", "#B4DE2C", "#FDE725")
"""Ten points of viridis (van der Walt and Smith 2015, CC0), even in lightness."""
DIVERGING = ("#0B4F8A", "#3C8CC4", "#A9CFE8", "#FFFFFF", "#F7CE94", "#E59730", "#A35A00")
SHADES = 256


def shades(anchors: Sequence[str]) -> npt.NDArray[np.uint32]:
    """256 colours between anchors, as Qt's RGB32."""
    points = np.array([[QColor(each).red(), QColor(each).green(), QColor(each).blue()] for each in anchors], np.float64)
    at = np.linspace(0, len(anchors) - 1, SHADES)
    mixed = np.stack([np.interp(at, np.arange(len(anchors)), points[:, part]) for part in range(3)], 1).round()
    red, green, blue = mixed.astype(np.uint32).T
    made: npt.NDArray[np.uint32] = (np.uint32(0xFF000000) | red << 16 | green << 8 | blue).astype(np.uint32)
    return made


@dataclass(frozen=True, eq=False)
class ColourScale:
    """Colours from 0, or from ``-top``, to ``top``.

    Attributes:
        shades: ``[SHADES]``, from the lowest number to the highest.
        diverging: blue below 0, white at 0, orange above.
        top: the highest number.
    """

    shades: npt.NDArray[np.uint32]
    diverging: bool
    top: float = 1.0

    @property
    def bottom(self) -> float:
        """The lowest number."""
        return -self.top if self.diverging else 0.0

    def image(self, values: npt.NDArray[np.float32]) -> QImage:
        """Numbers ``[rows, columns]`` as one pixel each; those beyond the ends, and what is none, take an end."""
        share = (values / self.top + 1) / 2 if self.diverging else values / self.top
        at = np.clip(np.nan_to_num(share) * (SHADES - 1), 0, SHADES - 1).round().astype(np.int64)
        return _pixels(self.shades[at])

    def bar(self) -> QImage:
        """All colours below each other, the highest on top."""
        return _pixels(self.shades[::-1].reshape(-1, 1))


def colour_scale(diverging: bool) -> ColourScale:
    """A scale to 1."""
    return ColourScale(shades(DIVERGING if diverging else VIRIDIS), diverging)


def highest_of(tables: Sequence[npt.NDArray[np.float32]]) -> float:
    """The largest size of a number in some tables; 1 where there is none that a scale could end at."""
    largest = max((float(np.abs(values).max()) for values in tables if values.size), default=0.0)
    return largest if np.isfinite(largest) and largest > 0 else 1.0


def scale_text(value: float) -> str:
    """A number of the scale, as it stands beside the bar."""
    return number(value) if value else "0"


def _pixels(shades: npt.NDArray[np.uint32]) -> QImage:
    pixels = np.ascontiguousarray(shades)
    rows, columns = pixels.shape
    return QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32).copy()
