"""resume(): from any step, in any phase, to the very end that a run in one piece has."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from core.errors import PlanError, UsageError
from core.runs.creating import NewRun
from core.runs.folder import RunFolder
from core.runs.history import epochs_told
from core.runs.log import read_log
from core.runs.opening import Run, open_run, trained_for
from core.runs.owner import is_being_written, locked
from core.runs.recording import recorded
from core.runs.resuming import resume
from core.runs.standing import unfinished
from core.runs.workspace import Workspace
from core.splits.split import Split
from core.training.control import Control
from core.training.events import (
    EpochDone,
    EvaluationAdvanced,
    RunCompleted,
    RunEvent,
    RunFailed,
    RunStarted,
    RunStopped,
    StepsDone,
)
from core.training.loop import train
from core.training.plan import Plan, make_plan
from core.training.state import RunState
from tests.core.training.boards import chance

SPLIT = chance()
REFITTED = chance(refit=True)


def plan_of(model: str = "gmf", epochs: int = 4, **sections: Any) -> Plan:
    training = {"epochs": epochs, "batch_size": 100, "patience": 0, "report_every": 0, **sections.pop("training", {})}
    optimiser = {"learning_rate": 0.05, **sections.pop("optimiser", {})}
    evaluation = {"bootstrap": 20, "ks": [5, 10]}
    named = {"name": model, **({"factors": 4} if model in ("gmf", "mf") else {})}
    return make_plan(
        {"model": named, "training": training, "optimiser": optimiser, "evaluation": evaluation, **sections}
    )


def record(path: Path, plan: Plan, split: Split = SPLIT, control: Control | None = None) -> Iterator[RunEvent]:
    state = RunState(plan, split, trained_for(plan, split=split))
    return recorded(train(plan, split, state, control), state, NewRun(path, path.name, path.name), every=0.0)


def cut_after(path: Path, plan: Plan, split: Split, number: int) -> None:
    """Record, and be killed after so many events."""
    events = record(path, plan, split)
    for _, _ in zip(range(number), events, strict=False):
        pass
    events.close()  # type: ignore[attr-defined]


def end(path: Path) -> dict[str, Any]:
    """All that the end of a run holds, but what a clock says."""
    run = open_run(path)
    tensors = {name: hashlib.sha256(each.numpy().tobytes()).hexdigest() for name, each in run.loaded.tensors.items()}
    plain = {**run.loaded.checkpoint.plain, "seconds": 0}
    result = {**run.result, "seconds": 0, "run": ""}
    epochs = [{**each, "seconds": 0, "epochs": 0} for each in epochs_told(read_log(run.folder.events).events)]
    results = {each.name: each.read_bytes() for each in sorted(run.folder.results.glob("*.json"))}
    return {"tensors": tensors, "plain": plain, "result": result, "epochs": epochs, "results": results}


def some(numbers: Sequence[int], odd: bool = False) -> Sequence[int]:
    """A dozen of them and always the last two: each costs a run with its syncs to disk; `prove resume` takes more."""
    every = max(len(numbers) // 10, 1)
    return [*numbers[every // 2 if odd else 0 : -2 : every], *numbers[-2:]]


def events_of(plan: Plan, split: Split) -> list[RunEvent]:
    return list(train(plan, split))


@pytest.mark.parametrize("split", [SPLIT, REFITTED], ids=["", "refit"])
@pytest.mark.parametrize("keep_best", [True, False])
def test_that_a_killed_run_goes_on_from_any_event_to_the_same_end(
    tmp_path: Path, split: Split, keep_best: bool
) -> None:
    plan = plan_of(epochs=3, training={"keep_best": keep_best, "patience": 2})
    told = list(record(tmp_path / "whole", plan, split))
    assert isinstance(told[-1], RunCompleted)
    whole = end(tmp_path / "whole")
    for number in some(range(3, len(told)), keep_best):
        path = tmp_path / str(number)
        cut_after(path, plan, split, number)
        assert open_run(path).record.state == "running"
        last = list(resume(path, every=0.0))[-1]
        assert isinstance(last, RunCompleted)
        assert end(path) == whole, f"cut after event {number}, {told[number - 1]}"


def test_that_a_run_stopped_after_the_last_step_of_an_epoch_tells_its_whole_loss(tmp_path: Path) -> None:
    plan = plan_of(epochs=2)
    whole = [event.loss for event in events_of(plan, SPLIT) if isinstance(event, EpochDone)]
    control = Control()
    for event in record(tmp_path / "cut", plan, control=control):
        if isinstance(event, StepsDone) and event.step == event.steps:
            control.stop()
    assert open_run(tmp_path / "cut").record.state == "stopped"
    again = [event.loss for event in resume(tmp_path / "cut") if isinstance(event, EpochDone)]
    assert again == whole


def test_that_a_run_stopped_while_it_is_ranked_is_ranked_when_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.evaluation.users_at_once", lambda scorer: 5)
    plan = plan_of(epochs=2)
    told = list(record(tmp_path / "whole", plan))
    ranked = [at for at, event in enumerate(told) if isinstance(event, EvaluationAdvanced)]
    started = next(at for at, event in enumerate(told) if isinstance(event, RunStarted))
    for number in some([at for at in ranked if at > started]):
        path, control = tmp_path / str(number), Control()
        events: list[RunEvent] = []
        for event in record(path, plan, control=control):
            if len(events) == number:
                control.stop()
            events.append(event)
        assert isinstance(events[-1], RunStopped | RunCompleted)
        if isinstance(events[-1], RunStopped):
            list(resume(path, every=0.0))
        assert end(path) == end(tmp_path / "whole")


def test_that_a_run_that_early_stopping_had_ended_is_not_trained_further(tmp_path: Path) -> None:
    plan = plan_of(epochs=60, training={"patience": 1})
    done = [event for event in record(tmp_path / "whole", plan) if isinstance(event, EpochDone)]
    assert len(done) < 60
    events = record(tmp_path / "cut", plan)
    for event in events:
        if isinstance(event, EpochDone) and event.epoch == len(done):
            break
    events.close()  # type: ignore[attr-defined]
    assert not [event for event in resume(tmp_path / "cut", every=0.0) if isinstance(event, EpochDone)]
    assert end(tmp_path / "cut") == end(tmp_path / "whole")


def test_that_a_run_killed_before_its_first_checkpoint_starts_again(tmp_path: Path) -> None:
    plan = plan_of()
    list(record(tmp_path / "whole", plan))
    events = record(tmp_path / "cut", plan)
    next(event for event in events if isinstance(event, RunStarted))
    events.close()  # type: ignore[attr-defined]
    list(resume(tmp_path / "cut", every=0.0))
    assert end(tmp_path / "cut") == end(tmp_path / "whole")


def test_that_a_completed_run_is_not_gone_on_with_unless_more_epochs_are_asked_for(tmp_path: Path) -> None:
    list(record(tmp_path / "run", plan_of()))
    with pytest.raises(UsageError, match="--epochs"):
        next(resume(tmp_path / "run"))
    with pytest.raises(UsageError, match="4 epochs already"):
        next(resume(tmp_path / "run", epochs=4))
    assert open_run(tmp_path / "run").record.state == "completed"


@pytest.mark.parametrize("keep_best", [True, False])
def test_that_training_longer_equals_a_longer_run(tmp_path: Path, keep_best: bool) -> None:
    training = {"keep_best": keep_best}
    list(record(tmp_path / "long", plan_of(epochs=7, training=training)))
    list(record(tmp_path / "short", plan_of(epochs=3, training=training)))
    last = list(resume(tmp_path / "short", epochs=7, every=0.0))[-1]
    assert isinstance(last, RunCompleted)
    assert end(tmp_path / "short") == end(tmp_path / "long")
    assert open_run(tmp_path / "short").plan.training.epochs == 7
    assert "epochs = 7" in (tmp_path / "short" / "plan.toml").read_text()


@pytest.mark.parametrize(
    ("sections", "split", "why"),
    [
        ({"optimiser": {"schedule": "linear"}}, SPLIT, "learning rate follows"),
        ({"optimiser": {"warmup": 0.5}}, SPLIT, "learning rate follows"),
        ({"training": {"patience": 1, "epochs": 60}}, SPLIT, "Early stopping ended it"),
        ({"training": {"evaluate_every": 3}}, SPLIT, "out of turn"),
        ({}, REFITTED, "trained again on training and validation"),
    ],
)
def test_that_training_longer_says_why_it_would_not_equal_a_longer_run(
    tmp_path: Path, sections: dict[str, Any], split: Split, why: str
) -> None:
    list(record(tmp_path / "run", plan_of(**sections), split))
    with pytest.raises(UsageError, match=why):
        next(resume(tmp_path / "run", epochs=100))


def test_that_a_failed_run_keeps_its_best_weights_and_goes_on_from_the_last_good_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_of(epochs=6)
    list(record(tmp_path / "whole", plan))
    state = RunState(plan, SPLIT)
    run = NewRun(tmp_path / "cut", "cut", "cut")
    last: RunEvent | None = None
    real = state.model.encode
    for last in recorded(train(plan, SPLIT, state), state, run, every=1000.0):
        if isinstance(last, EpochDone) and last.epoch == 3:

            def no_memory(*_: object) -> None:
                raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory")

            monkeypatch.setattr(state.model, "encode", no_memory)
    assert isinstance(last, RunFailed)
    monkeypatch.setattr(state.model, "encode", real)
    opened = open_run(tmp_path / "cut")
    assert opened.record.state == "failed"
    assert state.best is not None
    assert digest(opened.model.state_dict()) == digest(state.best)
    list(resume(tmp_path / "cut", every=0.0))
    assert end(tmp_path / "cut")["tensors"] == end(tmp_path / "whole")["tensors"]


def digest(weights: dict[str, Any]) -> str:
    return hashlib.sha256(b"".join(each.numpy().tobytes() for each in weights.values())).hexdigest()


def started_neumf(tmp_path: Path, split: Split) -> Plan:
    tower = {"factors": 4, "tower": [8, 4]}
    for role in ("gmf", "mlp"):
        own = {"factors": 4} if role == "gmf" else tower
        list(record(tmp_path / role, Plan(**_with_model(role, own)), split))
    start = {f"start_{role}": str(tmp_path / role) for role in ("gmf", "mlp")}
    return Plan(**_with_model("neumf", {**tower, **start}))


def _with_model(name: str, fields: dict[str, Any]) -> dict[str, Any]:
    training = {"epochs": 3, "batch_size": 100, "patience": 0, "report_every": 0}
    plan = make_plan({"model": {"name": name, **fields}, "training": training, "evaluation": {"bootstrap": 20}})
    return {each.name: getattr(plan, each.name) for each in dataclasses.fields(plan)}


@pytest.mark.parametrize("split", [SPLIT, dataclasses.replace(SPLIT, refit=True)], ids=["", "refit"])
def test_that_a_run_that_started_from_others_goes_on_without_them(tmp_path: Path, split: Split) -> None:
    plan = started_neumf(tmp_path, SPLIT)
    told = list(record(tmp_path / "whole", plan, split))
    cut_after(tmp_path / "cut", plan, split, len(told) // 3)
    for role in ("gmf", "mlp"):
        (tmp_path / role).rename(tmp_path / f"{role}-gone")
    list(resume(tmp_path / "cut", every=0.0))
    assert end(tmp_path / "cut")["tensors"] == end(tmp_path / "whole")["tensors"]


def test_that_a_start_from_runs_of_another_split_is_refused(tmp_path: Path) -> None:
    plan = started_neumf(tmp_path, SPLIT)
    other = dataclasses.replace(SPLIT, train=SPLIT.train.select(SPLIT.train.items != SPLIT.train.items[0]))
    with pytest.raises(PlanError, match="another training part"):
        trained_for(plan, split=other)
    assert set(trained_for(plan, split=SPLIT)) == {"gmf", "mlp"}


def test_that_two_cannot_go_on_with_the_same_run(tmp_path: Path) -> None:
    cut_after(tmp_path / "run", plan_of(), SPLIT, 6)
    first = resume(tmp_path / "run")
    next(first)
    assert is_being_written(RunFolder(tmp_path / "run"))
    with pytest.raises(UsageError, match="written by this process"):
        next(resume(tmp_path / "run"))
    first.close()
    assert not is_being_written(RunFolder(tmp_path / "run"))


def test_that_a_run_opens_while_it_is_written(tmp_path: Path) -> None:
    for event in record(tmp_path / "run", plan_of()):
        if isinstance(event, EpochDone):
            opened: Run = open_run(tmp_path / "run")
            assert opened.record.epoch == event.epoch
            assert opened.model is not None


def test_that_an_unclean_end_is_told_with_what_was_saved(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.prepare()
    path = workspace.new_path()
    cut_after(path, plan_of(), SPLIT, 9)
    list(record(workspace.new_path(), plan_of()))
    (found,) = unfinished(workspace)
    assert found.folder.path == path
    assert (found.model, found.epochs) == ("gmf", 4)
    assert (found.epoch, found.step) != (0, 0)
    assert found.saved.endswith("+00:00")
    with locked(found.folder):
        assert list(unfinished(workspace)) == []
