"""Who writes a run: another process, one that died, this one."""

from __future__ import annotations

import json
import os

import pytest

from core.errors import UsageError
from core.runs.folder import RunFolder
from core.runs.library import mark_run, read_library
from core.runs.marks import Marks, read_marks
from core.runs.owner import locked, owner_of
from core.runs.trash import delete_run
from core.runs.workspace import Workspace
from tests.core.runs.shelves import put_run


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
