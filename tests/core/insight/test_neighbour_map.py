"""The map keeps neighbours near, tells how far it is, and can be stopped; neighbours against scikit-learn's."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.neighbors import NearestNeighbors

from core.insight.neighbour_map import Ended, Step, nearest_by_cosine, nearest_by_groups, neighbour_map
from core.insight.projection import unit_rows


def groups(rows: int = 240) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    generator = np.random.default_rng(5)
    truth = np.arange(rows) % 6
    centres = generator.normal(size=(6, 12))
    vectors = (centres[truth] + 0.3 * generator.normal(size=(rows, 12))) * generator.uniform(0.2, 5, (rows, 1))
    return vectors.astype(np.float32), truth


def test_that_the_nearest_are_those_of_scikit_learn() -> None:
    unit = unit_rows(groups(700)[0])
    rows, distances = nearest_by_cosine(unit, 7)
    expected, places = NearestNeighbors(n_neighbors=8, algorithm="brute").fit(unit).kneighbors(unit)
    np.testing.assert_allclose(distances, expected[:, 1:], atol=1e-3)
    assert (rows == places[:, 1:]).mean() > 0.99


def test_that_looking_in_groups_finds_nearly_all_neighbours() -> None:
    unit = unit_rows(groups(4_000)[0])
    exact, distances = nearest_by_cosine(unit, 10)
    rows, found = nearest_by_groups(unit, 10)
    shared = [len(set(a) & set(b)) for a, b in zip(exact.tolist(), rows.tolist(), strict=True)]
    assert np.mean(shared) > 9
    assert (found >= distances - 1e-6).all()
    assert not (rows == np.arange(4_000)[:, None]).any()
    cosines = np.einsum("rw,rkw->rk", unit, unit[rows])
    np.testing.assert_allclose(found, np.sqrt(np.maximum(2 - 2 * cosines, 0)), atol=2e-3)


def test_that_neighbours_stay_near_on_the_map() -> None:
    vectors, truth = groups()
    steps: list[Step] = []

    def watch(step: Step) -> bool:
        steps.append(step)
        return True

    points = neighbour_map(vectors, watch)
    assert points.shape == (240, 2)
    near = NearestNeighbors(n_neighbors=6).fit(points).kneighbors(points, return_distance=False)[:, 1:]
    assert (truth[near] == truth[:, None]).mean() > 0.95
    fractions = [step.fraction for step in steps]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert sum(step.points is not None for step in steps) == 45
    assert np.array_equal(points, neighbour_map(vectors, lambda step: True))


@pytest.mark.parametrize("after", [0, 3])
def test_that_it_ends_when_nobody_wants_more(after: int) -> None:
    steps: list[Step] = []

    def watch(step: Step) -> bool:
        steps.append(step)
        return len(steps) <= after

    with pytest.raises(Ended):
        neighbour_map(groups()[0], watch)
    assert len(steps) == after + 1


@pytest.mark.parametrize("rows", [0, 1, 4])
def test_that_a_few_rows_are_not_arranged(rows: int) -> None:
    assert neighbour_map(groups()[0][:rows], lambda step: True).shape == (rows, 2)


def test_that_equal_vectors_are_no_fault() -> None:
    assert np.isfinite(neighbour_map(np.ones((40, 3), np.float32), lambda step: True)).all()
    assert np.isfinite(neighbour_map(np.zeros((9, 3), np.float32), lambda step: True)).all()
