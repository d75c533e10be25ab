"""Who gained and lost most between two runs, against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from core.comparison import UserValues
from core.insight.changed import RANK, user_pairs, values_with_rank
from core.metrics.held_out import Evaluation


def values(users: list[str], auc: list[float], ranks: list[float]) -> UserValues:
    return UserValues(users, {"auc": np.array(auc), RANK: np.array(ranks)})


FIRST = values(["a", "b", "c", "d"], [0.5, 0.9, 0.2, 0.4], [2000, 2, 8, 5])
SECOND = values(["d", "x", "c", "a", "b"], [0.4, 0.0, 0.7, 0.6, 0.1], [5, 1, 2, 1000, 64])


def test_that_users_are_matched_by_id_and_ordered_by_what_changed() -> None:
    pairs = user_pairs(FIRST, SECOND, ("auc",))["auc"]
    assert pairs.users == ("a", "b", "c", "d")
    assert pairs.gains == pytest.approx([0.1, -0.8, 0.5, 0.0])
    assert [pairs.users[row] for row in pairs.gained(10)] == ["c", "a"]
    assert [pairs.users[row] for row in pairs.lost(10)] == ["b"]
    assert len(pairs.gained(1)) == 1


def test_that_ranks_gain_by_their_ratio_and_the_smaller_is_better() -> None:
    pairs = user_pairs(FIRST, SECOND, (RANK,))[RANK]
    assert pairs.gains == pytest.approx([1.0, -5.0, 2.0, 0.0])
    assert [pairs.users[row] for row in pairs.gained(10)] == ["c", "a"]


def test_that_runs_without_a_common_user_have_no_pairs() -> None:
    pairs = user_pairs(FIRST, values(["z"], [1.0], [1]), ("auc", RANK))
    assert all(len(each.users) == len(each.gained(5)) == len(each.lost(5)) == 0 for each in pairs.values())


def test_that_the_rank_is_the_place_of_the_best_held_out_item() -> None:
    evaluation = Evaluation(
        part="test",
        protocol="full",
        n_items=10,
        users=np.array([0, 4], np.int32),
        indptr=np.array([0, 2, 3]),
        items=np.array([1, 2, 3], np.int32),
        above=np.array([6, 1, 4], np.int32),
        equal=np.array([0, 1, 0], np.int32),
        candidates=np.array([8, 9], np.int32),
    )
    found = values_with_rank(evaluation, ["u", "v"], ("auc",))
    assert found.values[RANK].tolist() == [3.0, 5.0]
    assert found.values["auc"] == pytest.approx([((2 + 0) / 8 + (6 + 0.5) / 8) / 2, 5 / 9])
