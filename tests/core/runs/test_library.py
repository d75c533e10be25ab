"""The library: listing, the index, marks, owners, the trash."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from pathlib import Path

import pytest

from core import durable
from core.errors import StorageError, UsageError
from core.runs import library as module
from core.runs.entries import read_entry
from core.runs.folder import RunFolder
from core.runs.library import Library, index_path, mark_run, read_flat_plans, read_library
from core.runs.marks import LONGEST_NAME, Marks, marked, read_marks
from core.runs.owner import locked, owner_of
from core.runs.trash import delete_run, deleted_runs, empty_trash, find_deleted, restore_run
from core.runs.workspace import Workspace
from tests.core.runs.shelves import fake_record, put_run, write_plainly


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path / "ws")
    made.prepare()
    return made


def aged(workspace: Workspace) -> Workspace:
    """As if all folders had last changed a while ago: only then is what was read of them trusted."""
    for folder in workspace.runs():
        then = time.time_ns() - 60_000_000_000 + hash(folder.path.name) % 1000
        os.utime(folder.path, ns=(then, then))
    return workspace


def titles(library: Library) -> list[str]:
    return [entry.title for entry in library.entries]


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


def test_that_what_was_read_last_stands_for_an_index_that_cannot_be_kept(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [put_run(workspace, number) for number in range(4)]
    aged(workspace)
    monkeypatch.setattr(module.index, "write_index", lambda *_: False)
    first = read_library(workspace)
    again = read_library(workspace, first)
    assert (first.read, again.read) == (4, 0)
    assert again == Library(workspace, first.entries)
    marked(folders[1], name="new")
    delete_run(workspace, folders[2])
    put_run(workspace, 9)
    later = read_library(workspace, again)
    assert len(later.entries) == 4
    assert "new" in titles(later)
    assert folders[2].path.name not in [entry.folder for entry in later.entries]
    assert folders[2].path.name not in later.known


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


@pytest.mark.parametrize("content", [b"", b"rubbish " * 600, b"SQLite format 3\0" + b"\xff" * 5000])
def test_that_a_damaged_index_is_built_anew(workspace: Workspace, content: bytes) -> None:
    put_run(workspace)
    read_library(workspace)
    index_path(workspace).write_bytes(content)
    assert len(read_library(workspace).entries) == 1
    aged(workspace)
    read_library(workspace)
    assert read_library(workspace).read == 0


def test_that_pages_torn_inside_of_the_index_lose_no_run(workspace: Workspace) -> None:
    for number in range(60):
        put_run(workspace, number)
    aged(workspace)
    read_library(workspace)
    path = index_path(workspace)
    content = bytearray(path.read_bytes())
    for place in range(5000, len(content), 1500):
        content[place : place + 300] = os.urandom(300)
    path.write_bytes(content)
    for _ in range(3):
        assert len(read_library(workspace).entries) == 60


def test_that_an_index_of_a_newer_version_is_left_alone(workspace: Workspace) -> None:
    put_run(workspace)
    read_library(workspace)
    with sqlite3.connect(index_path(workspace)) as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()
    before = index_path(workspace).read_bytes()
    put_run(workspace, 1)
    assert len(read_library(workspace).entries) == 2
    assert index_path(workspace).read_bytes() == before


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


def test_that_damaged_marks_do_not_hide_a_run_and_are_mended_by_the_next(workspace: Workspace) -> None:
    folder = put_run(workspace)
    (folder.path / "marks.json").write_bytes(b'{"format": 1, "star": "yes"}')
    (entry,) = read_library(workspace).entries
    assert entry.state == "completed"
    assert "marks.json" in entry.fault
    assert mark_run(workspace, folder, star=True) == Marks(star=True)


def test_that_a_name_too_long_is_refused_and_changes_nothing(workspace: Workspace) -> None:
    folder = put_run(workspace)
    mark_run(workspace, folder, name="good")
    with pytest.raises(UsageError, match="200 characters"):
        mark_run(workspace, folder, name="x" * (LONGEST_NAME + 1))
    assert read_marks(folder).name == "good"


def test_that_a_run_is_found_by_its_name(workspace: Workspace) -> None:
    folder, other = put_run(workspace, 1), put_run(workspace, 2)
    mark_run(workspace, folder, name="the best")
    assert workspace.find("the best") == folder
    mark_run(workspace, other, name="the best")
    with pytest.raises(UsageError, match="2 runs"):
        workspace.find("the best")


def test_that_training_never_touches_marks_and_marks_never_touch_the_record(workspace: Workspace) -> None:
    folder = put_run(workspace)
    before = folder.record.read_bytes()
    mark_run(workspace, folder, name="a", note="b")
    assert folder.record.read_bytes() == before
    write_plainly(folder.record, fake_record(0, state="stopped"))
    entry, _ = read_entry(folder)
    assert (entry.name, entry.state) == ("a", "stopped")


# --- owners ---------------------------------------------------------------------------------------------------------


def owned(folder: RunFolder, pid: int, host: str = "elsewhere") -> None:
    (folder.path / "owner.json").write_text(
        json.dumps({"pid": pid, "host": host, "since": "2026-01-01T00:00:00+00:00"})
    )


def test_that_a_run_written_by_another_process_tells_its_owner_and_is_read_only(workspace: Workspace) -> None:
    folder = put_run(workspace, state="running")
    with locked(folder):
        owned(folder, 4711)
        (entry,) = read_library(workspace).entries
        assert (entry.state, entry.owner, entry.read_only) == ("running", "process 4711 on elsewhere", True)
        for change in (lambda: mark_run(workspace, folder, name="x"), lambda: delete_run(workspace, folder)):
            with pytest.raises(UsageError, match="4711 on elsewhere"):
                change()
        (folder.path / "owner.json").write_bytes(b"garbage")
        assert read_library(workspace).entries[0].owner == "another process"
    assert read_marks(folder) == Marks()
    assert read_library(workspace).entries[0].state == "interrupted"


def test_that_an_owner_left_by_a_dead_process_locks_nobody_out(workspace: Workspace) -> None:
    folder = put_run(workspace)
    owned(folder, 1)
    (folder.path / ".lock").write_bytes(b"")
    assert owner_of(folder) is None
    assert mark_run(workspace, folder, star=True).star


def test_that_a_run_of_this_process_can_be_named_and_not_deleted(workspace: Workspace) -> None:
    import socket

    folder = put_run(workspace, state="running")
    with locked(folder):
        owned(folder, os.getpid(), socket.gethostname())
        (entry,) = read_library(workspace).entries
        assert entry.own
        assert not entry.read_only
        assert mark_run(workspace, folder, name="mine").name == "mine"
        with pytest.raises(UsageError):
            delete_run(workspace, folder)


# --- trash ----------------------------------------------------------------------------------------------------------


def contents(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def test_that_a_deleted_run_comes_back_byte_for_byte(workspace: Workspace) -> None:
    folder = put_run(workspace)
    mark_run(workspace, folder, name="kept", star=True)
    (folder.path / "ckpt").mkdir()
    (folder.path / "ckpt" / "1.safetensors").write_bytes(b"weights")
    before = contents(folder.path)
    read_library(workspace)
    deleted = delete_run(workspace, folder)
    assert read_library(workspace).entries == ()
    assert [each.name for each in deleted_runs(workspace)] == [folder.path.name]
    assert find_deleted(workspace, folder.path.name[:5]) == deleted
    assert restore_run(workspace, deleted) == folder
    assert contents(folder.path) == before
    assert titles(read_library(workspace)) == ["kept"]
    assert list(deleted_runs(workspace)) == []


def test_that_restoring_never_replaces_a_run(workspace: Workspace) -> None:
    deleted = delete_run(workspace, put_run(workspace, 1, name="same"))
    put_run(workspace, 2, name="same")
    with pytest.raises(UsageError, match="already"):
        restore_run(workspace, deleted)
    assert deleted.folder.exists()
    second = delete_run(workspace, RunFolder(workspace.runs_folder / "same"))
    assert {each.folder.path for each in deleted_runs(workspace)} == {deleted.folder.path, second.folder.path}


def test_that_emptying_the_trash_follows_no_link_and_takes_nothing_else(workspace: Workspace, tmp_path: Path) -> None:
    stays = put_run(workspace, 1)
    elsewhere = put_run(Workspace(tmp_path / "other"), 2)
    (workspace.runs_folder / "link").symlink_to(elsewhere.path)
    delete_run(workspace, put_run(workspace, 3))
    delete_run(workspace, RunFolder(workspace.runs_folder / "link"))
    (workspace.path / "trash" / "odd").symlink_to(stays.path)
    assert empty_trash(workspace) == 2
    assert elsewhere.exists()
    assert stays.exists()
    assert list((workspace.path / "trash").iterdir()) == []
    assert empty_trash(workspace) == 0


def test_that_a_run_outside_of_the_workspace_is_not_deleted(workspace: Workspace, tmp_path: Path) -> None:
    outside = put_run(Workspace(tmp_path / "other"))
    with pytest.raises(UsageError, match="outside"):
        delete_run(workspace, outside)
    assert outside.exists()


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


def test_that_an_index_that_cannot_be_written_is_no_hindrance(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_run(workspace)

    def refuse(*_: object) -> None:
        raise StorageError("storage.full", "the file cannot be written")

    monkeypatch.setattr(module.index, "locked", refuse)
    assert len(read_library(workspace).entries) == 1
    assert not index_path(workspace).exists()


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


def test_that_the_index_of_an_earlier_version_is_built_anew(workspace: Workspace) -> None:
    put_run(workspace, 1)
    aged(workspace)
    read_library(workspace)
    with sqlite3.connect(index_path(workspace)) as connection:
        connection.execute("PRAGMA user_version=1")
    found = read_library(workspace)
    assert found.read == 1
    assert "built anew" in found.notes[0]
    assert read_library(workspace).read == 0


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


def test_that_the_trash_can_be_listed_while_it_is_emptied(workspace: Workspace) -> None:
    for number in range(3):
        delete_run(workspace, put_run(workspace, number))
    listed = deleted_runs(workspace)
    next(listed)
    empty_trash(workspace)
    assert list(listed) == []
