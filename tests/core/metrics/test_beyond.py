from __future__ import annotations

import math

import numpy as np
import pytest

from core.metrics import beyond_accuracy
from core.metrics.beyond import Popularity
from tests.core.rankings import events

LISTS = np.array([[0, 1], [0, 2], [0, -1], [-1, -1]], np.int32)
POPULARITY = Popularity(np.array([8, 4, 1, 0]), 8)


def test_that_popularity_counts_distinct_training_users() -> None:
    found = Popularity.of(events({0: [1, 1, 2], 2: [1]}, 3, 4))
    assert found.counts.tolist() == [0, 2, 1, 0]
    assert found.users == 2


def test_that_coverage_is_the_share_of_the_catalogue_that_is_listed() -> None:
    found = beyond_accuracy(LISTS, POPULARITY, [1, 2])
    assert found["coverage@1"] == 1 / 4
    assert found["coverage@2"] == 3 / 4


def test_that_novelty_is_the_mean_self_information_in_bits() -> None:
    # items of popularity 8/8, 4/8, 1/8 hold 0, 1 and 3 bits; the user without a list plays no part
    assert beyond_accuracy(LISTS, POPULARITY, [2])["novelty@2"] == pytest.approx((0.5 + 1.5 + 0) / 3)


def test_that_an_item_nobody_met_is_as_surprising_as_one_met_by_one() -> None:
    alone = np.array([[3]], np.int32)
    assert beyond_accuracy(alone, POPULARITY, [1])["novelty@1"] == pytest.approx(math.log2(8))


def test_that_popularity_is_the_mean_share_of_training_users() -> None:
    found = beyond_accuracy(LISTS, POPULARITY, [2])["popularity@2"]
    assert found == pytest.approx(((1 + 0.5) / 2 + (1 + 1 / 8) / 2 + 1) / 3)


def test_that_gini_is_0_for_equal_and_high_for_concentrated_lists() -> None:
    equal = np.array([[0], [1], [2], [3]], np.int32)
    always = np.array([[2], [2], [2], [2]], np.int32)
    assert beyond_accuracy(equal, POPULARITY, [1])["gini@1"] == pytest.approx(0)
    assert beyond_accuracy(always, POPULARITY, [1])["gini@1"] == pytest.approx(3 / 4)


def test_that_gini_is_the_mean_absolute_difference_over_twice_the_mean() -> None:
    random = np.random.default_rng(5)
    lists = random.integers(0, 30, (40, 7)).astype(np.int32)
    counts = np.bincount(lists.ravel(), minlength=30)
    pairs = np.abs(counts[:, None] - counts[None]).mean() / (2 * counts.mean())
    found = beyond_accuracy(lists, Popularity(np.ones(30, np.int64), 1), [7])
    assert found["gini@7"] == pytest.approx(pairs)


def test_that_empty_lists_give_zeros_and_no_division_by_zero() -> None:
    found = beyond_accuracy(np.full((2, 3), -1, np.int32), Popularity(np.zeros(4, np.int64), 0), [3])
    assert found == {"coverage@3": 0, "novelty@3": 0, "popularity@3": 0, "gini@3": 0}
