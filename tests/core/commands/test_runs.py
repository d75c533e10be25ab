"""rankscope runs: list, name, star, annotate, delete, bring back."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.runs.folder import RunFolder
from core.runs.workspace import Workspace
from tests.core.commands.conftest import Call
from tests.core.runs.shelves import put_run


@pytest.fixture
def folders(tmp_path: Path) -> list[RunFolder]:
    workspace = Workspace(tmp_path / "ws")
    workspace.prepare()
    made = [put_run(workspace, number) for number in range(4)]
    put_run(workspace, 9, name="broken").record.write_bytes(b"{")
    return made


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "ws"


def names(call: Call, place: Path, *more: str) -> list[str]:
    said = call("runs", "list", "--workspace", place, "--json", *more)
    assert said.code == 0, said.err
    return [each["title"] for each in said.objects if each["event"] == "run"]


def test_that_runs_are_listed_filtered_and_sorted(call: Call, folders: list[RunFolder], place: Path) -> None:
    said = call("runs", "list", "--workspace", place)
    assert said.code == 0, said.err
    assert "Hit@10" in said.out
    assert "broken" in said.err
    assert len(names(call, place)) == 5
    assert len(names(call, place, "--state", "damaged")) == 1
    assert all(each.startswith("mf") for each in names(call, place, "--model", "mf"))
    found = call("runs", "list", "--workspace", place, "--json", "--sort", "hit")
    hits = [each["hit"] for each in found.objects if each["event"] == "run"][:4]
    assert hits == sorted(hits, reverse=True)
    assert found.result == {"event": "result", "runs": 5, "of": 5, "read_only": ""}


def test_that_a_run_is_named_starred_and_annotated(call: Call, folders: list[RunFolder], place: Path) -> None:
    run = folders[1].path.name
    shared = ("--workspace", place)
    assert call("runs", "rename", run[:10], "the best", *shared).code == 0
    assert call("runs", "star", "the best", run, *shared).code == 0
    assert call("runs", "note", "the best", "line\nline", *shared, "--json").result["note"] == "line\nline"
    assert names(call, place, "--starred") == ["the best"]
    assert names(call, place, "--find", "LINE") == ["the best"]
    assert call("runs", "unstar", run, *shared).code == 0
    assert names(call, place, "--starred") == []


def test_that_a_run_is_deleted_brought_back_and_removed(call: Call, folders: list[RunFolder], place: Path) -> None:
    shared = ("--workspace", place)
    run = folders[2].path.name
    # a run that is named twice is one run
    said = call("runs", "delete", run[:8], folders[3].path.name, run, *shared)
    assert said.code == 0, said.err
    assert f"restore {run[:8]}" in said.out
    assert len(names(call, place)) == 3
    assert len(names(call, place, "--trash")) == 2
    assert call("runs", "restore", run, *shared).code == 0
    assert folders[2].exists()
    assert call("runs", "empty-trash", *shared, "--json").result["removed"] == 1
    assert call("runs", "restore", folders[3].path.name, *shared).code == 2


def test_that_a_wrong_action_or_run_is_refused_in_one_sentence(
    call: Call, folders: list[RunFolder], place: Path
) -> None:
    for words in (("runs",), ("runs", "dlete"), ("runs", "star", "nobody"), ("runs", "list", "--state", "odd")):
        said = call(*words, "--workspace", place)
        assert said.code == 2, words
        assert said.err.count("\n") == 1, said.err


def test_that_an_empty_workspace_is_no_error(call: Call, tmp_path: Path) -> None:
    said = call("runs", "list", "--workspace", tmp_path / "nothing")
    assert (said.code, said.out.strip()) == (0, "No runs.")
    assert not (tmp_path / "nothing").exists()


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"{", "Expecting property name"), (b"\x00" * 40, "Expecting value"), (b"{}", "does not say which format")],
)
def test_that_a_damaged_workspace_is_listed_and_what_is_wrong_with_it_is_told(
    call: Call, folders: list[RunFolder], place: Path, content: bytes, why: str
) -> None:
    mark = place / "workspace.json"
    mark.write_bytes(content)
    said = call("runs", "list", "--workspace", place)
    assert said.code == 0, said.err
    assert folders[0].path.name[:8] in said.out
    noted = said.err.splitlines()[0]
    for part in ("viewing only", str(mark), "the file is damaged", why, "delete this one file"):
        assert part in noted, part
    assert mark.read_bytes() == content
    # what the note advises mends it
    mark.unlink()
    assert call("runs", "star", folders[0].path.name, "--workspace", place).code == 0
    assert "viewing only" not in call("runs", "list", "--workspace", place).err


def test_that_a_damaged_workspace_without_runs_is_not_passed_over_in_silence(call: Call, tmp_path: Path) -> None:
    (tmp_path / "workspace.json").write_text("[1", "utf-8")
    said = call("runs", "list", "--workspace", tmp_path)
    assert (said.code, said.out.strip()) == (0, "No runs.")
    assert said.err.count("\n") == 1, said.err
    assert "workspace.json: the file is damaged" in said.err


def test_that_nothing_is_noted_of_an_empty_folder(call: Call, tmp_path: Path) -> None:
    said = call("runs", "list", "--workspace", tmp_path)
    assert (said.code, said.out.strip(), said.err) == (0, "No runs.", "")
