from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.scoring import Histories, block_size, known_before, score_block
from tests.core.rankings import Table, TensorTable, events, split


def rows(*users: int) -> np.ndarray:
    return np.array(users, np.int32)


def lists_of(histories: Histories) -> list[list[int]]:
    ends = histories.indptr
    return [histories.items[ends[at] : ends[at + 1]].tolist() for at in range(len(ends) - 1)]


def test_that_histories_follow_the_asked_users() -> None:
    known = events({0: [4, 4, 1], 2: [0]}, 3, 5)
    assert lists_of(Histories((known,), rows(2, 0, 1, 0))) == [[0], [4, 4, 1], [], [4, 4, 1]]


def test_that_parts_are_joined_in_time_order_and_earlier_parts_lead_among_equal_times() -> None:
    train = events({0: [1, 2, 3], 1: [5]}, 2, 9, times={0: [10, 20, 30], 1: [7]})
    validation = events({0: [4, 6]}, 2, 9, times={0: [20, 25]})
    assert lists_of(Histories((train, validation), rows(1, 0))) == [[5], [1, 2, 4, 6, 3]]


def test_that_later_parts_come_last_where_times_are_unknown() -> None:
    train = events({0: [1, 2], 1: [3]}, 2, 9)
    validation = events({0: [4], 1: [0]}, 2, 9)
    assert lists_of(Histories((train, validation), rows(0, 1))) == [[1, 2, 4], [3, 0]]


def test_that_weights_follow_the_items() -> None:
    train = events({0: [1, 2]}, 1, 9, times={0: [10, 30]}, weights={0: [5, 3]})
    validation = events({0: [4]}, 1, 9, times={0: [20]}, weights={0: [1]})
    weights = Histories((train, validation), rows(0)).weights
    assert weights is not None
    assert weights.tolist() == [5, 1, 3]
    assert Histories((train, events({0: [4]}, 1, 9, times={0: [20]})), rows(0)).weights is None


def test_that_windows_are_padded_on_the_left_and_end_with_the_last_item() -> None:
    known = events({0: [1, 2, 3], 1: [7]}, 3, 9)
    windows = Histories((known,), rows(0, 1, 2)).last(2, padding=9)
    assert windows.tolist() == [[2, 3], [9, 7], [9, 9]]
    assert windows.dtype == np.int32
    assert Histories((known,), rows(2)).last(3, padding=9).tolist() == [[9, 9, 9]]


def test_that_histories_can_be_given_by_hand() -> None:
    histories = Histories.by_hand([[3, 1], [], [2]], 5)
    assert lists_of(histories) == [[3, 1], [], [2]]
    assert histories.last(2, padding=5).tolist() == [[3, 1], [5, 5], [5, 2]]
    assert lists_of(Histories.by_hand([], 5)) == []


@given(st.data())
def test_that_gathering_equals_a_stable_sort_of_each_user(data: st.DataObject) -> None:
    n_users = data.draw(st.integers(1, 4))
    event = st.tuples(st.integers(0, 5), st.integers(0, 8))
    parts, expected = [], [[] for _ in range(n_users)]
    for _ in range(data.draw(st.integers(1, 3))):
        lists = [sorted(data.draw(st.lists(event, max_size=5)), key=lambda pair: pair[0]) for _ in range(n_users)]
        items = {user: [item for _, item in lists[user]] for user in range(n_users)}
        times = {user: [time for time, _ in lists[user]] for user in range(n_users)}
        parts.append(events(items, n_users, 9, times=times))
        for user in range(n_users):
            expected[user] += lists[user]
    asked = data.draw(st.lists(st.integers(0, n_users - 1), max_size=5))
    found = lists_of(Histories(tuple(parts), rows(*asked)))
    assert found == [[item for _, item in sorted(expected[user], key=lambda pair: pair[0])] for user in asked]


def test_that_what_is_known_grows_from_part_to_part() -> None:
    whole = split({0: [1]}, {0: [3]}, 1, 5, validation={0: [2]})
    assert known_before(whole, "validation") == (whole.train,)
    assert known_before(whole, "test") == (whole.train, whole.validation)
    assert known_before(whole, "next") == (whole.train, whole.validation, whole.test)
    assert known_before(split({}, {0: [3]}, 1, 5), "test")[0].n_items == 5


@pytest.mark.parametrize("n_items", [1, 1682, 27_000, 1_000_000, 10**9])
def test_that_blocks_stay_within_their_memory(n_items: int) -> None:
    assert 1 <= block_size(n_items) <= 1024
    assert block_size(n_items) == 1 or block_size(n_items) * n_items * 4 <= 1 << 27


def test_that_scores_come_as_contiguous_float32_whatever_the_model_gives() -> None:
    histories = Histories((events({}, 2, 3),), rows(0, 1))

    class Doubles(Table):
        def scores(self, users: np.ndarray, histories: Histories) -> np.ndarray:
            return np.asfortranarray(self.table[users].astype(np.float64))

    class NeedsGradient(TensorTable):
        def score_tensor(self, users: np.ndarray, histories: Histories) -> torch.Tensor:
            return super().score_tensor(users, histories).requires_grad_()

    scores = [[1, 2, 3], [4, 5, 6]]
    for model in (Table(scores), Doubles(scores), TensorTable(scores), NeedsGradient(scores)):
        block = score_block(model, rows(0, 1), histories)
        assert isinstance(block, np.ndarray)
        assert block.dtype == np.float32
        assert block.flags.c_contiguous
        assert block.tolist() == scores


def test_that_scores_of_the_wrong_shape_are_refused() -> None:
    class Short(Table):
        def scores(self, users: np.ndarray, histories: Histories) -> np.ndarray:
            return self.table[:1]

    with pytest.raises(ValueError, match=r"shape \(1, 3\) for 2 users and 3 items"):
        score_block(Short([[1, 2, 3]]), rows(0, 1), Histories((events({}, 2, 3),), rows(0, 1)))
