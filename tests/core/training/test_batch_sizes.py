from __future__ import annotations

import pytest

from core.batches import window_starts
from core.training.batch_sizes import with_batch_size
from core.training.loop import train
from core.training.plan import make_plan
from core.training.state import RunState
from tests.core.training.boards import chance, events_of

MOST = {"neumf": 1024, "caser": 512, "autorec-user": 64, "autorec-item": 256}


@pytest.mark.parametrize(("model", "most"), MOST.items())
def test_that_large_data_gets_the_largest_batch_of_the_model(model: str, most: int) -> None:
    # 800 users with 120 training events each: 96,000 positives
    events = chance(users=800, items=1600, each=122).train
    assert with_batch_size(make_plan({"model": {"name": model}}), events).training.batch_size == most


@pytest.mark.parametrize(("model", "size"), [("neumf", 64), ("caser", 64), ("autorec-user", 64), ("autorec-item", 16)])
def test_that_small_data_gets_many_small_steps(model: str, size: int) -> None:
    # 500 users with 10 training events each and windows of 3 targets: 5,000 pairs, 3,500 windows, 500 and 100 rows
    plan = make_plan({"model": {"name": model}})
    events = chance(users=500, items=100, each=12).train
    if model == "caser":
        assert len(window_starts(events, plan.model.settings.targets)) == 3500
        size = 32  # 3,500 / 64 = 54 steps, and the largest power of two below
    assert with_batch_size(plan, events).training.batch_size == size


def test_that_no_step_is_smaller_than_what_a_processor_is_good_at() -> None:
    events = chance(users=8, items=40, each=5).train
    assert with_batch_size(make_plan({"model": {"name": "neumf"}}), events).training.batch_size == 32


def test_that_a_size_that_was_asked_for_is_kept_and_popularity_has_none() -> None:
    events = chance().train
    asked = make_plan({"model": {"name": "neumf"}, "training": {"batch_size": 7}})
    assert with_batch_size(asked, events) is asked
    baseline = make_plan({"model": {"name": "popularity"}})
    assert with_batch_size(baseline, events) is baseline


def test_that_a_run_tells_the_size_it_took_and_keeps_it_when_the_second_phase_has_more_data() -> None:
    split = chance(users=400, items=80, each=12, refit=True)
    plan = make_plan({"model": {"name": "gmf"}, "training": {"epochs": 1}, "evaluation": {"bootstrap": 0}})
    state = RunState(plan, split)
    started = [event for event in train(plan, split, state) if type(event).__name__ == "RunStarted"]
    assert len(started) == 2
    # 4,000 pairs, then 4,400
    assert [event.plan["training"]["batch_size"] for event in started] == [32, 32]
    assert [event.steps_per_epoch for event in started] == [125, 138]


def test_that_users_and_items_without_training_events_are_no_rows() -> None:
    # 90 users and 90 items with events among 900: 90 / 6 = 15 rows a step at most, and the smallest size is 16
    events = events_of([(row, row) for row in range(90)], 900, 900)
    for model in ("autorec-user", "autorec-item"):
        assert with_batch_size(make_plan({"model": {"name": model}}), events).training.batch_size == 16
