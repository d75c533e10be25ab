from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.plots.ranges import growing_end, steady_range


@pytest.mark.parametrize(("value", "end"), [(0, 1), (0.7, 0.8), (1, 1), (1.2, 1.5), (9, 10), (11, 15), (61, 80)])
def test_that_an_axis_ends_at_a_round_number(value: float, end: float) -> None:
    assert growing_end(value) == pytest.approx(end)


def test_that_an_axis_does_not_grow_beyond_what_is_planned() -> None:
    assert growing_end(11, 12) == 12
    assert growing_end(13, 12) == 13


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_that_all_numbers_lie_within(values: list[float]) -> None:
    low, high = steady_range([values, [math.nan]])
    assert low <= min(values)
    assert high >= max(values)
    assert high > low


def test_that_a_range_seldom_changes_while_a_loss_falls() -> None:
    losses = 0.1 + 0.6 * np.exp(-np.linspace(0, 5, 500))
    ranges = {steady_range([losses[:end]]) for end in range(50, 500)}
    assert len(ranges) <= 12
    assert steady_range([]) == (0.0, 1.0)
    assert steady_range([[3.0, 7.0]], standing=True) == (0.0, 8.0)
