"""Many round dots drawn into one image, their edges smooth, later dots over earlier ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Image = npt.NDArray[np.uint32]
Places = npt.NDArray[np.float32]
Shades = npt.NDArray[np.uint32]
Order = npt.NDArray[np.int32]

PARTS = 4
"""Places within a pixel, each way, that a centre is moved to: a quarter of a pixel is not seen."""
RED_BLUE, GREEN, OPAQUE = 0xFF00FF, 0x00FF00, 0xFF000000


def stamps(radius: float, strength: float) -> npt.NDArray[np.int64]:
    """What a dot covers of the pixels around it, in 256ths, ``[parts down, parts across, side, side]``.

    Args:
        radius: in pixels.
        strength: share of its colour that a dot covers what lies under it with, 0..1.
    """
    reach = int(np.ceil(radius + 0.5))
    offsets = (np.arange(PARTS) + 0.5) / PARTS
    pixels = np.arange(-reach, reach + 1) + 0.5
    away = np.hypot(
        (pixels[None, None, :, None] - offsets[:, None, None, None]),
        (pixels[None, None, None, :] - offsets[None, :, None, None]),
    )
    return (256 * strength * np.clip(radius + 0.5 - away, 0, 1)).astype(np.int64)


def paint_dots(
    image: Image, x: Places, y: Places, shades: Shades, order: Order, radius: float, strength: float
) -> None:
    """Draw dots over what is in the image.

    Args:
        image: ``[height, width]`` of ``0xffRRGGBB``, written.
        x, y: centres in pixels, 0 is the outer edge of the first pixel; dots outside are passed over.
        shades: colour of each dot, ``0xRRGGBB``.
        order: which dots are drawn, the undermost first.
    """
    press(image, x, y, shades, order, stamps(radius, strength))


@njit(nogil=True, cache=True)
def press(image: Image, x: Places, y: Places, shades: Shades, order: Order, covers: npt.NDArray[np.int64]) -> None:
    """Draw dots with ready stamps; ``covers`` is what ``stamps`` gives."""
    height, width = image.shape
    side = covers.shape[2]
    reach = side // 2
    for at in order:
        across, down = x[at], y[at]
        # written so that it is also true of what is no number
        if not (-reach <= across < width + reach and -reach <= down < height + reach):
            continue
        column, row = int(np.floor(across)), int(np.floor(down))
        cover = covers[int((down - row) * PARTS), int((across - column) * PARTS)]
        shade = np.int64(shades[at])
        red_blue, green = shade & RED_BLUE, shade & GREEN
        left, top = column - reach, row - reach
        for i in range(max(-top, 0), min(side, height - top)):
            line = image[top + i]
            # no branch within: pixels that are not covered are written as they are
            for j in range(max(-left, 0), min(side, width - left)):
                share, under = cover[i, j], np.int64(line[left + j])
                line[left + j] = (
                    OPAQUE
                    | (((under & RED_BLUE) + (((red_blue - (under & RED_BLUE)) * share) >> 8)) & RED_BLUE)
                    | (((under & GREEN) + (((green - (under & GREEN)) * share) >> 8)) & GREEN)
                )


def paint_dots_reference(
    image: Image, x: Places, y: Places, shades: Shades, order: Order, radius: float, strength: float
) -> None:
    """The same on whole images with exact centres, one dot after the other."""
    height, width = image.shape
    down, across = np.mgrid[0:height, 0:width] + 0.5
    for at in order.tolist():
        away = np.hypot(across - float(x[at]), down - float(y[at]))
        share = (256 * strength * np.clip(radius + 0.5 - away, 0, 1)).astype(np.int64)
        mixed = np.zeros((height, width), np.int64)
        for shift in (16, 8, 0):
            colour, under = (int(shades[at]) >> shift) & 255, (image.astype(np.int64) >> shift) & 255
            mixed |= ((colour * share + under * (256 - share)) >> 8) << shift
        image[:] = (mixed | OPAQUE).astype(np.uint32)
