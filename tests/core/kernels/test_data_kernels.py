from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from core.kernels.coring import peel, peel_reference
from core.kernels.drawing import draw_parts, draw_parts_reference
from core.kernels.grouping import group, group_reference, order_by_time, order_by_time_reference
from core.kernels.pairs import (
    first_of_pair,
    first_of_pair_reference,
    last_of_pair,
    met_before,
    met_before_reference,
    sum_of_pair,
    sum_of_pair_reference,
)

USERS, ITEMS = 6, 5

pairs = st.lists(st.tuples(st.integers(0, USERS - 1), st.integers(0, ITEMS - 1)), max_size=50)
Arrays = tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.int64]]


def grouped(rows: list[tuple[int, int]]) -> Arrays:
    rows = sorted(rows, key=lambda row: row[0])
    users = np.array([user for user, _ in rows], np.int32)
    items = np.array([item for _, item in rows], np.int32)
    return users, items, np.concatenate([[0], np.cumsum(np.bincount(users, minlength=USERS))]).astype(np.int64)


@given(st.lists(st.tuples(st.integers(0, USERS - 1), st.integers(-3, 3)), max_size=50))
def test_that_rows_are_grouped_and_ordered_as_by_a_stable_sort(rows: list[tuple[int, int]]) -> None:
    users = np.array([user for user, _ in rows], np.int32)
    times = np.array([time for _, time in rows], np.int64)
    indptr, order = np.empty(USERS + 1, np.int64), np.empty(len(rows), np.int32)
    group(users, indptr, order)
    expected_indptr, expected = group_reference(users, USERS)
    np.testing.assert_array_equal(indptr, expected_indptr)
    np.testing.assert_array_equal(order, expected)
    order_by_time(indptr, order, times)
    np.testing.assert_array_equal(order, order_by_time_reference(indptr, expected, times))


def test_that_long_groups_with_ties_are_put_into_time_order() -> None:
    random = np.random.default_rng(3)
    indptr = np.cumsum([0, 0, 1, 23, 24, 25, 47, 48, 49, 200, 3000]).astype(np.int64)
    order = np.arange(indptr[-1], dtype=np.int64)
    for span in (2, 40, 1_000_000):
        times = random.integers(-span, span, len(order))
        sorted_order = order.copy()
        order_by_time(indptr, sorted_order, times)
        np.testing.assert_array_equal(sorted_order, order_by_time_reference(indptr, order, times))


@given(pairs)
def test_that_repeats_are_found_as_by_a_set(rows: list[tuple[int, int]]) -> None:
    users, items, indptr = grouped(rows)
    np.testing.assert_array_equal(first_of_pair(indptr, items, ITEMS), first_of_pair_reference(users, items))
    backwards = first_of_pair_reference(users[::-1], items[::-1])[::-1]
    np.testing.assert_array_equal(last_of_pair(indptr, items, ITEMS), backwards)
    amounts = np.linspace(1, 2, len(items)).astype(np.float32)
    np.testing.assert_array_equal(
        sum_of_pair(indptr, items, amounts, ITEMS), sum_of_pair_reference(users, items, amounts)
    )


@given(pairs, pairs)
def test_that_known_pairs_are_found_as_by_a_set(known: list[tuple[int, int]], asked: list[tuple[int, int]]) -> None:
    known_users, known_items, known_indptr = grouped(known)
    users, items, indptr = grouped(asked)
    np.testing.assert_array_equal(
        met_before(known_indptr, known_items, indptr, items, ITEMS),
        met_before_reference(known_users, known_items, users, items),
    )


@given(pairs, st.integers(1, 4), st.integers(1, 4))
def test_that_peeling_reaches_the_fixed_point_of_the_rounds(
    rows: list[tuple[int, int]], minimum_user: int, minimum_item: int
) -> None:
    users, items, indptr = grouped(rows)
    distinct = first_of_pair_reference(users, items)
    found = peel(indptr, items, distinct, ITEMS, minimum_user, minimum_item)
    expected = peel_reference(users, items, USERS, ITEMS, minimum_user, minimum_item)
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)), max_size=8), st.integers(0, 1000))
def test_that_exact_numbers_are_drawn_from_each_group(groups: list[tuple[int, int, int]], seed: int) -> None:
    sizes = np.array([a + b + c for a, b, c in groups], np.int64)
    first, second = (np.array([each[at] for each in groups], np.int64) for at in (0, 1))
    indptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    uniforms = np.random.default_rng(seed).random(indptr[-1])
    parts = draw_parts(indptr, uniforms, first, second)
    np.testing.assert_array_equal(parts, draw_parts_reference(indptr, uniforms, first, second))
    for at in range(len(groups)):
        drawn = np.bincount(parts[indptr[at] : indptr[at + 1]], minlength=3)
        assert (drawn[1], drawn[2]) == (first[at], second[at])


def test_that_each_event_is_drawn_equally_often() -> None:
    groups, size = 20_000, 5
    indptr = np.arange(groups + 1, dtype=np.int64) * size
    one = np.ones(groups, np.int64)
    uniforms = np.random.default_rng(7).random(groups * size)
    parts = draw_parts(indptr, uniforms, one, one * 2).reshape(groups, size)
    # standard error of a share near .4 over 20,000 draws is .0035
    np.testing.assert_allclose((parts == 1).mean(0), 0.2, atol=0.014)
    np.testing.assert_allclose((parts == 2).mean(0), 0.4, atol=0.014)
