"""The trash: runs that were deleted come back, or go for good."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import durable
from core.errors import UsageError
from core.runs.folder import RunFolder
from core.runs.library import mark_run, read_library
from core.runs.owner import locked
from core.runs.trash import (
    Deleted,
    delete_run,
    delete_runs,
    deleted_runs,
    empty_trash,
    find_deleted,
    restore_run,
    restore_runs,
)
from core.runs.workspace import Workspace
from tests.core.runs.shelves import put_run, titles


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


def test_that_the_trash_can_be_listed_while_it_is_emptied(workspace: Workspace) -> None:
    for number in range(3):
        delete_run(workspace, put_run(workspace, number))
    listed = deleted_runs(workspace)
    next(listed)
    empty_trash(workspace)
    assert list(listed) == []


def test_that_many_runs_wait_for_the_disk_together(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = [put_run(workspace, number) for number in range(30)]
    synced: list[Path] = []
    monkeypatch.setattr(durable, "sync_folder", synced.append)
    deleted = list(delete_runs(workspace, folders))
    assert [each.name for each in deleted] == [each.path.name for each in folders]
    assert workspace.runs_folder in synced
    assert deleted[0].folder.path.parent in synced
    assert len(synced) < 6
    synced.clear()
    assert list(restore_runs(workspace, deleted[:10])) == folders[:10]
    # what stays in the trash is not taken along
    assert {each.name for each in deleted_runs(workspace)} == {each.name for each in deleted[10:]}
    assert list(restore_runs(workspace, deleted[10:])) == folders[10:]
    assert len(synced) < 8
    assert list((workspace.path / "trash").iterdir()) == []
    for folder in folders:
        delete_run(workspace, folder)
    synced.clear()
    assert empty_trash(workspace) == 30
    assert len(synced) < 6
    assert list((workspace.path / "trash").iterdir()) == []


def test_that_of_many_runs_those_before_a_fault_are_moved_and_told(workspace: Workspace) -> None:
    folders = [put_run(workspace, number) for number in range(4)]
    moved: list[Deleted] = []
    back: list[RunFolder] = []
    with locked(folders[2]), pytest.raises(UsageError, match="being written"):
        moved.extend(delete_runs(workspace, folders))
    assert [each.name for each in moved] == [each.path.name for each in folders[:2]]
    assert [each.exists() for each in folders] == [False, False, True, True]
    put_run(workspace, 9, name=moved[1].name)
    with pytest.raises(UsageError, match="already"):
        back.extend(restore_runs(workspace, moved))
    assert back == folders[:1]
    assert [each.name for each in deleted_runs(workspace)] == [moved[1].name]
