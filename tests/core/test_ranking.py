from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import ranking as module
from core.errors import PlanError, TrainingError
from core.protocols import united
from core.ranking import TopItems, best_items, top_items, top_items_in_blocks
from core.scoring import Histories
from tests.core.rankings import Table, TensorTable, events, oracle_order

KNOWN = events({0: [1, 3], 1: [0, 1, 2, 3, 4]}, 3, 6)
HIDDEN = united((KNOWN,), KNOWN)
SCORES = [[6, 5, 4, 3, 2, 1], [6, 5, 4, 3, 2, 1], [1, 2, 3, 3, 3, 0]]


def all_of(blocks: object) -> list[tuple[int, list[int], list[float]]]:
    found = []
    for block in blocks:  # type: ignore[attr-defined]
        for row, user in enumerate(block.users):
            length = block.lengths[row]
            assert (block.items[row, length:] == -1).all()
            assert np.isnan(block.scores[row, length:]).all()
            found.append((int(user), block.items[row, :length].tolist(), block.scores[row, :length].tolist()))
    return found


@pytest.mark.parametrize("scorer", [Table, TensorTable])
def test_that_users_get_their_best_items_without_the_hidden_ones(scorer: type[Table]) -> None:
    users = np.array([2, 0, 1], np.int32)
    found = top_items(scorer(SCORES), users, Histories((KNOWN,), users), HIDDEN, 3)
    assert all_of([found]) == [(2, [2, 3, 4], [3, 3, 3]), (0, [0, 2, 4], [6, 4, 2]), (1, [5], [1])]


def test_that_a_user_who_has_seen_everything_gets_an_empty_list() -> None:
    known = events({0: [0, 1]}, 1, 2)
    users = np.array([0], np.int32)
    found = top_items(Table([[1, 2]]), users, Histories((known,), users), known.pairs, 5)
    assert all_of([found]) == [(0, [], [])]


def test_that_k_above_the_catalogue_gives_all_items() -> None:
    users = np.array([2], np.int32)
    found = top_items(Table(SCORES), users, Histories((KNOWN,), users), HIDDEN, 99)
    assert found.items.tolist() == [[2, 3, 4, 1, 0, 5]]


def test_that_excluded_items_are_given_to_nobody() -> None:
    users = np.array([0, 2], np.int32)
    found = top_items(Table(SCORES), users, Histories((KNOWN,), users), HIDDEN, 2, excluded=[3, 0, 0])
    assert found.items.tolist() == [[2, 4], [2, 4]]


def test_that_an_unknown_user_is_ranked_from_a_history_by_hand() -> None:
    class LikesLast(Table):
        def scores(self, users: np.ndarray, histories: Histories) -> np.ndarray:
            assert users.tolist() == [-1, -1]
            return -np.abs(np.arange(6, dtype=np.float32) - histories.last(1, padding=6))

    histories = Histories.by_hand([[0, 5, 3], [1]], 6)
    unknown = np.array([-1, -1], np.int32)
    found = top_items(LikesLast(SCORES), unknown, histories, histories.parts[0].pairs, 2)
    assert all_of([found]) == [(-1, [2, 4], [-1, -1]), (-1, [0, 2], [-1, -1])]


def test_that_many_users_come_in_blocks_that_can_be_left() -> None:
    model = Table(SCORES)
    blocks = top_items_in_blocks(model, np.array([0, 1, 2], np.int32), (KNOWN,), HIDDEN, 1, block_users=2)
    assert next(blocks).items.tolist() == [[0], [5]]
    assert model.asked == [[0, 1]]
    assert next(blocks).items.tolist() == [[2]]
    assert next(blocks, None) is None


@pytest.mark.parametrize("k", [0, -3])
def test_that_a_k_below_one_is_refused(k: int) -> None:
    users = np.array([0], np.int32)
    with pytest.raises(PlanError, match=f"k cannot be {k}"):
        top_items(Table(SCORES), users, Histories((KNOWN,), users), HIDDEN, k)


@pytest.mark.parametrize("k", [2, module.LONG_LIST])
@pytest.mark.parametrize("threads", [1, 2])
def test_that_nan_scores_are_an_error(k: int, threads: int) -> None:
    table = np.zeros((3, 600), np.float32)
    table[1, 599] = np.nan
    known = events({}, 3, 600)
    users = np.array([0, 1, 2], np.int32)
    with pytest.raises(TrainingError, match="NaN") as error:
        top_items(Table(table), users, Histories((known,), users), known.pairs, k, threads=threads)
    assert error.value.where == "user row 1"


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 3), st.sampled_from([1, 10, 60, 700]))
def test_that_lists_equal_a_sort_for_every_length_and_number_of_threads(
    seed: int, n_values: int, threads: int, k: int
) -> None:
    random = np.random.default_rng(seed)
    n_items = 60 if k < 700 else 700
    scores = random.integers(0, n_values, (4, n_items)).astype(np.float32)
    known = events(
        {
            user: random.choice(n_items, int(random.integers(0, n_items + 1)), replace=False).tolist()
            for user in range(4)
        },
        4,
        n_items,
    )
    excluded = random.choice(n_items, 3)
    rows = random.permutation(4).astype(np.int32)
    found = best_items(scores, known.pairs, rows, min(k, n_items), excluded=excluded, threads=threads)
    for at, user in enumerate(rows):
        allowed = set(range(n_items)) - set(known.items_of(int(user)).tolist()) - set(excluded.tolist())
        expected = oracle_order(scores[at].tolist(), (), allowed)[:k]
        assert found.items[at, : found.lengths[at]].tolist() == expected
        assert found.scores[at, : found.lengths[at]].tolist() == scores[at, expected].tolist()


def test_that_the_lists_are_frozen_records() -> None:
    found = best_items(np.zeros((1, 3), np.float32), events({}, 1, 3).pairs, np.zeros(1, np.int32), 2)
    assert isinstance(found, TopItems)
    with pytest.raises(AttributeError):
        found.items = found.items  # type: ignore[misc]
