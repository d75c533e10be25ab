from __future__ import annotations

import pytest

from core.training.control import Control
from core.training.costing import Speed, calibrated, cost, seconds_for
from core.training.events import RunStarted
from core.training.loop import train
from core.training.plan import make_plan
from core.training.state import RunState
from tests.core.training.boards import chance, checkerboard


@pytest.mark.parametrize("model", ["mf", "neumf", "caser", "autorec-item", "autorec-user", "popularity"])
def test_that_the_reckoned_sizes_are_those_of_the_run(model: str) -> None:
    plan = make_plan({"model": {"name": model}, "evaluation": {"bootstrap": 0}})
    split = chance()
    reckoned = cost(plan, split)
    state = RunState(plan, split)
    first = next(event for event in train(plan, split, state) if isinstance(event, RunStarted))
    assert reckoned.parameters == first.parameters
    assert reckoned.examples == first.examples_per_epoch
    if first.learner == "gradient":
        assert reckoned.steps == first.steps_per_epoch
        assert reckoned.batch_size == state.plan.training.batch_size > 0


def test_that_negatives_and_memory_follow_by_hand() -> None:
    # 20 users with 8 events, the last two held out: 6 training events, windows at t = 1 .. 4 with two targets
    split = chance(users=20, items=30, each=8)
    caser = make_plan(
        {
            "model": {"name": "caser", "targets": 2},
            "loss": {"name": "bpr"},
            "sampler": {"negatives": 3},
            "optimiser": {"name": "adam"},
            "training": {"keep_best": True},
        }
    )
    found = cost(caser, split)
    assert found.examples == 20 * 4
    assert found.negatives == 20 * 4 * 2 * 3
    # the weights, their gradients, two moments and the copy of the best epoch, in single precision
    assert found.memory == 4 * found.parameters * 5
    squared = make_plan({"model": {"name": "mf"}, "loss": {"name": "squared"}})
    assert cost(squared, checkerboard(rated=True)).negatives == 0


@pytest.mark.parametrize("model", ["mf", "neumf", "caser"])
def test_that_a_calibration_measures_steps_and_ranking(model: str) -> None:
    speed = calibrated(make_plan({"model": {"name": model}}), chance(), Control())
    assert speed is not None
    assert 0 < speed.epoch < 10
    assert 0 < speed.evaluation < 10


def test_that_a_calibration_that_was_stopped_tells_nothing() -> None:
    control = Control()
    control.stop()
    assert calibrated(make_plan({"model": {"name": "neumf"}}), chance(), control) is None
    assert calibrated(make_plan({"model": {"name": "popularity"}}), chance(), Control()) is None


def test_that_the_time_is_that_of_all_epochs_and_evaluations() -> None:
    plan = make_plan({"training": {"epochs": 10, "evaluate_every": 4}})
    # 10 epochs of 2 s; evaluations after 4, 8 and 10, and three at the end, of half a second
    assert seconds_for(plan, Speed(2.0, 0.5)) == 20 + 6 * 0.5
