from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernels.topk import best_rows, best_rows_reference

NOTHING = np.zeros(0, np.int32)


def listed(
    scores: np.ndarray, hidden: list[list[int]], excluded: list[int], k: int
) -> tuple[list[list[int]], list[list[float]]]:
    indptr = np.concatenate([[0], np.cumsum([len(each) for each in hidden])]).astype(np.int64)
    items = np.array([item for each in hidden for item in each], np.int32)
    users = np.arange(len(scores), dtype=np.int32)
    nobodys = np.array(excluded, np.int32)
    out = np.full((len(scores), k), -1, np.int32)
    values = np.full((len(scores), k), np.nan, np.float32)
    lengths = np.zeros(len(scores), np.int32)
    assert best_rows(scores, 0, len(scores), users, indptr, items, nobodys, out, values, lengths) == -1
    assert best_rows_reference(scores, users, indptr, items, nobodys, k) == [
        row[:length].tolist() for row, length in zip(out, lengths, strict=True)
    ]
    for row, length in enumerate(lengths):
        assert (out[row, length:] == -1).all()
        assert np.isnan(values[row, length:]).all()
        assert values[row, :length].tolist() == scores[row, out[row, :length]].tolist()
    return [row[:length].tolist() for row, length in zip(out, lengths, strict=True)], values.tolist()


@given(st.data())
def test_that_short_rows_are_listed_as_a_stable_sort_does(data: st.DataObject) -> None:
    n_items = data.draw(st.integers(1, 12))
    numbers = st.sampled_from([-np.inf, -2.0, 0.0, -0.0, 1.0, 1.0, 3.5, np.inf])
    row = st.lists(numbers, min_size=n_items, max_size=n_items)
    scores = np.array(data.draw(st.lists(row, min_size=1, max_size=3)), np.float32)
    some = st.sets(st.integers(0, n_items - 1)).map(sorted)
    hidden = [data.draw(some) for _ in scores]
    listed(scores, hidden, data.draw(some), data.draw(st.integers(1, n_items)))


@given(
    st.integers(0, 2**32 - 1),
    st.integers(100, 5000),
    st.integers(1, 300),
    st.sampled_from([2, 20, 10**6]),
    st.floats(0, 1),
)
def test_that_long_rows_are_listed_as_a_stable_sort_does(
    seed: int, n_items: int, k: int, values: int, share: float
) -> None:
    random = np.random.default_rng(seed)
    scores = random.integers(0, values, (3, n_items)).astype(np.float32)
    hidden = [np.flatnonzero(random.random(n_items) < share).tolist() for _ in range(3)]
    excluded = np.flatnonzero(random.random(n_items) < 0.1).tolist()
    listed(scores, hidden, excluded, min(k, n_items))


def test_that_hidden_items_are_left_out_though_they_hold_all_the_highest_scores() -> None:
    scores = np.arange(400, dtype=np.float32)[None]
    lists, _ = listed(scores, [list(range(200, 400))], [199], 3)
    assert lists == [[198, 197, 196]]


def test_that_the_last_items_of_the_last_lanes_are_found() -> None:
    random = np.random.default_rng(2)
    for n_items in (1023, 1024, 1025, 2100, 5000):
        scores = random.random((2, n_items)).astype(np.float32)
        scores[:, -1] = 2.0
        scores[1, 0] = 3.0
        lists, _ = listed(scores, [[], [5]], [], 2)
        assert lists[1] == [0, n_items - 1]
        assert lists[0][0] == n_items - 1


def test_that_the_lowest_items_are_listed_where_everything_scores_the_same() -> None:
    lists, _ = listed(np.zeros((1, 4000), np.float32), [[0, 2, 64]], [1], 5)
    assert lists == [[3, 4, 5, 6, 7]]


def test_that_items_scored_minus_infinity_are_listed_when_nothing_else_is_left() -> None:
    scores = np.full((1, 300), -np.inf, np.float32)
    scores[0, 7] = 1.0
    lists, _ = listed(scores, [[0, 1]], [3], 4)
    assert lists == [[7, 2, 4, 5]]


@pytest.mark.parametrize("place", [0, 150, 299])
def test_that_a_nan_is_found_wherever_it_is(place: int) -> None:
    scores = np.zeros((2, 300), np.float32)
    scores[1, place] = np.nan
    out, values, lengths = np.zeros((2, 3), np.int32), np.zeros((2, 3), np.float32), np.zeros(2, np.int32)
    rows = np.arange(2, dtype=np.int32)
    assert best_rows(scores, 0, 2, rows, np.zeros(3, np.int64), NOTHING, NOTHING, out, values, lengths) == 1
