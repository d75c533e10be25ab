"""Marks: name, star and note of a run, kept beside its record."""

from __future__ import annotations

import pytest

from core.errors import UsageError
from core.runs.entries import read_entry
from core.runs.library import mark_run, read_library
from core.runs.marks import LONGEST_NAME, Marks, read_marks
from core.runs.workspace import Workspace
from tests.core.runs.shelves import fake_record, put_run, write_plainly


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
