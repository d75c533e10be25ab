"""Lists and ranks along a sequence against core's ranking and evaluation; moves against places counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.interactions import Pairs
from core.errors import TrainingError
from core.evaluation import evaluate
from core.insight.following import NEW, kind_of, moves, next_ranks, predict, rank_of, read, reader_of
from core.insight.timeline import windows_of
from core.models.base import RankingModel
from core.models.scorer import scorer_for
from core.ranking import top_items
from core.scoring import Histories
from core.training.loop import train
from core.training.plan import make_plan
from core.training.state import RunState
from tests.core.training.boards import chance, checkerboard
from tests.core.training.test_checkerboard import quick_values


def trained(model: str, loss: str) -> tuple[RankingModel, RunState]:
    values = quick_values(model, loss)
    values["training"].update(epochs=2)
    state = RunState(make_plan(values), chance())
    list(train(state.plan, state.split, state))
    return state.model, state


@pytest.mark.parametrize(("model", "loss"), [("caser", "bce"), ("autorec-user", "bce")])
def test_that_ranks_along_the_sequence_end_with_those_of_the_evaluation(model: str, loss: str) -> None:
    made, state = trained(model, loss)
    ranks = {part: evaluate(scorer_for(made), state.split, part).ranks for part in ("validation", "test")}
    for user in range(5):
        reader = reader_of(made, user)
        assert reader is not None
        windows = windows_of(state.split, user, made.window, 2 if made.window else 1)
        found = np.concatenate(list(next_ranks(reader, windows, np.arange(len(windows)))))
        assert len(found) == len(windows)
        assert found[-3:-1].tolist() == [ranks["validation"][user], ranks["test"][user]]
        assert np.isnan(found[-1])
        assert not np.isnan(found[:-1]).any()


def test_that_the_list_after_a_training_window_is_that_of_the_ranking() -> None:
    model, state = trained("caser", "bce")
    windows = windows_of(state.split, 6, 3, 2)
    window = windows.window(4)
    reader = reader_of(model, 6)
    assert reader is not None
    scores = read(reader, windows.timeline, [window.inputs])[0]
    hidden = windows.hidden(window)
    found = predict(scores, hidden, windows.timeline.items[window.true_next], 10)
    user = np.array([6], np.int32)
    history = Histories.by_hand([windows.timeline.items[window.inputs]], model.n_items)
    pairs = Pairs(np.array([0, len(hidden)]), hidden, model.n_items)
    expected = top_items(scorer_for(model), user, history, pairs, 10)
    assert found.items[:10].tolist() == expected.items[0].tolist()
    assert found.scores[:10].tolist() == expected.scores[0].tolist()
    assert found.candidates == model.n_items - len(hidden)
    target = int(windows.timeline.items[window.true_next[0]])
    assert found.every[target] == rank_of(scores, target, hidden)


def test_that_true_next_items_are_listed_wherever_they_stand() -> None:
    scores = np.array([9, 8, 7, 6, 5, 5, 3], np.float32)
    found = predict(scores, np.array([1], np.int32), np.array([4, 6], np.int32), 2)
    # item 4 shares its score with item 5 and is counted behind it
    assert found.items.tolist() == [0, 2, 4, 6]
    assert found.places.tolist() == [1, 2, 5, 6]
    assert found.every.tolist() == [1, 0, 2, 3, 5, 4, 6]
    assert found.candidates == 6
    assert rank_of(scores, 4, np.array([1], np.int32)) == 5


def test_that_moves_are_places_gone_up_and_new_ones_are_told() -> None:
    none = np.zeros(0, np.int32)
    before = predict(np.array([9, 8, 7, 6, 5], np.float32), none, none, 3)
    after = predict(np.array([8, 9, 1, 2, 7], np.float32), none, np.array([2], np.int32), 3)
    assert after.items.tolist() == [1, 0, 4, 2]
    assert moves(before, after).tolist() == [1, -1, NEW, -2]


def test_that_a_score_that_is_no_number_is_an_error() -> None:
    with pytest.raises(TrainingError, match="NaN"):
        predict(np.array([1, np.nan], np.float32), np.zeros(0, np.int32), np.zeros(0, np.int32), 2)


def test_that_folded_models_are_read_and_others_are_not() -> None:
    split = checkerboard()
    state = RunState(make_plan(quick_values("mf", "bpr")), split)
    list(train(state.plan, state.split, state))
    reader = reader_of(state.model, 3)
    assert reader is not None
    assert reader.kind == "folded"
    windows = windows_of(split, 3, 0, 1)
    ranks = np.concatenate(list(next_ranks(reader, windows, np.array([9, 14]))))
    # who met only items of one parity is given the others of that parity
    assert (ranks <= 12).all()
    for name, loss in (("neumf", "bpr"), ("autorec-item", "bce")):
        other = RunState(make_plan(quick_values(name, loss)), split).model
        assert kind_of(other) == ""
        assert reader_of(other, 0) is None
