"""Every model, with every loss and sampler that fits, must rank the withheld item of a checkerboard first."""

from __future__ import annotations

import pytest
import torch

from core.evaluation import evaluate
from core.insight.unknown import history_scores
from core.losses import LOSSES
from core.models import MODELS
from core.models.scorer import scorer_for
from core.training.events import RunCompleted
from core.training.loop import train
from core.training.plan import make_plan
from core.training.state import RunState
from tests.core.training.boards import checkerboard

FITTING = [(model, loss) for model, entry in MODELS.items() for loss in entry.losses]
QUICK = {
    "factors": 8,
    "tower": [16, 8],
    "window": 3,
    "targets": 2,
    "horizontal_filters": 4,
    "vertical_filters": 2,
    "dropout": 0.0,
}


def quick_values(model: str, loss: str, **sampler: object) -> dict[str, dict[str, object]]:
    entry = MODELS[model]
    known = entry.settings.__dataclass_fields__
    values: dict[str, dict[str, object]] = {
        "model": {"name": model, **{name: value for name, value in QUICK.items() if name in known}},
        "loss": {"name": loss},
        "sampler": dict(sampler),
        "optimiser": {"name": "adam", "learning_rate": 0.02, "l2": 0.03, "weight_decay": 0.0},
        # long enough to learn, too short to learn by heart that the withheld item is drawn as a negative
        "training": {"epochs": 15, "batch_size": 64, "patience": 0, "stop_on": "ndcg@10"},
        "evaluation": {"bootstrap": 0},
    }
    if loss == "warp":
        # the withheld item is the hardest negative of all, so WARP pushes it down as soon as the rest is learned
        values["training"].update(epochs=8)
    if entry.batch == "row":
        # a row an example: fewer steps an epoch
        values["training"].update(epochs=60, batch_size=8)
    return values


def share_first(values: dict[str, dict[str, object]], rated: bool = False) -> float:
    split = checkerboard(rated=rated)
    state = RunState(make_plan(values), split)
    last = list(train(state.plan, split, state))[-1]
    assert isinstance(last, RunCompleted), last
    return float((evaluate(scorer_for(state.model), split, "test").ranks == 1).mean())


@pytest.mark.parametrize(("model", "loss"), FITTING, ids=str)
def test_that_the_withheld_item_comes_first(model: str, loss: str) -> None:
    if loss == "squared" and model == "mf":
        pytest.skip("ratings say nothing about what is missing: see the test of rating prediction")
    assert share_first(quick_values(model, loss), rated=LOSSES[loss].needs_weights) >= 0.85


@pytest.mark.parametrize("sampler", ["popularity", "in-batch", "dynamic"])
def test_that_every_sampler_trains(sampler: str) -> None:
    assert share_first(quick_values("mf", "softmax", name=sampler)) >= 0.95


@pytest.mark.parametrize("loss", ["bpr", "hinge", "bce", "warp"])
def test_that_plain_sgd_trains_matrix_factorisation(loss: str) -> None:
    values = quick_values("mf", loss)
    values["optimiser"] = {"name": "sgd", "learning_rate": 0.05, "l2": 0.03}
    assert share_first(values) >= 0.9


@pytest.mark.parametrize(("name", "rate"), [("sgd", 0.5), ("adagrad", 0.1), ("adam", 0.02), ("adamw", 0.02)])
@pytest.mark.parametrize("sparse", ["off", "on"])
def test_that_every_optimiser_trains_with_dense_and_lazy_rows(name: str, rate: float, sparse: str) -> None:
    values = quick_values("gmf", "bpr")
    values["optimiser"] = {"name": name, "learning_rate": rate, "sparse": sparse, "weight_decay": 0.0}
    assert share_first(values) >= 0.9


@pytest.mark.parametrize("model", ["mf", "gmf", "caser", "autorec-user"])
def test_that_a_history_by_hand_is_ranked_like_a_known_user(model: str) -> None:
    split = checkerboard()
    state = RunState(make_plan(quick_values(model, MODELS[model].losses[0])), split)
    list(train(state.plan, split, state))
    for user in (0, 1):
        history = split.train.items_of(user)
        scores = torch.from_numpy(history_scores(state.model, history))
        scores[torch.from_numpy(history).long()] = -torch.inf
        assert int(scores.argmax()) == split.test.items_of(user)[0]


def test_that_ratings_are_predicted_by_matrix_factorisation() -> None:
    split = checkerboard(rated=True)
    values = quick_values("mf", "squared")
    values["training"]["stop_on"] = "rmse"
    state = RunState(make_plan(values), split)
    result = list(train(state.plan, split, state))[-1]
    assert isinstance(result, RunCompleted)
    assert {"rmse", "mae"} <= set(result.result["metrics"])
    assert result.result["metrics"]["rmse"] >= result.result["metrics"]["mae"] > 0
