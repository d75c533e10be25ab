from __future__ import annotations

import os
from pathlib import Path

import filelock
import pytest

from core import durable
from core.data.plan import DataPlan
from core.runs.kept_data import dataset_store, datasets, kept
from core.runs.kept_data.dataset_store import Datasets, datasets_of
from core.runs.kept_data.datasets import load_kept
from core.runs.workspace import Workspace
from core.splits.loaded import Loaded
from tests.core.data.files import put
from tests.core.runs.keeping import csv_text, entries


def test_that_small_files_the_sample_and_no_store_leave_no_trace(source: Path, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "workspace")
    for store in (None, Datasets(workspace), Datasets(workspace, smallest=0)):
        load_kept(store, DataPlan(source=str(source)) if store is None or store.smallest else DataPlan())
    assert not workspace.path.exists()


def test_that_what_was_used_least_lately_goes_when_there_is_too_much(
    tmp_path: Path, store: Datasets, reads: list[str]
) -> None:
    plans = [DataPlan(source=str(put(tmp_path / "d", f"{n}.csv", csv_text(seed=n)))) for n in range(4)]
    for plan in plans[:3]:
        load_kept(store, plan)
    made = {each: sum(file.stat().st_size for file in each.iterdir()) for each in entries(store)}
    for age, each in enumerate(made):
        os.utime(each / kept.MANIFEST, (1000 + age, 1000 + age))
    # the first one is opened again, so the second is now the oldest
    oldest, second, third = list(made)
    os.utime(oldest / kept.MANIFEST, (5000, 5000))
    small = Datasets(store.workspace, most=round(sum(made.values()) * 1.1), smallest=0)
    load_kept(small, plans[3])
    left = entries(store)
    assert second not in left
    assert {oldest, third} < set(left)
    assert len(left) == 3
    assert len(list((store.folder / "opened").iterdir())) == 3


def test_that_opening_counts_as_use(source: Path, store: Datasets) -> None:
    load_kept(store, DataPlan(source=str(source)))
    manifest = entries(store)[0] / kept.MANIFEST
    os.utime(manifest, (1000, 1000))
    load_kept(store, DataPlan(source=str(source)))
    assert manifest.stat().st_mtime > 1000


def test_that_data_larger_than_all_that_may_be_kept_is_not_kept(source: Path, store: Datasets) -> None:
    loaded = load_kept(Datasets(store.workspace, most=10, smallest=0), DataPlan(source=str(source)))
    assert "not kept" in loaded.notes[-1]
    assert not entries(store)


def test_that_nothing_is_removed_while_somebody_reads_it(
    source: Path, store: Datasets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While an entry is read the lock is held, without which nobody removes anything."""
    load_kept(store, DataPlan(source=str(source)))
    monkeypatch.setattr(dataset_store, "PATIENCE", 0.05)
    real = datasets.read_loaded
    other = DataPlan(source=str(put(tmp_path, "other.csv", csv_text(seed=9))))
    notes: list[str] = []

    def reading(folder: Path) -> Loaded:
        monkeypatch.setattr(datasets, "read_loaded", real)
        notes.extend(load_kept(Datasets(store.workspace, most=20_000, smallest=0), other).notes)
        return real(folder)

    monkeypatch.setattr(datasets, "read_loaded", reading)
    assert "as it was kept" in load_kept(store, DataPlan(source=str(source))).notes[-1]
    assert any("another process is busy" in note for note in notes)


def test_that_what_a_killed_process_left_is_swept_and_what_a_living_one_writes_is_not(
    source: Path, store: Datasets
) -> None:
    dead, living = (store.folder / f"{dataset_store.MAKING}{each * 16}" for each in "de")
    for folder in (dead, living, store.folder / ("f" * 64)):
        put(folder, "users.arrow", "half")
    put(store.folder, f"{dead.name}.lock", "")
    replaced = put(store.folder / f"{durable.OLD}1", kept.MANIFEST, "{}").parent
    with filelock.FileLock(store.folder / f"{living.name}.lock"):
        load_kept(store, DataPlan(source=str(source)))
        assert living.exists()
    assert not dead.exists()
    assert not replaced.exists()
    assert not (store.folder / ("f" * 64)).exists()
    assert len(entries(store)) == 1


def test_that_how_much_is_kept_can_be_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace(tmp_path)
    monkeypatch.delenv(dataset_store.VARIABLE, raising=False)
    for asked, found in (("2", 2e9), ("", 5e9), ("much", 5e9)):
        monkeypatch.setenv(dataset_store.VARIABLE, asked)
        made = datasets_of(workspace)
        assert made is not None
        assert made.most == found
    monkeypatch.setenv(dataset_store.VARIABLE, "0")
    assert datasets_of(workspace) is None


def test_that_a_workspace_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    put(tmp_path, "workspace.json", '{"format": 99, "needs": "9.0"}')
    assert datasets_of(Workspace(tmp_path)) is None
