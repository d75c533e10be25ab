"""Figures worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.metrics import summary, user_values
from core.metrics.held_out import repeats_apart
from tests.core.metrics.making import evaluation


def one(name: str, *args: object, **kwargs: object) -> float:
    return float(user_values(evaluation(*args, **kwargs), [name])[name][0])  # type: ignore[arg-type]


def test_that_a_rank_counts_higher_and_equal_candidates() -> None:
    assert evaluation([[(0, 0)], [(3, 2)], [(0, 99)]]).ranks.tolist() == [1, 6, 100]


def test_that_a_constant_scorer_gets_hit_0_and_auc_one_half() -> None:
    found = summary(evaluation([[(0, 100)]], candidates=100), [10])
    assert found["hit@10"] == 0
    assert found["auc"] == 0.5


def test_that_a_hit_ends_at_k() -> None:
    assert [one("hit@5", [[(above, 0)]]) for above in (0, 4, 5)] == [1, 1, 0]


def test_that_several_hits_are_one_hit() -> None:
    assert one("hit@5", [[(0, 0), (0, 0), (1, 0)]]) == 1


def test_that_held_out_items_take_places_after_each_other() -> None:
    # two held-out items lead, candidates c c, a third held-out item, given out of order
    outcome = evaluation([[(2, 0), (0, 0), (0, 0)], [(1, 1)]])
    assert outcome.places.tolist() == [1, 2, 5, 3]
    assert outcome.ranks.tolist() == [1, 3]


def test_that_candidates_stand_before_the_held_out_items_that_they_equal() -> None:
    assert evaluation([[(0, 2), (0, 2)]]).places.tolist() == [3, 4]


def test_that_precision_divides_by_k_and_recall_by_the_held_out_items() -> None:
    user = [[(0, 0), (2, 0), (50, 0)]]
    assert one("precision@5", user) == pytest.approx(2 / 5)
    assert one("recall@5", user) == pytest.approx(2 / 3)


def test_that_ndcg_divides_by_the_ideal_list() -> None:
    # places 1 and 4 of three held-out items; the ideal list has places 1, 2, 3
    gain = 1 + 1 / math.log2(5)
    ideal = 1 + 1 / math.log2(3) + 1 / math.log2(4)
    assert one("ndcg@5", [[(0, 0), (2, 0), (50, 0)]]) == pytest.approx(gain / ideal)


def test_that_the_ideal_list_is_no_longer_than_k() -> None:
    assert one("ndcg@5", [[(0, 0)] * 7]) == pytest.approx(1)
    assert one("map@5", [[(0, 0)] * 7]) == pytest.approx(1)


def test_that_map_divides_by_the_hits_that_are_possible() -> None:
    # hits at places 1 and 4 of three held-out items
    assert one("map@5", [[(0, 0), (2, 0), (50, 0)]]) == pytest.approx((1 + 2 / 4) / 3)


def test_that_mrr_takes_the_best_held_out_item_of_the_whole_list() -> None:
    assert one("mrr", [[(80, 0), (30, 1)]]) == pytest.approx(1 / 32)


def test_that_auc_is_the_mean_over_held_out_items() -> None:
    assert one("auc", [[(10, 20), (0, 0)]], candidates=40) == pytest.approx(((10 + 10) / 40 + 1) / 2)


def test_that_users_count_alike_however_many_items_they_have() -> None:
    found = summary(evaluation([[(0, 0)] * 4, [(9, 0)]]), [5])
    assert found["recall@5"] == pytest.approx(0.5)


def test_that_a_k_above_the_catalogue_is_clamped_and_noted() -> None:
    outcome = evaluation([[(0, 0)]], candidates=3, n_items=4, ks=(2, 50))
    assert user_values(outcome, ["precision@50"])["precision@50"].tolist() == [0.25]
    assert outcome.notes == ("k = 50 is more than the 4 items: computed at 4",)
    assert set(summary(outcome)) >= {"hit@2", "hit@50", "auc"}


def test_that_some_held_out_items_can_be_looked_at_alone() -> None:
    outcome = evaluation([[(0, 0), (0, 0)], [(3, 0)], [(7, 0)]], repeat=[True, False, False, True])
    some = outcome.select(np.array([False, True, True, False]))
    assert some.users.tolist() == [0, 1]
    assert some.indptr.tolist() == [0, 1, 2]
    assert some.places.tolist() == [1, 4]


def test_that_repeated_and_new_items_are_told_apart() -> None:
    outcome = evaluation([[(0, 0), (5, 0)], [(3, 0)]], repeat=[True, False, False])
    apart = repeats_apart(outcome)
    assert apart["repeat"].ranks.tolist() == [1]
    assert apart["new"].ranks.tolist() == [6, 4]
    assert repeats_apart(evaluation([[(0, 0)]])) == {}
    assert set(repeats_apart(evaluation([[(0, 0)]], repeat=[False]))) == {"new"}
