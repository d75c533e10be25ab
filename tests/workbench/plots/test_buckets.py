from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from workbench.plots.buckets import bucketed, smoothed


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=3000), st.integers(1, 200))
def test_that_thinning_keeps_every_peak_and_trough(values: list[float], pixels: int) -> None:
    y = np.array(values)
    thin_x, thin_y = bucketed(np.arange(len(y), dtype=np.float64), y, pixels)
    assert thin_y.min() == y.min()
    assert thin_y.max() == y.max()
    assert len(thin_x) == len(thin_y)
    assert (np.diff(thin_x) >= 0).all()
    assert len(thin_y) <= 4 * max(pixels, 16) + len(y) // max(pixels, 16)


def test_that_smoothing_of_a_constant_is_the_constant_and_passes_over_gaps() -> None:
    y = np.array([2.0, np.nan, 2.0, 2.0])
    assert smoothed(y, 0.9).tolist() == [2.0, 2.0, 2.0, 2.0]
    assert smoothed(y, 0.0) is y
