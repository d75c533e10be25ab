"""One user's ranking, against lists worked out by hand and against the evaluation of all users."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import RankscopeError
from core.evaluation import evaluate
from core.insight.placing import NEW, moves, place_user, score_histogram
from core.metrics import user_values
from core.splits.split import Split
from tests.core.rankings import Lists, Table, candidates, split

SCORES = [[5.0, 4.0, 4.0, 3.0, 2.0, 9.0], [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]]


def split_of(
    n_users: int,
    n_items: int,
    train: Lists,
    *,
    test: Lists,
    validation: Lists | None = None,
    lists: Lists | None = None,
) -> Split:
    made = None if lists is None else candidates(lists, n_users)
    return split(train, test, n_users, n_items, validation=validation, candidates=made)


def test_that_met_items_are_placed_among_all_but_not_ranked() -> None:
    divided = split_of(2, 6, {0: [5, 3], 1: [0]}, test={0: [1], 1: [2]})
    found = place_user(Table(SCORES), divided, 0)
    # 9 (met), 5, then 4 and 4 with the held-out item behind its equal, 3 (met), 2
    assert found.order.tolist() == [5, 0, 2, 1, 3, 4]
    assert found.places.tolist() == [1, 3, 2, 0, 4, 0]
    assert found.among_all.tolist() == [2, 4, 3, 5, 6, 1]
    assert np.flatnonzero(found.known).tolist() == [3, 5]
    assert (found.ranked, found.rank, found.hit(2), found.hit(3)) == (4, 3, False, True)
    # of the rivals 0, 2, 4 one is below and one equal
    assert found.auc == pytest.approx(1.5 / 3)


def test_that_a_user_without_a_held_out_item_has_no_figures() -> None:
    found = place_user(Table(SCORES), split_of(2, 6, {0: [5], 1: [0]}, test={1: [2]}), 0)
    assert (found.rank, found.auc, found.hit(10)) == (None, None, None)
    assert found.ranked == 5


def test_that_candidates_alone_are_ranked_when_asked_for() -> None:
    divided = split_of(2, 6, {0: [5, 3], 1: [0]}, test={0: [1], 1: [2]}, lists={0: [3, 4, 5]})
    found = place_user(Table(SCORES), divided, 0, among_candidates=True)
    assert found.sampled
    # met candidates are ranked as given
    assert found.order.tolist() == [5, 1, 3, 4]
    assert found.places.tolist() == [0, 2, 0, 3, 4, 1]
    with pytest.raises(RankscopeError, match="no candidate list"):
        place_user(Table(SCORES), divided, 1, among_candidates=True)


@pytest.mark.parametrize("sampled", [False, True])
def test_that_rank_and_auc_are_those_of_the_evaluation(sampled: bool) -> None:
    random = np.random.default_rng(3)
    table = random.integers(0, 6, (30, 25)).astype(np.float32)
    met = [random.permutation(25)[:9].tolist() for _ in range(30)]
    lists = {user: random.permutation(25)[:12].tolist() for user in range(30)}
    divided = split_of(
        30,
        25,
        {user: each[:6] for user, each in enumerate(met)},
        validation={user: each[6:7] for user, each in enumerate(met)},
        test={user: each[7:] for user, each in enumerate(met)},
        lists=lists if sampled else None,
    )
    evaluation = evaluate(Table(table), divided, "test", candidates="split")
    auc = user_values(evaluation, ["auc"])["auc"]
    for at, user in enumerate(evaluation.users):
        found = place_user(Table(table), divided, int(user), among_candidates=sampled)
        assert found.rank == evaluation.ranks[at]
        assert found.auc == pytest.approx(auc[at])


def test_that_scores_that_are_no_numbers_are_an_error() -> None:
    with pytest.raises(RankscopeError, match="NaN"):
        place_user(Table([[1.0, np.nan]]), split_of(1, 2, {0: [0]}, test={0: [1]}), 0)


def test_that_moves_are_told_by_id_and_new_items_as_new() -> None:
    # here: x, y, z, w at 1, 2, 3 and hidden; there: z, y at 1, 5, x is hidden there, q at 2
    here = np.array([1, 2, 3, 0])
    there = np.array([1, 5, 0, 2])
    rows = np.array([2, 1, 0, -1])
    assert moves(here, there, rows).tolist() == [NEW, 3, -2, NEW]


def test_that_a_histogram_counts_every_score_once() -> None:
    edges, numbers = score_histogram(np.array([0.0, 1.0, 2.0, 2.0, np.inf], np.float32), 2)
    assert edges.tolist() == [0, 1, 2]
    assert numbers.tolist() == [1, 3]
