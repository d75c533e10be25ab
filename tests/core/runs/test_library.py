"""The library: what is listed, and which folders are read for it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from core import durable
from core.errors import StorageError
from core.runs.library import mark_run, read_flat_plans, read_library
from core.runs.marks import marked
from core.runs.owner import locked
from core.runs.trash import delete_run
from core.runs.workspace import Workspace
from tests.core.runs.shelves import aged, fake_record, put_run, titles, write_plainly


def test_that_a_row_tells_what_the_record_says(workspace: Workspace) -> None:
    folder = put_run(workspace, 3)
    marked(folder, name="  my \n run ", star=True, note="why\nnot")
    record = fake_record(3)
    (entry,) = read_library(workspace).entries
    assert (entry.name, bool(entry.star), entry.note) == ("my run", True, "why\nnot")
    assert (entry.model, entry.loss, entry.data) == (
        record.plan["model"]["name"],
        record.plan["loss"]["name"],
        "ratings",
    )
    assert entry.hit == record.result["metrics"]["hit@10"]
    assert [entry.auc_low, entry.auc_high] == record.result["intervals"]["auc"]
    assert entry.epochs == record.plan["training"]["epochs"]


def test_that_only_changed_folders_are_read_again(workspace: Workspace) -> None:
    folders = [put_run(workspace, number) for number in range(5)]
    aged(workspace)
    assert read_library(workspace).read == 5
    again = read_library(workspace)
    assert again.read == 0
    assert len(again.entries) == 5
    mark_run(workspace, folders[2], name="renamed")
    third = read_library(workspace)
    assert third.read == 1
    assert "renamed" in titles(third)
    assert read_flat_plans(third)[0].keys() >= {"model.name", "training.seed"}


def test_that_a_folder_that_changed_a_moment_ago_is_not_trusted(workspace: Workspace) -> None:
    folder = put_run(workspace)
    read_library(workspace)
    stamp = folder.path.stat()
    # a second change within one tick of the clock of the file system leaves the time as it was
    write_plainly(folder.record, fake_record(0, state="failed"))
    os.utime(folder.path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert read_library(workspace).entries[0].state == "failed"


def test_that_runs_that_come_and_go_are_followed(workspace: Workspace) -> None:
    folder = put_run(workspace, 1)
    put_run(workspace, 2)
    aged(workspace)
    numbers = {entry.folder: entry.number for entry in read_library(workspace).entries}
    folder.record.unlink()
    put_run(workspace, 9)
    later = {entry.folder: entry.number for entry in read_library(workspace).entries}
    assert len(later) == 2
    assert folder.path.name not in later
    assert all(later[name] == numbers[name] for name in later.keys() & numbers.keys())
    assert len(set(later.values()) | set(numbers.values())) == 3


def test_that_a_newer_workspace_is_only_looked_at(workspace: Workspace) -> None:
    folder = put_run(workspace)
    (workspace.path / "workspace.json").write_text('{"format": 99, "needs": "9.0"}')
    library = read_library(workspace)
    assert len(library.entries) == 1
    assert "9.0" in library.read_only
    for change in (lambda: mark_run(workspace, folder, star=True), lambda: delete_run(workspace, folder)):
        with pytest.raises(StorageError) as caught:
            change()
        assert caught.value.code == "storage.newer"


def test_that_a_run_that_cannot_be_read_hides_no_other(workspace: Workspace) -> None:
    put_run(workspace, 1)
    put_run(workspace, 2, name="broken").record.write_bytes(b"{")
    hostile = {
        "plan": {"model": "x", "training": {"epochs": 10**40}},
        "result": {"metrics": {"auc": "high"}, "intervals": 3},
    }
    put_run(workspace, 3, name="odd", data={"name": "\ud800<b>" + "x" * 5000}, **hostile)
    found = {entry.folder: entry for entry in read_library(workspace).entries}
    assert len(found) == 3
    assert found["broken"].state == "damaged"
    assert "damaged" in found["broken"].fault
    assert found["odd"].auc is None
    assert len(found["odd"].data) == 200
    aged(workspace)
    assert len(read_library(workspace).entries) == len(read_library(workspace).entries) == 3


def test_that_a_thousand_runs_are_listed_without_looking_into_their_folders(workspace: Workspace) -> None:
    for number in range(1000):
        put_run(workspace, number)
    aged(workspace)
    read_library(workspace)
    taken = []
    for _ in range(5):
        began = time.thread_time()
        library = read_library(workspace)
        taken.append(time.thread_time() - began)
    assert len(library.entries) == 1000
    assert library.read == 0
    # a guard against a fall off a cliff; processor time, since the machine may be busy
    assert min(taken) < 2


def test_that_a_row_says_what_its_figures_were_measured_on(workspace: Workspace) -> None:
    result = fake_record(1).result
    put_run(workspace, 1)
    put_run(workspace, 2, result={**result, "protocol": "sampled"})
    put_run(workspace, 3, result={**result, "part": "validation"})
    # the validation part is ranked in full, whatever the test part would have been
    put_run(workspace, 4, result={"protocol": "sampled", "metrics": {}, "validation": result["metrics"]})
    put_run(workspace, 5, result={})
    said = ["", "validation", "validation", "test, sampled", "test"]
    assert [entry.measured_on for entry in read_library(workspace).entries] == said
    aged(workspace)
    read_library(workspace)
    # and so says the index
    again = read_library(workspace)
    assert again.read == 0
    assert [entry.measured_on for entry in again.entries] == said
    # a run without a test part has intervals too
    assert [entry.hit_low is not None for entry in again.entries] == [False, False, True, True, True]


def test_that_what_was_left_unfinished_in_a_run_that_has_ended_is_swept_and_nothing_of_one_that_is_written(
    workspace: Workspace,
) -> None:
    ended, living = put_run(workspace, 1), put_run(workspace, 2)
    left = []
    for folder in (ended, living):
        for place in folder.written:
            place.mkdir(exist_ok=True)
            left.append(place / f"{durable.TEMPORARY}abc")
            left[-1].write_bytes(b"half")
    names = {each.name for each in ended.path.iterdir()}
    with locked(living):
        read_library(workspace)
        assert [each.exists() for each in left] == [False] * 3 + [True] * 3
    assert {each.name for each in ended.path.iterdir()} - {".lock"} == names - {left[0].name}


def test_that_a_file_that_is_mended_in_its_place_is_read_again(workspace: Workspace) -> None:
    folder = put_run(workspace, 1)
    content = folder.record.read_bytes()
    with folder.record.open("r+b") as file:
        file.truncate(7)
    aged(workspace)
    assert [each.state for each in read_library(workspace).entries] == ["damaged"]
    # written over where it lies, so that the folder has not changed
    with folder.record.open("r+b") as file:
        file.write(content)
    assert [each.state for each in read_library(workspace).entries] == ["completed"]
    assert read_library(workspace).read == 0


def test_that_nothing_is_written_in_the_place_of_a_workspace_that_was_moved_away(
    workspace: Workspace, tmp_path: Path
) -> None:
    put_run(workspace)
    before = read_library(workspace)
    workspace.path.rename(tmp_path / "away")
    assert not read_library(workspace, before).entries
    assert not workspace.path.exists()
    (tmp_path / "away").rename(workspace.path)
    assert len(read_library(workspace).entries) == 1
