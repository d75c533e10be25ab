"""Similar items, reasons and folded-in users, each against a plain computation."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from core.errors import UsageError
from core.insight.similar import similar_items
from core.insight.unknown import folded_in, history_scores
from core.insight.why import reasons, removal_strengths
from core.models.base import RankingModel
from core.models.factorisation import Factorisation
from core.models.scorer import scorer_for
from core.scoring import Histories
from core.training.loop import train
from core.training.plan import make_plan
from core.training.state import RunState
from tests.core.training.boards import checkerboard
from tests.core.training.test_checkerboard import quick_values


def trained(model: str, loss: str, **settings: object) -> RankingModel:
    values = quick_values(model, loss)
    values["model"].update(settings)
    state = RunState(make_plan(values), checkerboard())
    list(train(state.plan, state.split, state))
    return state.model


def test_that_similar_items_are_the_nearest_by_cosine() -> None:
    model = trained("mf", "bpr")
    assert isinstance(model, Factorisation)
    vectors = model.item_factors.weight.detach().double().numpy()
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosine = unit @ unit[7]
    cosine[7] = -9
    found = similar_items(model, 7, 5)
    assert [each.item for each in found] == np.argsort(-cosine)[:5].tolist()
    assert [each.similarity for each in found] == pytest.approx(np.sort(cosine)[::-1][:5].tolist(), abs=1e-5)
    assert all(each.item % 2 == 1 for each in found)


def test_that_no_more_similar_items_are_given_than_there_are() -> None:
    assert len(similar_items(trained("mf", "bpr"), 0, 1000)) == 39


@pytest.mark.parametrize("model", ["popularity", "random", "autorec-item"])
def test_that_models_without_vectors_say_so(model: str) -> None:
    values = {"model": {"name": model}, "training": {"epochs": 1}}
    state = RunState(make_plan(values), checkerboard())
    with pytest.raises(UsageError, match="no item vectors"):
        similar_items(state.model, 0, 3)


@pytest.mark.parametrize(("model", "loss"), [("mf", "bpr"), ("caser", "bce"), ("autorec-user", "bce")])
def test_that_reasons_are_items_of_the_same_kind_with_shares_up_to_one(model: str, loss: str) -> None:
    history = np.array([1, 3, 5, 2, 7], np.int32)
    found = reasons(trained(model, loss, window=3) if model == "caser" else trained(model, loss), -1, 9, history, 10)
    assert sum(each.share for each in found) == pytest.approx(1)
    assert [each.strength for each in found] == sorted((each.strength for each in found), reverse=True)
    assert found[0].item % 2 == 1


def test_that_a_removed_item_is_a_reason_by_what_the_score_loses() -> None:
    model = trained("autorec-user", "bce")
    history = np.array([1, 3, 6], np.int32)
    found = {each.item: each.strength for each in reasons(model, -1, 9, history)}
    scorer = scorer_for(model)
    users = np.full(1, -1, np.int32)
    whole = scorer.scores(users, Histories.by_hand([history], 40))[0, 9].copy()
    without = scorer.scores(users, Histories.by_hand([[1, 6]], 40))[0, 9]
    assert found[3] == pytest.approx(float(whole - without), abs=1e-5)


def test_that_a_model_of_ratings_is_asked_with_the_ratings() -> None:
    values = quick_values("autorec-user", "squared")
    values["model"]["feedback"] = "ratings"
    state = RunState(make_plan(values), checkerboard(rated=True))
    list(train(state.plan, state.split, state))
    users = np.zeros(1, np.int32)
    known = Histories((state.split.train,), users)
    scorer = scorer_for(state.model)
    whole = scorer.scores(users, known)[0, 9].copy()
    without = known.items != known.items[0]
    ratings = known.weights
    assert ratings is not None
    left = Histories.by_hand([known.items[without]], 40, [ratings[without]])
    strength = removal_strengths(state.model, 0, 9, known.items, known.items[:1], ratings)
    assert strength[0] == pytest.approx(float(whole - scorer.scores(users, left)[0, 9]), abs=1e-5)
    assert strength[0] != pytest.approx(float(removal_strengths(state.model, 0, 9, known.items, known.items[:1])[0]))


def test_that_an_item_is_no_reason_for_itself() -> None:
    assert all(each.item != 3 for each in reasons(trained("mf", "bpr"), 0, 3, np.array([3, 5, 3], np.int32)))
    assert reasons(trained("mf", "bpr"), 0, 3, np.array([3], np.int32)) == ()


def test_that_what_does_not_speak_for_an_item_is_no_reason() -> None:
    model = trained("mf", "bpr")
    assert isinstance(model, Factorisation)
    with torch.no_grad():
        model.item_factors.weight[:4] = F.pad(torch.tensor([[1.0, 0], [1, 0.0001], [-1, 0], [0, 1]]), (0, 6))[
            :, : model.item_factors.weight.shape[1]
        ]
    found = reasons(model, 0, 0, np.array([1, 2, 3], np.int32))
    assert [(each.item, round(each.share, 3)) for each in found] == [(1, 1.0)]
    assert reasons(model, 0, 0, np.array([2, 3], np.int32)) == ()


@pytest.mark.parametrize("temperature", [None, 0.5])
def test_that_folding_in_finds_the_minimum_of_its_objective(temperature: float | None) -> None:
    model = trained("mf", "bpr")
    assert isinstance(model, Factorisation)
    items = np.array([1, 3, 5], np.int32)
    vector = folded_in(model, items, 0.1, temperature)[0].detach()

    def objective(at: torch.Tensor) -> float:
        scores = model.item_factors.weight.detach() @ at
        seen = torch.tensor([1, 3, 5])
        rest = torch.ones(40, dtype=torch.bool)
        rest[seen] = False
        if temperature is None:
            loss = F.softplus(-(scores[seen][:, None] - scores[rest][None])).mean()
        else:
            loss = (torch.logsumexp(scores / temperature, 0) - scores[seen] / temperature).mean()
        return float(loss + 0.05 * at.square().sum())

    generator = torch.Generator().manual_seed(1)
    least = objective(vector)
    for _ in range(50):
        assert objective(vector + 0.02 * torch.randn(vector.shape, generator=generator)) >= least - 1e-6


@pytest.mark.parametrize(
    ("model", "why"),
    [("neumf", "own factors"), ("mlp", "own factors"), ("random", "by number"), ("autorec-item", "columns of items")],
)
def test_that_models_that_know_users_by_number_say_so(model: str, why: str) -> None:
    values = {"model": {"name": model}, "training": {"epochs": 1}}
    state = RunState(make_plan(values), checkerboard())
    with pytest.raises(UsageError, match="only for users") as caught:
        history_scores(state.model, np.array([1, 2], np.int32))
    assert why in caught.value.why


def test_that_an_empty_history_is_refused() -> None:
    with pytest.raises(UsageError, match="empty"):
        history_scores(trained("mf", "bpr"), np.zeros(0, np.int32))


@pytest.mark.parametrize("longest", [2, 500])
def test_that_a_history_of_everything_prefers_nothing(longest: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.insight.unknown.FOLDED_ITEMS", longest)
    state = RunState(make_plan(quick_values("mf", "bpr")), checkerboard())
    model = state.model
    assert isinstance(model, Factorisation)
    vector = folded_in(model, np.arange(40, dtype=np.int32), 0.01, None)
    assert torch.equal(vector[0], model.user_factors.weight.detach().mean(0))
