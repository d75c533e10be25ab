from __future__ import annotations

import errno
import hashlib
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from core import durable
from core.errors import ModelFileError, StorageError
from core.runs.creating import NewRun
from core.runs.folder import RunFolder
from core.runs.log import read_log
from core.runs.opening import Run, open_run
from core.runs.owner import is_being_written
from core.runs.record import RunRecord, read_record, write_record
from core.runs.recording import recorded
from core.runs.results import MODEL, POPULARITY
from core.runs.weights import not_finite, unpack
from core.training.control import Control
from core.training.events import (
    EpochDone,
    EvaluationAdvanced,
    RunCompleted,
    RunEvent,
    RunFailed,
    RunStarted,
    RunStopped,
    SavingPaused,
    SavingResumed,
    from_plain,
    to_plain,
)
from core.training.loop import train
from core.training.plan import Plan, make_plan
from core.training.state import RunState
from tests.core.runs.making import small_split

SPLIT = small_split(listed=True)


def plan_of(model: str = "mf", **sections: Any) -> Plan:
    training = {"epochs": 4, "report_every": 0.0, **sections.pop("training", {})}
    return make_plan({"model": {"name": model}, "training": training, "evaluation": {"bootstrap": 50}, **sections})


def record(
    path: Path, plan: Plan | None = None, control: Control | None = None, keep: Control | None = None
) -> Iterator[RunEvent]:
    plan = plan or plan_of()
    state = RunState(plan, SPLIT)
    run = NewRun(path, "my-run", "an-id", rejected=3, dropped={"repeated": 2})
    return recorded(train(plan, SPLIT, state, control), state, run, keep, every=0.0)


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def digest(model: torch.nn.Module) -> str:
    content = b"".join(value.detach().numpy().tobytes() for value in model.state_dict().values())
    return hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    "model", ["popularity", "random", "mf", "gmf", "mlp", "neumf", "autorec-user", "autorec-item", "caser"]
)
def test_that_a_completed_run_opens_with_all_that_it_was(tmp_path: Path, model: str) -> None:
    plan = plan_of(model)
    state = RunState(plan, SPLIT)
    run = NewRun(tmp_path / "run", "my-run", "an-id", rejected=3, dropped={"repeated": 2})
    events = list(recorded(train(plan, SPLIT, state), state, run, every=0.0))
    last = events[-1]
    assert isinstance(last, RunCompleted)
    assert last.result["run"] == "my-run"
    assert last.result["rejected"] == 3
    opened = open_run(tmp_path / "run")
    assert opened.plan == state.plan
    assert opened.record.state == "completed"
    assert opened.result["metrics"] == last.result["metrics"]
    assert digest(opened.model) == digest(state.model)
    for ranker, kept in ((MODEL, state.results.model), (POPULARITY, state.results.popularity)):
        for part, evaluation in kept.items():
            read = opened.evaluation(part, ranker)
            assert read is not None
            for name in ("users", "indptr", "items", "above", "equal", "candidates"):
                assert getattr(read, name).tobytes() == getattr(evaluation, name).tobytes(), name
            assert (read.part, read.protocol, read.ks) == (evaluation.part, evaluation.protocol, evaluation.ks)
            assert read.excluded == evaluation.excluded


def test_that_the_log_holds_the_events_that_were_told(tmp_path: Path) -> None:
    told = [event for event in record(tmp_path / "run") if not isinstance(event, EvaluationAdvanced)]
    logged = read_log(tmp_path / "run" / "events.jsonl")
    assert logged.notes == ()
    assert [from_plain(each) for each in logged.events][:-1] == told[:-1]
    assert logged.events[-1]["metrics"] == to_plain(told[-1])["metrics"]


def test_that_the_folder_appears_whole_and_with_the_first_event(tmp_path: Path) -> None:
    events = record(tmp_path / "run")
    assert list(tmp_path.iterdir()) == []
    assert isinstance(next(event for event in events if not isinstance(event, EvaluationAdvanced)), RunStarted)
    opened = open_run(tmp_path / "run")
    assert opened.record.state == "running"
    assert len(opened.split.train) == len(SPLIT.train)
    with pytest.raises(ModelFileError, match="before its first checkpoint"):
        _ = opened.model
    events.close()  # type: ignore[attr-defined]


def test_that_a_run_that_never_starts_leaves_nothing(tmp_path: Path) -> None:
    state = RunState(plan_of(), SPLIT)
    failed = RunFailed("code", "what", "where", "why", "remedy")
    assert list(recorded([failed], state, NewRun(tmp_path / "run", "r", "i"))) == [failed]
    assert list(tmp_path.iterdir()) == []


def test_that_every_epoch_told_is_kept(tmp_path: Path) -> None:
    for event in record(tmp_path / "run"):
        if isinstance(event, EpochDone):
            assert open_run(tmp_path / "run").loaded.checkpoint.plain["epoch"] == event.epoch


def test_that_short_epochs_are_not_each_written(tmp_path: Path) -> None:
    plan = plan_of()
    state = RunState(plan, SPLIT)
    numbers = set()
    for _ in recorded(train(plan, SPLIT, state), state, NewRun(tmp_path / "run", "r", "i"), every=1000.0):
        numbers |= {each.stem for each in (tmp_path / "run" / "ckpt").glob("*.json")}
    assert numbers == {"000001", "000002"} or numbers == {"000001"}
    assert open_run(tmp_path / "run").loaded.checkpoint.plain["epoch"] == 4


def test_that_a_stopped_run_is_kept_and_says_so(tmp_path: Path) -> None:
    control = Control()
    last = None
    for event in record(tmp_path / "run", control=control):
        last = event
        if isinstance(event, EpochDone) and event.epoch == 2:
            control.stop()
    assert isinstance(last, RunStopped)
    opened = open_run(tmp_path / "run")
    assert opened.record.state == "stopped"
    assert opened.record.epoch == 2
    assert opened.model is not None


def test_that_a_run_that_diverges_keeps_its_last_good_state(tmp_path: Path) -> None:
    plan = plan_of(
        "neumf", optimiser={"learning_rate": 1e5, "name": "sgd"}, training={"keep_best": False, "epochs": 30}
    )
    last = list(record(tmp_path / "run", plan))[-1]
    assert isinstance(last, RunFailed)
    assert last.code in ("training.diverged", "ranking.nan-scores")
    opened = open_run(tmp_path / "run")
    assert opened.record.state == "failed"
    assert opened.record.failure["remedy"]
    for path in opened.folder.checkpoints.glob("*.safetensors"):
        assert not not_finite(unpack(path.read_bytes(), path.name))
    if list(opened.folder.checkpoints.glob("*.json")):
        assert not not_finite(opened.model.state_dict())
    else:
        with pytest.raises(ModelFileError, match="before its first checkpoint"):
            _ = opened.model


def test_that_an_abandoned_run_lets_go_of_its_lock_and_can_be_opened(tmp_path: Path) -> None:
    events = record(tmp_path / "run")
    for event in events:
        if isinstance(event, EpochDone) and event.epoch == 2:
            assert is_being_written(RunFolder(tmp_path / "run"))
            break
    events.close()  # type: ignore[attr-defined]
    assert not is_being_written(RunFolder(tmp_path / "run"))
    opened = open_run(tmp_path / "run")
    assert opened.record.state == "running"
    assert opened.model is not None


def test_that_a_run_gone_on_with_ends_like_one_that_was_not_interrupted(tmp_path: Path) -> None:
    for event in record(tmp_path / "whole"):
        whole = event
    events = record(tmp_path / "cut")
    for event in events:
        if isinstance(event, EpochDone) and event.epoch == 2:
            break
    events.close()  # type: ignore[attr-defined]
    opened = open_run(tmp_path / "cut")
    state = opened.restored_state()
    for event in recorded(train(opened.plan, opened.split, state), state, opened.folder, every=0.0):
        resumed = event
    assert isinstance(whole, RunCompleted)
    assert isinstance(resumed, RunCompleted)
    assert resumed.result["metrics"] == whole.result["metrics"]
    assert digest(open_run(tmp_path / "cut").model) == digest(open_run(tmp_path / "whole").model)
    logged = read_log(tmp_path / "cut" / "events.jsonl")
    assert logged.notes == ()
    assert [each["epoch"] for each in logged.events if each["event"] == "epoch"] == [1, 2, 3, 4]


def test_that_a_full_disk_ends_the_run_with_what_was_saved_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = record(tmp_path / "run")
    for event in events:
        if isinstance(event, EpochDone) and event.epoch == 1:
            break

    monkeypatch.setattr(os, "replace", full)
    last = list(events)[-1]
    monkeypatch.undo()
    assert isinstance(last, RunFailed)
    assert last.code == "storage.full"
    assert open_run(tmp_path / "run").loaded.checkpoint.plain["epoch"] == 1


def test_that_saving_is_tried_again_while_the_caller_wants_it_and_the_run_is_as_if_nothing_had_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail = {"now": False}
    fsync = os.fsync

    def sometimes(descriptor: int) -> None:
        if fail["now"]:
            raise OSError(errno.EIO, "Input/output error")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", sometimes)
    monkeypatch.setattr("core.runs.recording.TRY_AGAIN", 0.001)
    told = []
    for event in record(tmp_path / "run", keep=Control()):
        told.append(event)
        if isinstance(event, EpochDone) and event.epoch == 2:
            fail["now"] = True
        if isinstance(event, SavingPaused):
            assert event.code == "storage.failed"
            assert (event.epoch, event.step) == (2, 1)
            threading.Timer(0.02, lambda: fail.update(now=False)).start()
    assert isinstance(told[-1], RunCompleted)
    assert sum(isinstance(event, SavingPaused) for event in told) == 1
    assert sum(isinstance(event, SavingResumed) for event in told) == 1
    epochs = [each["epoch"] for each in read_log(tmp_path / "run" / "events.jsonl").events if each["event"] == "epoch"]
    assert epochs == [1, 2, 3, 4]
    assert not list((tmp_path / "run").rglob(f"{durable.TEMPORARY}*"))


def test_that_stop_while_saving_is_paused_keeps_what_is_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    control = Control()
    last = None
    for event in record(tmp_path / "run", control=control, keep=control):
        last = event
        if isinstance(event, EpochDone) and event.epoch == 2:
            monkeypatch.setattr(os, "replace", full)
        if isinstance(event, SavingPaused):
            assert "No space left" in event.why
            control.stop()
    monkeypatch.undo()
    assert isinstance(last, RunStopped)
    assert last.epoch == 2
    assert open_run(tmp_path / "run").loaded.checkpoint.plain["epoch"] == 2


def test_that_a_run_whose_folder_was_gone_for_a_while_misses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    control, away = Control(), tmp_path / "away"
    monkeypatch.setattr("core.runs.recording.TRY_AGAIN", 60)
    told = []
    for event in record(tmp_path / "run", control=control, keep=control):
        told.append(event)
        if isinstance(event, EpochDone) and event.epoch == 2:
            # another copy comes back, as from a backup
            shutil.copytree(tmp_path / "run", away)
            shutil.rmtree(tmp_path / "run")
        if isinstance(event, SavingPaused):
            assert event.code == "storage.gone"
            away.rename(tmp_path / "run")
            control.retry()
    assert isinstance(told[-1], RunCompleted)
    logged = read_log(tmp_path / "run" / "events.jsonl")
    assert [each["epoch"] for each in logged.events if each["event"] == "epoch"] == [1, 2, 3, 4]
    assert logged.notes == ()
    assert open_run(tmp_path / "run").record.state == "completed"


def test_that_a_run_needs_nothing_but_its_folder(tmp_path: Path) -> None:
    list(record(tmp_path / "run"))
    moved = tmp_path / "elsewhere" / "copy"
    moved.parent.mkdir()
    (tmp_path / "run").rename(moved)
    opened: Run = open_run(moved)
    assert opened.interactions.catalogue.title(3) == SPLIT.interactions.catalogue.title(3)
    assert opened.split.candidates is not None
    assert opened.model.n_items == 20


def test_that_weights_of_other_data_are_not_used(tmp_path: Path) -> None:
    list(record(tmp_path / "run"))
    record_path = tmp_path / "run" / "run.json"
    content = record_path.read_text()
    opened = open_run(tmp_path / "run")
    record_path.write_text(content.replace(opened.record.data["hash"], "0" * 64))
    with pytest.raises(ModelFileError, match="other data"):
        _ = open_run(tmp_path / "run").loaded
    with pytest.raises(StorageError, match="not what the run was trained on"):
        _ = open_run(tmp_path / "run").split


def test_that_a_killed_run_opens_with_an_epoch_that_was_told(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path\n"
        "from tests.core.runs.test_recording import record, plan_of\n"
        "for event in record(Path(sys.argv[1]), plan_of(training={'epochs': 400, 'patience': 0})):\n"
        "    if type(event).__name__ == 'EpochDone':\n"
        "        print(event.epoch, flush=True)\n"
        "        if event.epoch == 7: os.kill(os.getpid(), 9)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "run")], capture_output=True, text=True, check=False
    )
    assert ended.returncode == -9, ended.stderr
    opened = open_run(tmp_path / "run")
    assert opened.loaded.checkpoint.plain["epoch"] == 7
    assert opened.record.state == "running"
    assert not is_being_written(opened.folder)
    assert opened.model is not None


def test_that_a_stopped_run_opens_with_its_best_weights_and_goes_on_from_its_latest(tmp_path: Path) -> None:
    plan = plan_of("gmf", training={"epochs": 8, "patience": 0}, optimiser={"learning_rate": 0.05})
    for event in record(tmp_path / "whole", plan):
        whole = event
    control, best, stopped_at = Control(), "", 0
    state = RunState(plan, SPLIT)
    run = NewRun(tmp_path / "cut", "cut", "an-id")
    for event in recorded(train(plan, SPLIT, state, control), state, run, every=0.0):
        if isinstance(event, EpochDone) and not stopped_at:
            best = digest(state.model) if event.best else best
            if not event.best:
                stopped_at = event.epoch
                control.stop()
    assert 0 < stopped_at < 8
    opened = open_run(tmp_path / "cut")
    assert digest(opened.model) == best
    state = opened.restored_state()
    for event in recorded(train(opened.plan, opened.split, state), state, opened.folder, every=0.0):
        resumed = event
    assert isinstance(whole, RunCompleted)
    assert isinstance(resumed, RunCompleted)
    assert resumed.result["metrics"] == whole.result["metrics"]
    assert digest(open_run(tmp_path / "cut").model) == digest(open_run(tmp_path / "whole").model)


def test_that_an_end_whose_record_could_not_be_written_at_once_is_logged_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = iter([True])

    def sometimes(folder: RunFolder, record: RunRecord) -> None:
        if record.state == "completed" and next(refusals, False):
            raise StorageError("storage.full", "the file cannot be written", retryable=True)
        write_record(folder, record)

    monkeypatch.setattr("core.runs.recording.write_record", sometimes)
    monkeypatch.setattr("core.runs.recording.TRY_AGAIN", 0.001)
    told = list(record(tmp_path / "run", keep=Control()))
    assert isinstance(told[-1], RunCompleted)
    assert any(isinstance(event, SavingPaused) for event in told)
    logged = [each["event"] for each in read_log(tmp_path / "run" / "events.jsonl").events]
    assert logged.count("result") == 1
    assert read_record(RunFolder(tmp_path / "run")).state == "completed"
