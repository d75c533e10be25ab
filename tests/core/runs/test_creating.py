from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import filelock
import pytest

from core import durable
from core.errors import StorageError, UsageError
from core.runs.creating import NewRun, check_place, create
from core.runs.dataset import read_dataset
from core.runs.folder import RunFolder
from core.runs.owner import is_being_written, locked
from core.runs.record import RunRecord, read_record
from core.training.plan import Plan, make_plan, read_plan
from tests.core.runs.making import small_split

PLAN: Plan = make_plan({"model": {"name": "popularity"}})
SPLIT = small_split()


def new_run(path: Path, replace: bool = False, run_id: str = "one") -> RunFolder:
    record = RunRecord(run_id, "", "running", {}, {}, {})
    folder, _ = create(NewRun(path, str(path), run_id, replace), record, PLAN, SPLIT)
    return folder


def test_that_a_new_run_holds_plan_data_and_record(tmp_path: Path) -> None:
    folder = new_run(tmp_path / "deep" / "run")
    assert make_plan(read_plan(folder.plan)) == PLAN
    split, found = read_dataset(folder.data)
    record = read_record(folder)
    assert record.data["hash"] == found
    assert record.data["train"] == len(split.train)
    assert sorted(each.name for each in folder.path.parent.iterdir()) == ["run"]


def test_that_what_is_there_is_not_overwritten_unasked(tmp_path: Path) -> None:
    new_run(tmp_path / "run")
    with pytest.raises(UsageError, match="--force"):
        check_place(tmp_path / "run", replace=False)
    with pytest.raises(UsageError):
        new_run(tmp_path / "run", run_id="two")
    assert read_record(RunFolder(tmp_path / "run")).id == "one"


def test_that_a_run_is_replaced_when_asked(tmp_path: Path) -> None:
    new_run(tmp_path / "run")
    folder = new_run(tmp_path / "run", replace=True, run_id="two")
    assert read_record(folder).id == "two"
    assert [each.name for each in tmp_path.iterdir()] == ["run"]


def test_that_an_empty_folder_is_a_place_for_a_run(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    assert read_record(new_run(tmp_path / "run")).id == "one"


@pytest.mark.parametrize("content", ["notes", "file", "damaged", "more", "link"])
def test_that_nothing_but_a_whole_run_is_ever_replaced(tmp_path: Path, content: str) -> None:
    path = tmp_path / "run"
    if content == "notes":
        path.mkdir()
        (path / "notes.txt").write_text("mine")
    elif content == "file":
        path.write_text("mine")
    elif content == "damaged":
        path.mkdir()
        (path / "run.json").write_text('{"name": "my own run"}')
    elif content == "more":
        new_run(path)
        (path / "thesis.tex").write_text("mine")
    else:
        new_run(tmp_path / "elsewhere")
        path.symlink_to(tmp_path / "elsewhere")
    before = sorted(str(each) for each in tmp_path.rglob("*"))
    with pytest.raises(UsageError) as raised:
        check_place(path, replace=True)
    assert raised.value.remedy
    with pytest.raises(UsageError):
        new_run(path, replace=True)
    assert sorted(str(each) for each in tmp_path.rglob("*")) == before


@pytest.mark.parametrize("moment", range(1, 12))
def test_that_a_disk_error_at_any_moment_leaves_the_old_run_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    new_run(tmp_path / "run")
    left = [moment]
    fsync = os.fsync

    def failing(descriptor: int) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise OSError(5, "Input/output error")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(StorageError):
        new_run(tmp_path / "run", replace=True, run_id="two")
    monkeypatch.undo()
    assert read_record(RunFolder(tmp_path / "run")).id == "one"
    read_dataset(tmp_path / "run" / "data")
    assert [each.name for each in tmp_path.iterdir()] == ["run"]


def test_that_a_run_that_cannot_take_its_place_gives_the_old_one_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_run(tmp_path / "run")
    rename = Path.rename
    calls = [0]

    def second_fails(self: Path, target: Path) -> Path:
        calls[0] += 1
        if calls[0] == 2:
            raise OSError(28, "No space left on device")
        return rename(self, target)

    # a system on which two folders cannot change places in one step
    monkeypatch.setattr(durable, "swap", lambda one, other: False)
    monkeypatch.setattr(Path, "rename", second_fails)
    with pytest.raises(StorageError):
        new_run(tmp_path / "run", replace=True, run_id="two")
    assert read_record(RunFolder(tmp_path / "run")).id == "one"


def test_that_what_a_killed_process_was_making_is_swept_by_the_next_and_nothing_else(tmp_path: Path) -> None:
    dead, living, own = (tmp_path / f".new-{each}" for each in ("d" * 16, "e" * 16, "notes"))
    for each in (dead, living, own):
        each.mkdir()
        (each / "x").write_text("x")
    with filelock.FileLock(f"{living}.lock"):
        new_run(tmp_path / "run")
        assert sorted(each.name for each in tmp_path.iterdir()) == sorted(
            [living.name, f"{living.name}.lock", own.name, "run"]
        )


def test_that_a_locked_run_is_neither_written_twice_nor_replaced(tmp_path: Path) -> None:
    folder = new_run(tmp_path / "run")
    assert not is_being_written(folder)
    with locked(folder):
        assert is_being_written(folder)
        with pytest.raises(UsageError, match="another process"):
            check_place(folder.path, replace=True)
        with pytest.raises(UsageError, match="by this process"), locked(folder):
            pass
    assert not is_being_written(folder)


def test_that_a_lock_dies_with_its_process(tmp_path: Path) -> None:
    folder = new_run(tmp_path / "run")
    program = (
        "import os, sys; from pathlib import Path; from core.runs.folder import RunFolder\n"
        "from core.runs.owner import locked\n"
        "with locked(RunFolder(Path(sys.argv[1]))): print('held', flush=True); os.kill(os.getpid(), 9)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(folder.path)], capture_output=True, text=True, check=False
    )
    assert ended.stdout == "held\n"
    assert ended.returncode == -9
    assert not is_being_written(folder)
    with locked(folder):
        pass
