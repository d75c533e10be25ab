from __future__ import annotations

import numpy as np
import pytest

from core.metrics import user_values
from core.metrics.buckets import by_activity, by_popularity
from tests.core.metrics.making import evaluation
from tests.core.rankings import events


def test_that_users_are_divided_by_their_training_events() -> None:
    train = events({0: [0], 1: [0, 1], 2: [0, 1, 2], 3: [0, 1, 2, 3], 4: [0, 1, 2, 3, 4]}, 5, 9)
    outcome = evaluation([[(0, 0)], [(9, 0)], [(0, 0)], [(0, 0)]], rows=[0, 1, 2, 4])
    low, high = by_activity(outcome, train, ["hit@5"], buckets=2)
    assert (low.low, low.high, low.users, low.values) == (1, 2, 2, {"hit@5": 0.5})
    assert (high.low, high.high, high.users, high.values) == (3, 5, 2, {"hit@5": 1.0})


def test_that_held_out_items_are_divided_by_their_training_events() -> None:
    train = events({0: [7, 8], 1: [8], 2: [8]}, 3, 9)
    # user 0 holds out a rare item far down and a popular one at the top
    outcome = evaluation([[(40, 0), (0, 0)], [(0, 0)]], rows=[0, 2], items=[7, 8, 8])
    rare, popular = by_popularity(outcome, train, ["hit@5", "mrr"], buckets=3)
    assert (rare.low, rare.high, rare.users, rare.held_out) == (1, 1, 1, 1)
    assert rare.values == {"hit@5": 0.0, "mrr": pytest.approx(1 / 41)}
    assert (popular.low, popular.high, popular.users, popular.held_out) == (3, 3, 2, 2)
    assert popular.values == {"hit@5": 1.0, "mrr": 1.0}


def test_that_equal_counts_share_one_bucket() -> None:
    train = events({user: [0, 1] for user in range(4)}, 4, 5)
    found = by_activity(evaluation([[(0, 0)]] * 4), train, ["auc"], buckets=4)
    assert [(each.low, each.high, each.users) for each in found] == [(2, 2, 4)]


def test_that_buckets_hold_every_user_once() -> None:
    random = np.random.default_rng(2)
    train = events({user: [0] * int(random.integers(1, 40)) for user in range(200)}, 200, 5)
    outcome = evaluation([[(int(random.integers(0, 20)), 0)] for _ in range(200)])
    found = by_activity(outcome, train, ["ndcg@10"], buckets=5)
    assert sum(each.users for each in found) == 200
    assert all(20 <= each.users <= 60 for each in found)
    assert [each.low for each in found[1:]] > [each.high for each in found[:-1]]
    total = sum(each.users * each.values["ndcg@10"] for each in found)
    assert total / 200 == pytest.approx(user_values(outcome, ["ndcg@10"])["ndcg@10"].mean())
