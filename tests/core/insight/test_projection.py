"""Principal components against numpy's singular value decomposition, clusters against the truth they were made of."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from core.insight.clusters import spherical_k_means
from core.insight.projection import principal_components, unit_rows


def cloud(rows: int, width: int, seed: int = 0) -> npt.NDArray[np.float32]:
    generator = np.random.default_rng(seed)
    return (generator.normal(size=(rows, width)) * np.linspace(3, 0.1, width) + 5).astype(np.float32)


@pytest.mark.parametrize(("rows", "width"), [(300, 8), (20_000, 5), (4, 9)])
def test_that_components_are_those_of_a_singular_value_decomposition(rows: int, width: int) -> None:
    vectors = cloud(rows, width)
    centred = vectors.astype(np.float64) - vectors.mean(0, dtype=np.float64)
    _, values, right = np.linalg.svd(centred, full_matrices=False)
    found = principal_components(vectors, 3)
    expected = centred @ right[:3].T
    signs = np.sign((expected * found.points).sum(0))
    np.testing.assert_allclose(found.points, expected * signs, atol=2e-3)
    np.testing.assert_allclose(found.shares, (values**2 / (values**2).sum())[:3], atol=1e-6)


def test_that_the_picture_is_the_same_when_rows_come_in_another_order() -> None:
    vectors = cloud(500, 6)
    order = np.random.default_rng(1).permutation(500)
    np.testing.assert_allclose(
        principal_components(vectors[order]).points, principal_components(vectors).points[order], atol=1e-4
    )


@pytest.mark.parametrize("shape", [(0, 4), (1, 4), (5, 1), (5, 0)])
def test_that_too_few_numbers_leave_axes_at_zero(shape: tuple[int, int]) -> None:
    found = principal_components(np.ones(shape, np.float32))
    assert found.points.shape == (shape[0], 2)
    assert not found.points.any()
    assert not found.shares.any()


def test_that_a_zero_vector_has_no_direction() -> None:
    assert unit_rows(np.array([[3, 4], [0, 0]], np.float32)).tolist() == [
        [0.6000000238418579, 0.800000011920929],
        [0, 0],
    ]


def test_that_clusters_are_found_whatever_the_lengths() -> None:
    generator = np.random.default_rng(3)
    truth = generator.choice(4, 400, p=[0.4, 0.3, 0.2, 0.1])
    axes = np.eye(4, 6)[truth]
    vectors = ((axes + 0.05 * generator.normal(size=(400, 6))) * generator.uniform(0.1, 10, (400, 1))).astype(
        np.float32
    )
    found = spherical_k_means(vectors, 4, seed=1)
    sizes = np.bincount(found.labels)
    assert sizes.tolist() == sorted(sizes.tolist(), reverse=True)
    for cluster in range(4):
        assert len(set(truth[found.labels == cluster].tolist())) == 1
    cosine = (unit_rows(vectors) * found.centres[found.labels]).sum(1).mean()
    assert cosine > 0.98


def test_that_no_other_centre_is_nearer() -> None:
    vectors = cloud(600, 5) - 5
    found = spherical_k_means(vectors, 7, seed=0)
    cosines = unit_rows(vectors) @ found.centres.T
    assert (cosines.argmax(1) == found.labels).mean() > 0.999
    for cluster in range(7):
        mean = unit_rows(vectors)[found.labels == cluster].sum(0)
        np.testing.assert_allclose(found.centres[cluster], mean / np.linalg.norm(mean), atol=1e-4)


def test_that_more_clusters_than_rows_and_equal_rows_are_no_fault() -> None:
    assert len(set(spherical_k_means(np.eye(3, dtype=np.float32), 10, 0).labels.tolist())) == 3
    assert sorted(np.bincount(spherical_k_means(np.ones((5, 2), np.float32), 2, 0).labels).tolist()) == [1, 4]
    assert len(spherical_k_means(np.zeros((0, 2), np.float32), 2, 0).labels) == 0


def test_that_clustering_ends_when_it_is_asked_to() -> None:
    asked: list[int] = []

    def once() -> bool:
        asked.append(1)
        return False

    spherical_k_means(cloud(500, 5) - 5, 6, 0, once)
    assert len(asked) == 1
