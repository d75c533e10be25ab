"""The dots of the compiled loop against those of whole images."""

from __future__ import annotations

import numpy as np
import pytest

from core.kernels.painting import paint_dots, paint_dots_reference


@pytest.mark.parametrize(("radius", "strength"), [(0.6, 1.0), (2.3, 0.5), (7.0, 0.9)])
def test_that_dots_are_those_of_the_reference(radius: float, strength: float) -> None:
    generator = np.random.default_rng(1)
    # centres where the compiled loop has its places within a pixel
    x, y = ((generator.integers(-48, 208, 200) / 4 + 0.125).astype(np.float32) for _ in range(2))
    shades = generator.integers(0, 1 << 24, 200).astype(np.uint32)
    order = generator.permutation(200)[:150].astype(np.int32)
    images = [np.full((30, 40), 0xFFF7F8FA, np.uint32) for _ in range(2)]
    paint_dots(images[0], x, y, shades, order, radius, strength)
    paint_dots_reference(images[1], x, y, shades, order, radius, strength)
    channels = [np.stack([(image >> shift) & 255 for shift in (24, 16, 8, 0)]).astype(int) for image in images]
    assert np.abs(channels[0] - channels[1]).max() <= 2
    assert len(np.unique(images[0])) > 20


def test_that_what_has_no_place_is_not_drawn() -> None:
    image = np.full((4, 4), 0xFF000000, np.uint32)
    x = np.array([np.nan, np.inf, -50, 1e9], np.float32)
    paint_dots(image, x, np.full(4, 2, np.float32), np.full(4, 0xFFFFFF, np.uint32), np.arange(4, dtype=np.int32), 2, 1)
    assert (image == 0xFF000000).all()


def test_that_a_dot_lies_over_an_earlier_one() -> None:
    image = np.zeros((5, 5), np.uint32)
    shades = np.array([0xFF0000, 0x0000FF], np.uint32)
    middle = np.full(2, 2.5, np.float32)
    paint_dots(image, middle, middle, shades, np.array([1, 0], np.int32), 2.0, 1.0)
    assert int(image[2, 2]) == 0xFFFF0000
