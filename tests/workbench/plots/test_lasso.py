"""Points within a line drawn by hand, by eye and against the area."""

from __future__ import annotations

import numpy as np

from workbench.plots.lasso import inside


def test_that_a_hollow_is_outside() -> None:
    corners = np.array([[0, 0], [4, 0], [4, 4], [2, 1], [0, 4]], float)
    points = np.array([[1, 1], [2, 0.5], [2, 2], [3.8, 3], [5, 1], [-1, 0.5], [np.nan, 1]], np.float32)
    assert inside(corners, points).tolist() == [True, True, False, True, False, False, False]


def test_that_a_crossing_line_leaves_out_what_it_encircles_twice() -> None:
    twice = np.array([[0, 0], [4, 0], [4, 4], [0, 4], [0, 0], [1, 1], [3, 1], [3, 3], [1, 3], [1, 1]], float)
    points = np.array([[0.5, 0.5], [2, 2]], np.float32)
    assert inside(twice, points).tolist() == [True, False]


def test_that_a_long_line_holds_as_many_as_its_area() -> None:
    turn = np.linspace(0, 2 * np.pi, 5_000, endpoint=False)
    circle = np.stack([np.cos(turn), np.sin(turn)], 1)
    points = np.random.default_rng(0).uniform(-1, 1, (20_000, 2)).astype(np.float32)
    found = inside(circle, points)
    away = np.hypot(points[:, 0], points[:, 1])
    assert found[away < 0.99].all()
    assert not found[away > 1.0001].any()
