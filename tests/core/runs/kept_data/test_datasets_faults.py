"""Whatever the disk refuses while data is kept or opened: the data is there all the same, and right the next time."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core import durable
from core.data.plan import DataPlan
from core.data.raw import ReadingCancelled
from core.errors import InputError
from core.proving.faults import ERRORS, Faults
from core.runs.kept_data import dataset_store
from core.runs.kept_data.dataset_store import Datasets
from core.runs.kept_data.datasets import load_kept
from core.runs.workspace import Workspace
from core.splits import prepare
from core.splits.loaded import Loaded
from core.splits.prepare import load
from tests.core.data.files import put
from tests.core.runs.keeping import csv_text, entries


@pytest.mark.parametrize(
    "name", ["events-rows.arrow", "events-counts.arrow", "users.arrow", "manifest.json", "rejects-source.arrow"]
)
@pytest.mark.parametrize("how", ["cut", "flip", "gone", "empty"])
def test_that_a_damaged_entry_is_made_anew_with_a_note(
    source: Path, store: Datasets, reads: list[str], name: str, how: str
) -> None:
    plan = DataPlan(source=str(source))
    first = load_kept(store, plan)
    path = entries(store)[0] / name
    content = path.read_bytes()
    middle = len(content) // 2
    path.write_bytes(
        {"cut": content[:middle], "empty": b"", "gone": b""}.get(
            how, content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :]
        )
    )
    if how == "gone":
        path.unlink()
    again = load_kept(store, plan)
    assert len(reads) == 2
    assert again.notes[: len(first.notes)] == first.notes
    assert any("made anew" in note for note in again.notes)
    assert "as it was kept" in load_kept(store, plan).notes[-1]
    assert len(reads) == 2


def test_that_what_says_what_was_opened_may_be_rubbish(source: Path, store: Datasets, reads: list[str]) -> None:
    plan = DataPlan(source=str(source))
    load_kept(store, plan)
    for content in (b"", b"[]", b'{"format": 1, "key": "../../etc", "files": []}', b'{"format": 9}', b"\xff"):
        for pointer in (store.folder / "opened").iterdir():
            pointer.write_bytes(content)
        assert "as it was kept" in load_kept(store, plan).notes[-1]
    assert len(reads) == 1


def full(*_: Any, **__: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("site", ["table", "manifest", "place", "pointer"])
def test_that_a_full_disk_only_means_that_it_is_not_kept(
    source: Path, store: Datasets, reads: list[str], monkeypatch: pytest.MonkeyPatch, site: str
) -> None:
    with monkeypatch.context() as broken:
        if site == "table":
            broken.setattr("core.runs.arrow_files.pa.ipc.new_file", full)
        elif site == "place":
            broken.setattr("core.durable.Path.rename", full)
        else:
            real, wanted = durable.write, "manifest.json" if site == "manifest" else ""
            broken.setattr(
                durable,
                "write",
                lambda path, content, own=False: (
                    full_as_told(path)
                    if path.name == wanted or (not wanted and path.parent.name == "opened")
                    else real(path, content, own)
                ),
            )
        loaded = load_kept(store, DataPlan(source=str(source)))
    assert len(loaded.cleaned.interactions.events)
    assert any("not kept" in note for note in loaded.notes) is (site != "pointer")
    assert not [each for each in store.folder.iterdir() if each.name.startswith(dataset_store.MAKING)]
    load_kept(store, DataPlan(source=str(source)))
    load_kept(store, DataPlan(source=str(source)))
    assert len(reads) == (1 if site == "pointer" else 2)


def full_as_told(path: Path) -> None:
    raise durable.storage_error(OSError(errno.ENOSPC, "full"), path)


def test_that_a_workspace_that_cannot_be_made_is_no_error(source: Path, tmp_path: Path) -> None:
    put(tmp_path, "file", "no folder")
    loaded = load_kept(Datasets(Workspace(tmp_path / "file"), smallest=0), DataPlan(source=str(source)))
    assert any("not kept" in note for note in loaded.notes)


def test_that_a_cancelled_reading_keeps_nothing(source: Path, store: Datasets) -> None:
    asked: list[Callable[[], bool]] = []
    with pytest.raises(ReadingCancelled):
        load_kept(store, DataPlan(source=str(source)), cancelled=lambda: len(asked) >= 0)
    assert not store.folder.exists()


def test_that_a_file_that_changes_while_it_is_read_is_not_kept(
    source: Path, store: Datasets, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = prepare.load

    def meddled(data: DataPlan, **options: Any) -> Loaded:
        found = real(data, **options)
        source.write_text(csv_text(seed=5))
        return found

    monkeypatch.setattr(prepare, "load", meddled)
    assert "changed meanwhile" in load_kept(store, DataPlan(source=str(source))).notes[-1]
    assert not entries(store) if store.folder.exists() else True


def test_that_a_missing_source_is_told_as_reading_tells_it(tmp_path: Path, store: Datasets) -> None:
    with pytest.raises(InputError) as caught:
        load_kept(store, DataPlan(source=str(tmp_path / "nowhere.csv")))
    assert caught.value.code == "input.missing"


@pytest.mark.parametrize("state", ["new", "kept"])
@pytest.mark.parametrize("code", ERRORS)
def test_that_no_disk_that_refuses_to_write_keeps_data_from_being_opened(tmp_path: Path, state: str, code: str) -> None:
    source = put(tmp_path / "data", "ratings.csv", csv_text(60))
    plan, at, reached = DataPlan(source=str(source)), 0, True
    right = load(plan).cleaned.interactions.events.items.tolist()
    while reached:
        workspace = Workspace(tmp_path / f"workspace-{at}")
        store = Datasets(workspace, smallest=0)
        workspace.prepare()
        if state == "kept":
            load_kept(store, plan)
        with Faults(workspace.path, at, code, False) as faults:
            found = load_kept(store, plan)
        reached = at < len(faults.sites)
        assert found.cleaned.interactions.events.items.tolist() == right, faults.sites[at:]
        load_kept(store, plan)
        again = load_kept(store, plan)
        assert "as it was kept" in again.notes[-1], faults.sites[at:]
        assert again.cleaned.interactions.events.items.tolist() == right
        at += 1
    assert at > (30 if state == "new" else 1)
