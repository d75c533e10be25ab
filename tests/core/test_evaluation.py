from __future__ import annotations

import itertools
from collections.abc import Generator

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core import evaluation as module
from core.errors import PlanError, SplitError, TrainingError
from core.evaluation import Progress, evaluate, evaluating
from core.metrics import summary, user_values
from core.metrics.held_out import Evaluation
from tests.core.rankings import Table, TensorTable, candidates, oracle_metrics, oracle_order, split

KS = (1, 2, 3, 50)
ITEMS = 7
scores_of_a_user = st.lists(st.sampled_from([-1.0, 0.0, 0.5, 0.5, 2.0]), min_size=ITEMS, max_size=ITEMS)
some_items = st.lists(st.integers(0, ITEMS - 1), max_size=ITEMS)


@pytest.fixture(params=["array", "tensor"])
def on_device(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> type[Table]:
    """A scorer class; with ``tensor`` its blocks are counted by tensor operations, as on an accelerator."""
    if request.param == "array":
        return Table
    monkeypatch.setattr(module, "score_block", lambda scorer, users, histories: scorer.score_tensor(users, histories))
    return TensorTable


def check(outcome: Evaluation, expected: dict[int, dict[str, float]]) -> None:
    assert outcome.users.tolist() == sorted(expected)
    for name in next(iter(expected.values()), {}):
        values = user_values(outcome, [name])[name]
        np.testing.assert_allclose(values, [expected[user][name] for user in sorted(expected)], err_msg=name)


@pytest.mark.parametrize("listed", [False, True])
@given(data=st.data())
def test_that_every_metric_equals_a_sorted_list(listed: bool, data: st.DataObject) -> None:
    n_users = data.draw(st.integers(1, 4))
    table = [data.draw(scores_of_a_user) for _ in range(n_users)]
    train, validation, test = ({user: data.draw(some_items) for user in range(n_users)} for _ in range(3))
    hide_seen = data.draw(st.booleans())
    lists = {user: data.draw(some_items) for user in range(n_users) if listed and data.draw(st.booleans())}
    whole = split(
        train,
        test,
        n_users,
        ITEMS,
        validation=validation,
        hide_seen=hide_seen,
        candidates=candidates(lists, n_users) if listed else None,
    )
    expected = {}
    for user in range(n_users):
        hidden = set(train[user]) | set(validation[user]) if hide_seen else set()
        field = set(lists.get(user, ())) if listed else set(range(ITEMS)) - hidden
        if test[user] and field - set(test[user]):
            expected[user] = oracle_metrics(table[user], test[user], field, KS, ITEMS)
    options = {"ks": KS, "block_users": data.draw(st.integers(1, 3)), "threads": data.draw(st.integers(1, 2))}
    if not expected:
        with pytest.raises(SplitError):
            evaluate(Table(table), whole, "test", **options)  # type: ignore[arg-type]
        return
    check(evaluate(Table(table), whole, "test", **options), expected)  # type: ignore[arg-type]


def test_that_several_held_out_items_are_ranked_the_same_on_a_device(on_device: type[Table]) -> None:
    random = np.random.default_rng(4)
    table = random.integers(0, 6, (12, 30)).astype(np.float32)
    train = {user: random.choice(30, 8, replace=False).tolist() for user in range(12)}
    test = {user: random.choice(30, int(random.integers(1, 9)), replace=False).tolist() for user in range(12)}
    expected = {
        user: oracle_metrics(table[user].tolist(), test[user], set(range(30)) - set(train[user]), KS, 30)
        for user in range(12)
    }
    outcome = evaluate(on_device(table), split(train, test, 12, 30), "test", ks=KS, block_users=5, lists=True)
    check(outcome, expected)
    assert outcome.lists is not None
    for user in range(12):
        best = oracle_order(table[user].tolist(), (), set(range(30)) - set(train[user]))
        assert outcome.lists[user, : len(best)].tolist() == best


def test_that_candidate_lists_are_ranked_the_same_on_a_device(on_device: type[Table]) -> None:
    table = [[5, 4, 3, 2, 1, 0], [0, 0, 0, 0, 0, 0]]
    given = candidates({0: [0, 3, 4, 4], 1: [1, 2]}, 2)
    whole = split({0: [0]}, {0: [2], 1: [5]}, 2, 6, candidates=given)
    outcome = evaluate(on_device(table), whole, "test")
    assert outcome.protocol == "sampled"
    assert outcome.ranks.tolist() == [2, 3]
    assert outcome.candidates.tolist() == [3, 2]
    assert outcome.counts["items already met"] == 1


def test_that_a_constant_scorer_gets_hit_0_and_auc_one_half(on_device: type[Table]) -> None:
    random = np.random.default_rng(0)
    train = {user: random.choice(100, 5, replace=False).tolist() for user in range(20)}
    test = {user: random.choice(100, 2, replace=False).tolist() for user in range(20)}
    found = summary(evaluate(on_device(np.zeros((20, 100))), split(train, test, 20, 100), "test", ks=[5, 50]))
    assert (found["hit@5"], found["hit@50"], found["ndcg@50"], found["auc"]) == (0, 0, 0, 0.5)


def test_that_the_best_scorer_gets_1_everywhere() -> None:
    table = np.zeros((2, 9))
    table[:, 4] = 1
    found = summary(evaluate(Table(table), split({0: [1], 1: [2]}, {0: [4], 1: [4]}, 2, 9), "test", ks=[1]))
    assert set(found.values()) == {1.0}


def test_that_validation_ranks_against_the_test_item_but_not_the_other_way_round() -> None:
    # scores fall from item 0 to 3: training 0, validation 2, test 1
    whole = split({0: [0]}, {0: [1]}, 1, 4, validation={0: [2]})
    model = Table([[4, 3, 2, 1]])
    validation, test = evaluate(model, whole, "validation"), evaluate(model, whole, "test")
    assert (validation.ranks.tolist(), validation.candidates.tolist()) == ([2], [2])
    assert (test.ranks.tolist(), test.candidates.tolist()) == ([1], [1])


def test_that_models_are_given_what_is_known_at_that_time() -> None:
    whole = split({0: [0], 1: [3]}, {0: [1], 1: [2]}, 2, 5, validation={0: [2]})
    model = Table(np.zeros((2, 5)))
    evaluate(model, whole, "validation")
    evaluate(model, whole, "test")
    assert [each.items.tolist() for each in model.histories] == [[0], [0, 2, 3]]


def test_that_a_held_out_item_is_never_hidden_though_it_was_seen() -> None:
    whole = split({0: [0, 1, 2]}, {0: [1]}, 1, 4)
    outcome = evaluate(Table([[4, 3, 2, 9]]), whole, "test")
    assert outcome.ranks.tolist() == [2]
    assert outcome.candidates.tolist() == [1]


def test_that_repeated_and_new_held_out_items_are_marked_where_repeats_are_events() -> None:
    train, validation, test = {0: [0, 1, 1], 1: [3]}, {1: [2]}, {0: [1, 4], 1: [2]}
    whole = split(train, test, 2, 5, validation=validation, hide_seen=False, repeats="all")
    outcome = evaluate(Table([[5, 4, 3, 2, 1]] * 2), whole, "test")
    assert outcome.repeat is not None
    assert outcome.repeat.tolist() == [True, False, True]
    assert outcome.candidates.tolist() == [3, 4]
    assert evaluate(Table([[5, 4, 3, 2, 1]] * 2), split(train, test, 2, 5), "test").repeat is None


def test_that_users_who_have_seen_everything_are_left_out_and_counted() -> None:
    whole = split({0: [0, 1, 2], 1: [0]}, {0: [3], 1: [3]}, 3, 4)
    outcome = evaluate(Table(np.arange(12).reshape(3, 4)), whole, "test", lists=True)
    assert outcome.users.tolist() == [1]
    assert outcome.excluded == {"no candidate": 1}
    assert outcome.items.tolist() == [3]
    assert outcome.lists is not None
    assert outcome.lists.tolist() == [[3, 2, 1, -1]]


def test_that_ranking_nobody_is_refused_with_the_reasons() -> None:
    with pytest.raises(SplitError, match="no user of the test part can be ranked") as error:
        evaluate(Table([[1, 2]] * 2), split({0: [0], 1: [1]}, {0: [1]}, 2, 2), "test")
    assert error.value.code == "evaluation.no-user"
    assert "no held-out item 1, no candidate 1" in error.value.why
    with pytest.raises(SplitError, match="no candidate list 1"):
        evaluate(Table([[1, 2]]), split({}, {0: [1]}, 1, 2, candidates=candidates({}, 1)), "test")


@pytest.mark.parametrize("threads", [1, 3])
def test_that_nan_scores_are_an_error_that_names_the_user(threads: int, on_device: type[Table]) -> None:
    table = np.zeros((6, 4))
    table[4, 2] = np.nan
    whole = split({}, {user: [0] for user in range(6)}, 6, 4)
    with pytest.raises(TrainingError, match="NaN") as error:
        evaluate(on_device(table), whole, "test", threads=threads)
    assert error.value.where == "user u4"
    assert "learning rate" in error.value.remedy


def test_that_the_figures_do_not_depend_on_blocks_and_threads() -> None:
    random = np.random.default_rng(8)
    table = random.integers(0, 9, (40, 60)).astype(np.float32)
    whole = split({}, {user: random.choice(60, 3, replace=False).tolist() for user in range(40)}, 40, 60)
    outcomes = [
        evaluate(Table(table), whole, "test", block_users=block, threads=threads, lists=True)
        for block, threads in itertools.product([None, 1, 7], [1, 2, 5])
    ]
    for each in outcomes[1:]:
        for name in ("users", "items", "above", "equal", "candidates", "lists"):
            assert (getattr(each, name) == getattr(outcomes[0], name)).all()


def test_that_progress_is_told_after_each_block_and_can_be_left_there() -> None:
    whole = split({}, {user: [0] for user in range(5)}, 5, 4)
    model = Table(np.zeros((5, 4)))
    steps: Generator[Progress, None, Evaluation] = evaluating(model, whole, "test", block_users=2)
    assert [next(steps), next(steps)] == [Progress(2, 5), Progress(4, 5)]
    steps.close()
    assert model.asked == [[0, 1], [2, 3]]


def test_that_full_ranking_can_be_asked_for_though_there_are_candidates() -> None:
    whole = split({}, {0: [0]}, 1, 4, candidates=candidates({0: [1]}, 1))
    model = Table([[0, 1, 2, 3]])
    assert evaluate(model, whole, "test").ranks.tolist() == [2]
    full = evaluate(model, whole, "test", candidates=None)
    assert (full.protocol, full.ranks.tolist()) == ("full", [4])


@pytest.mark.parametrize("ks", [[], [0], [5, -1]])
def test_that_a_k_below_one_is_refused(ks: list[int]) -> None:
    with pytest.raises(PlanError, match="k cannot be"):
        evaluate(Table([[1, 2]]), split({}, {0: [0]}, 1, 2), "test", ks=ks)


def test_that_scores_are_only_read() -> None:
    table = torch.rand(3, 8)
    before = table.clone()
    whole = split({0: [1]}, {0: [0], 1: [2, 3], 2: [4]}, 3, 8)

    class ReadOnly(Table):
        def scores(self, users: np.ndarray, histories: object) -> np.ndarray:
            block = self.table[users]
            block.setflags(write=False)
            return block

    evaluate(ReadOnly(table.numpy()), whole, "test", lists=True)
    assert torch.equal(table, before)
