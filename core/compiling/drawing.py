"""Paint a map of a few dots."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.kernels.painting import paint_dots


def paint_tiny_map(folder: Path) -> None:
    """Do it; nothing is written."""
    image = np.zeros((8, 8), np.uint32)
    places, order = np.arange(4, dtype=np.float32), np.arange(4, dtype=np.int32)
    paint_dots(image, places, places, np.zeros(4, np.uint32), order, 2.0, 0.5)
