"""Bundles: what one Rankscope exports another imports, and going on in the other."""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import durable
from core.errors import ModelFileError, StorageError, UsageError
from core.export.exporting import export
from core.proving.rubbish import zipped
from core.runs.folder import RunFolder
from core.runs.importing import import_bundle
from core.runs.marks import Marks, read_marks, write_marks
from core.runs.opening import open_run
from core.runs.record import read_record
from core.runs.workspace import Workspace
from core.training.plan import replace
from tests.core.runs.importing.members import changed_json, read_members, scores, written


def test_that_an_imported_run_is_the_one_that_was_exported(trained: Path, bundle: Path, workspace: Workspace) -> None:
    told: list[tuple[str, int, int]] = []
    done = import_bundle(bundle, workspace, tell=lambda *progress: told.append(progress))
    here, there = open_run(done.folder.path), open_run(trained)
    assert done.folder.path == workspace.runs_folder / there.record.id
    assert here.plan == replace(there.plan, "data.source", "events.csv")
    assert here.result == {**there.result, "run": "caser"}
    assert np.array_equal(scores(here), scores(there))
    own, other = here.evaluation("test"), there.evaluation("test")
    assert own is not None
    assert other is not None
    assert np.array_equal(own.ranks, other.ranks)
    assert told[-1][1] <= told[-1][2]
    assert [each.name for each in workspace.runs_folder.iterdir()] == [there.record.id]


def test_that_a_run_that_is_there_is_kept_and_a_copy_gets_an_id_of_its_own(bundle: Path, workspace: Workspace) -> None:
    first = import_bundle(bundle, workspace)
    with pytest.raises(UsageError, match="--copy"):
        import_bundle(bundle, workspace)
    second = import_bundle(bundle, workspace, copy=True)
    assert second.folder.path != first.folder.path
    assert read_record(second.folder).id == second.folder.path.name
    assert len(list(workspace.runs_folder.iterdir())) == 2


def test_that_state_in_the_bundle_lets_training_go_on(trained: Path, tmp_path: Path, workspace: Workspace) -> None:
    made = export(open_run(trained), "bundle", tmp_path / "whole.zip", {"state": True})
    done = import_bundle(made.out, workspace)
    assert open_run(done.folder.path).restored_state().epoch == 1


def test_that_a_bundle_with_the_hash_alone_finds_the_same_data(
    trained: Path, source: Path, bundle: Path, tmp_path: Path, workspace: Workspace
) -> None:
    alone = export(open_run(trained), "bundle", tmp_path / "alone.zip", {"data": False}).out
    with zipfile.ZipFile(alone) as archive:
        assert not any(name.startswith(("data/", "results/")) for name in archive.namelist())
    with pytest.raises(UsageError, match="--data SOURCE"):
        import_bundle(alone, workspace)
    other = tmp_path / "other.csv"
    other.write_text(source.read_text().replace("u3,", "u33,"))
    with pytest.raises(UsageError, match="not the data"):
        import_bundle(alone, workspace, data=str(other))
    assert list(workspace.runs_folder.iterdir()) == []
    moved = tmp_path / "moved.csv"
    moved.write_bytes(source.read_bytes())
    done = import_bundle(alone, workspace, data=str(moved))
    assert np.array_equal(scores(open_run(done.folder.path)), scores(open_run(trained)))
    # now a run with the same data is there, and nothing has to be named
    again = import_bundle(alone, workspace, copy=True)
    assert "which has the same" in again.notes[0]


@pytest.mark.parametrize("field", ["items", "test", "validation", "candidates", "source"])
def test_that_no_file_is_opened_because_a_bundle_names_it(
    field: str, trained: Path, source: Path, tmp_path: Path, workspace: Workspace
) -> None:
    canary = tmp_path / "canary.csv"
    canary.write_text("user,item\n1,2\n")
    alone = read_members(export(open_run(trained), "bundle", tmp_path / "alone.zip", {"data": False}).out)
    values = json.loads(alone["run.json"])
    values["plan"]["data"][field] = str(canary)
    if field == "validation":
        values["plan"]["data"]["test"] = str(canary)
    alone["run.json"] = json.dumps(values).encode()
    opened: list[str] = []
    active = [True]

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if active[0] and event == "open" and str(arguments[0]) == str(canary):
            opened.append(str(arguments[0]))

    sys.addaudithook(hook)
    path = written(alone, tmp_path / "wrong.zip")
    if field in ("items", "source"):
        import_bundle(path, workspace, data=str(source))
    else:
        with pytest.raises(UsageError, match="files of their own"):
            import_bundle(path, workspace, data=str(source))
    active[0] = False
    assert opened == []


def test_that_cancelling_leaves_nothing(bundle: Path, workspace: Workspace) -> None:
    def stop(what: str, done: int, total: int) -> None:
        if what == "checking the weights":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_bundle(bundle, workspace, tell=stop)
    assert list(workspace.runs_folder.iterdir()) == []


@pytest.mark.parametrize(("number", "code"), [(28, "storage.full"), (13, "storage.denied"), (5, "storage.failed")])
def test_that_a_disk_that_refuses_is_told_as_ours_and_leaves_nothing(
    number: int, code: str, bundle: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.prepare()

    def refuse(path: Path) -> None:
        raise OSError(number, "refused")

    monkeypatch.setattr(durable, "sync", refuse)
    with pytest.raises(StorageError) as caught:
        import_bundle(bundle, workspace)
    assert caught.value.code == code
    monkeypatch.undo()
    assert list(workspace.runs_folder.iterdir()) == []


def test_that_name_star_and_note_travel_with_a_run(trained: Path, tmp_path: Path, workspace: Workspace) -> None:
    kept = (trained / "marks.json").read_bytes() if (trained / "marks.json").exists() else None
    write_marks(RunFolder(trained), Marks("the ünlikely one", True, "line\nline"))
    made = export(open_run(trained), "bundle", tmp_path / "marked.zip").out
    if kept is None:
        (trained / "marks.json").unlink()
    done = import_bundle(made, workspace)
    assert read_marks(done.folder) == Marks("the ünlikely one", True, "line\nline")


@pytest.mark.parametrize("note", ['"x"', json.dumps("x" * 100_001), "7"])
def test_that_marks_in_a_bundle_are_looked_at_like_all_else(
    bundle: Path, tmp_path: Path, workspace: Workspace, note: str
) -> None:
    inside = read_members(bundle)
    inside["marks.json"] = f'{{"format":1,"needs":"0.1.0","name":"n","star":true,"note":{note}}}'.encode()
    manifest = json.loads(inside["bundle.json"])
    content = inside["marks.json"]
    manifest["members"]["marks.json"] = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    inside["bundle.json"] = json.dumps(manifest).encode()
    changed = tmp_path / "changed.zip"
    changed.write_bytes(zipped(inside))
    if note == '"x"':
        assert read_marks(import_bundle(changed, workspace).folder) == Marks("n", True, "x")
        return
    with pytest.raises(ModelFileError):
        import_bundle(changed, workspace)
    assert not list(workspace.runs_folder.iterdir())


def test_that_a_plan_that_was_only_near_enough_is_kept_as_it_was_understood(
    bundle: Path, tmp_path: Path, workspace: Workspace
) -> None:
    members = read_members(bundle)
    changed_json("run.json", lambda values: values["plan"].update(optimiser=[]))(members)
    done = import_bundle(written(members, tmp_path / "near.zip"), workspace)
    assert done.record.plan["optimiser"]["name"]
    assert read_record(done.folder).plan == done.record.plan
