"""A run that is stopped, paused, left or gone on with gives the same bits as one that nobody touched."""

from __future__ import annotations

import threading

import pytest

from core.comparison import PairedResult, paired
from core.metrics.intervals import intervals
from core.models import MODELS
from core.training.control import Control
from core.training.events import (
    EpochDone,
    EvaluationAdvanced,
    RunCompleted,
    RunStopped,
    StepsDone,
)
from core.training.loop import train
from core.training.plan import make_plan
from core.training.state import RunState
from tests.core.training.boards import chance
from tests.core.training.running import plan_of, run, same, strip, values, weights


@pytest.mark.parametrize("model", [model for model, entry in MODELS.items() if entry.losses])
def test_that_the_same_seed_gives_the_same_bits(model: str) -> None:
    split = chance()
    first, told = run(plan_of(model), split)
    again, told_again = run(plan_of(model), split)
    other, _ = run(plan_of(model, seed=2), split)
    assert same(weights(first), weights(again))
    assert [strip(event) for event in told if not isinstance(event, StepsDone)] == [
        strip(event) for event in told_again if not isinstance(event, StepsDone)
    ]
    assert not same(weights(first), weights(other))


@pytest.mark.parametrize("optimiser", ["sgd", "adagrad", "adam", "adamw"])
@pytest.mark.parametrize("sparse", ["off", "on"])
@pytest.mark.parametrize("model", ["gmf", "caser"])
def test_that_a_run_goes_on_from_any_epoch_as_if_never_interrupted(model: str, optimiser: str, sparse: str) -> None:
    split = chance()
    given = values(model, epochs=4)
    given["optimiser"] = {"name": optimiser, "sparse": sparse, "learning_rate": 0.05}
    plan = make_plan(given)
    whole, _ = run(plan, split)
    cut = RunState(plan, split)
    snapshot = None
    for event in train(plan, split, cut):
        if isinstance(event, EpochDone) and event.epoch == 2:
            snapshot = ({name: value.clone() for name, value in cut.tensors().items()}, cut.plain())
            break
    assert snapshot is not None
    restored = RunState(plan, split)
    restored.restore(*snapshot)
    assert isinstance(list(train(plan, split, restored))[-1], RunCompleted)
    assert same(weights(whole), weights(restored))


@pytest.mark.parametrize("model", ["mf", "caser", "autorec-user"])
def test_that_a_run_goes_on_from_the_middle_of_an_epoch(model: str) -> None:
    split = chance()
    plan = plan_of(model, batch_size=10)
    whole, _ = run(plan, split)
    cut, control = RunState(plan, split), Control()
    snapshot = None
    for event in train(plan, split, cut, control):
        if isinstance(event, StepsDone) and event.epoch == 2 and event.step >= 1 and snapshot is None:
            snapshot = ({name: value.clone() for name, value in cut.tensors().items()}, cut.plain())
    assert snapshot is not None
    restored = RunState(plan, split)
    restored.restore(*snapshot)
    list(train(plan, split, restored))
    assert same(weights(whole), weights(restored))


def test_that_stop_ends_after_the_step_in_hand_and_keeps_what_was_learned() -> None:
    split, control = chance(), Control()
    plan = plan_of("gmf", epochs=1000)
    state = RunState(plan, split)
    first = weights(state)
    events = []
    for event in train(plan, split, state, control):
        events.append(event)
        if isinstance(event, EpochDone) and event.epoch == 2:
            control.stop()
    assert isinstance(events[-1], RunStopped)
    assert events[-1].epoch == 2
    judged = [event.metrics for event in events if isinstance(event, EpochDone) and event.best]
    assert events[-1].result["validation"] == judged[-1]
    assert not same(first, weights(state))


def test_that_a_run_that_was_asked_to_stop_is_not_held_by_a_pause_after_it() -> None:
    control = Control()
    control.stop()
    control.pause()
    assert not control.paused
    # without it the run would wait here for ever
    assert control.should_stop()


def test_that_a_stop_is_heeded_while_the_baselines_are_ranked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.evaluation.users_at_once", lambda scorer: 2)
    control, ranked = Control(), []
    for event in train(plan_of("gmf"), chance(), control=control):
        ranked.append(event)
        control.stop()
    assert [type(event) for event in ranked] == [EvaluationAdvanced, RunStopped]


def test_that_a_stop_is_heeded_while_the_result_is_reckoned(monkeypatch: pytest.MonkeyPatch) -> None:
    control, compared = Control(), []

    def slow(*arguments: object, **options: object) -> PairedResult:
        compared.append(arguments)
        control.stop()
        return paired(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("core.training.judging.paired", slow)
    events = list(train(plan_of("gmf"), chance(), control=control))
    assert isinstance(events[-1], RunStopped)
    assert len(compared) == 1


@pytest.mark.parametrize("part", ["intervals", "paired"])
def test_that_a_stop_is_heeded_between_the_pieces_of_one_figure(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    control, whole = Control(), []
    real = {"intervals": intervals, "paired": paired}[part]

    def stopped(*arguments: object, **options: object) -> object:
        control.stop()
        found = real(*arguments, **options)  # type: ignore[operator]
        whole.append(found)
        return found

    monkeypatch.setattr(f"core.training.judging.{part}", stopped)
    assert isinstance(list(train(plan_of("gmf"), chance(), control=control))[-1], RunStopped)
    assert not whole


@pytest.mark.parametrize(("model", "epochs"), [("gmf", 140), ("mf", 500)])
def test_that_a_thousand_pauses_change_nothing(model: str, epochs: int) -> None:
    split, control = chance(), Control()
    plan = plan_of(model, epochs=epochs, batch_size=4)
    straight, events = run(plan, split)
    state, paused, waited = RunState(plan, split), threading.Event(), []

    def go_on() -> None:
        while paused.wait() and not control.stopped:
            paused.clear()
            waited.append(control.paused)
            control.resume()

    other = threading.Thread(target=go_on)
    other.start()
    for at, event in enumerate(train(plan, split, state, control)):
        assert strip(event) == strip(events[at])
        # within an epoch, at its end, and while the validation part is ranked
        control.pause()
        paused.set()
    control.stop()
    paused.set()
    other.join()
    # each was let go of by the other thread, while the run waited
    assert len(waited) >= 1000
    assert same(weights(straight), weights(state))


def test_that_closing_the_generator_abandons_the_run_without_a_word() -> None:
    split = chance()
    events = train(plan_of("gmf", epochs=50), split)
    for event in events:
        if isinstance(event, EpochDone):
            break
    events.close()
    assert list(events) == []
