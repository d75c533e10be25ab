from __future__ import annotations

import os
import uuid
from pathlib import Path

import pytest

from core import strict_json
from core.errors import InputError, StorageError, UsageError
from core.runs.folder import RunFolder
from core.runs.log import read_log
from core.runs.tables import read_table
from core.runs.workspace import Workspace, choose_workspace


def add_run(workspace: Workspace, name: str) -> RunFolder:
    folder = workspace.runs_folder / name
    folder.mkdir(parents=True)
    (folder / "run.json").write_text("{}")
    return RunFolder(folder)


def test_that_the_option_comes_before_the_variable_and_that_before_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RANKSCOPE_WORKSPACE", str(tmp_path / "variable"))
    assert choose_workspace(tmp_path / "option").path == tmp_path / "option"
    assert choose_workspace().path == tmp_path / "variable"
    monkeypatch.delenv("RANKSCOPE_WORKSPACE")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert choose_workspace().path.name == "rankscope"


def test_that_a_run_is_found_by_path_id_and_beginning(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "ws")
    run = add_run(workspace, "3f2a0000-1111-4222-8333-444444444444")
    add_run(workspace, "4c000000-1111-4222-8333-444444444444")
    assert workspace.find(run.path.name) == run
    assert workspace.find("3f") == run
    assert workspace.find("3F2A") == run
    assert Workspace(tmp_path / "other").find(str(run.path)) == run


def test_that_an_unknown_run_offers_the_nearest(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "ws")
    run = add_run(workspace, "3f2a0000-1111-4222-8333-444444444444")
    with pytest.raises(UsageError, match=run.path.name) as raised:
        workspace.find("3f2a0000-1111-4222-8333-444444444445")
    assert raised.value.code == "run.unknown"
    with pytest.raises(UsageError, match="rankscope train"):
        Workspace(tmp_path / "empty").find("zzz")


def test_that_a_beginning_of_several_is_refused(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "ws")
    add_run(workspace, "aa10")
    add_run(workspace, "aa20")
    with pytest.raises(UsageError, match="2 runs"):
        workspace.find("aa")


def test_that_a_folder_that_is_no_run_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with pytest.raises(InputError, match="not a run"):
        Workspace(tmp_path / "ws").find(str(tmp_path / "other"))


def test_that_unfinished_and_foreign_folders_are_no_runs(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    add_run(workspace, ".new-abc")
    (workspace.runs_folder / "notes").mkdir()
    run = add_run(workspace, "real")
    assert list(workspace.runs()) == [run]


def test_that_a_workspace_is_made_with_its_mark_and_names_runs_at_random(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "deep" / "ws")
    workspace.prepare()
    workspace.prepare()
    assert (workspace.path / "workspace.json").exists()
    assert uuid.UUID(workspace.new_path().name).version == 4
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        Workspace(tmp_path / "file").prepare()


def test_that_a_workspace_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.prepare()
    (tmp_path / "workspace.json").write_text('{"format": 9, "needs": "3.0"}')
    with pytest.raises(StorageError, match=r"needs Rankscope 3\.0"):
        workspace.prepare()


def test_that_what_is_no_folder_is_no_workspace(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a thesis")
    (tmp_path / "nowhere").symlink_to(tmp_path / "nothing")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name in ("file", "nowhere", "loop"):
        with pytest.raises(UsageError, match="no workspace"):
            choose_workspace(tmp_path / name)
    assert choose_workspace(tmp_path / "new").path == tmp_path / "new"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_that_nobody_waits_for_a_pipe_in_the_place_of_a_file(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    os.mkfifo(tmp_path / "workspace.json")
    for read in (
        workspace.prepare,
        lambda: strict_json.read(tmp_path / "workspace.json"),
        lambda: read_log(tmp_path / "workspace.json"),
        lambda: read_table(tmp_path / "workspace.json"),
    ):
        with pytest.raises(StorageError, match="It is no file"):
            read()


def test_that_a_run_that_is_gone_is_not_said_to_be_missing_from_another_workspace(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        Workspace(tmp_path / "usual").find(str(tmp_path / "other" / "runs" / "gone"))
    assert caught.value.code == "run.unknown"
    assert "usual" not in caught.value.sentence()
    assert "not there" in caught.value.sentence()
