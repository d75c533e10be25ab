from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from core.data.plan import DataPlan
from core.errors import InputError
from core.runs.kept_data import datasets
from core.runs.kept_data.dataset_store import Datasets
from core.runs.kept_data.datasets import load_kept
from core.runs.kept_data.kept import read_loaded
from core.splits.prepare import load
from tests.core.data.files import put
from tests.core.runs.keeping import csv_text, entries, everything, same


def test_that_a_source_that_was_read_before_is_not_read_again(
    source: Path, store: Datasets, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "SETTLED", 0)
    plan = DataPlan(source=str(source))
    first = load_kept(store, plan)
    monkeypatch.setattr(datasets, "digest", lambda *_: pytest.fail("a file that stands as it stood is not hashed"))
    second = load_kept(store, plan)
    assert reads == [str(source)]
    assert second.notes[:-1] == first.notes
    assert "as it was kept" in second.notes[-1]
    same(first, read_loaded(entries(store)[0]))


def test_that_a_changed_file_is_never_served_stale(
    source: Path, store: Datasets, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "SETTLED", 0)
    plan = DataPlan(source=str(source))
    load_kept(store, plan)
    text = source.read_text()
    status = source.stat()
    source.write_text(text.replace("u001", "u9x1"))
    assert source.stat().st_size == status.st_size
    changed = load_kept(store, plan)
    assert len(reads) == 2
    assert "u9x1" in changed.cleaned.interactions.users
    # the old content again: it was kept, and is known by its hash
    source.write_text(text)
    assert "u001" in load_kept(store, plan).cleaned.interactions.users
    assert len(reads) == 2


def test_that_a_file_written_to_within_the_same_tick_is_hashed_again(
    source: Path, store: Datasets, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = DataPlan(source=str(source))
    load_kept(store, plan)
    stands = datasets.find_origins(plan)
    source.write_text(source.read_text().replace("u001", "u9x1"))
    # a disk whose clock is coarse shows nothing of it
    monkeypatch.setattr(datasets, "find_origins", lambda _: stands)
    found = load_kept(store, plan)
    assert "u9x1" in found.cleaned.interactions.users
    assert len(reads) == 2


def test_that_a_file_that_was_only_touched_or_moved_is_known_by_its_content(
    source: Path, store: Datasets, reads: list[str], tmp_path: Path
) -> None:
    load_kept(store, DataPlan(source=str(source)))
    os.utime(source, (1, 1))
    load_kept(store, DataPlan(source=str(source)))
    (tmp_path / "elsewhere").mkdir()
    moved = source.rename(tmp_path / "elsewhere" / source.name)
    load_kept(store, DataPlan(source=str(moved)))
    assert len(reads) == 1
    # another name may be read in another way, and stands in the record
    load_kept(store, DataPlan(source=str(moved.rename(moved.with_name("other.csv")))))
    assert len(reads) == 2


CHANGES: dict[str, dict[str, Any]] = {
    "columns": {"columns": "rating=none"},
    "format": {"format": "delimited"},
    "threshold": {"rating_threshold": 3.0},
    "repeats": {"repeats": "last"},
    "ratings": {"ratings": "ignore"},
    "merge": {"merge_ids": True},
    "users": {"minimum_user_interactions": 3},
    "items": {"minimum_item_interactions": 3},
    "validation": {"validation": "none"},
}


@pytest.mark.parametrize("change", CHANGES)
def test_that_whatever_decides_cleaning_is_told_apart(
    source: Path, store: Datasets, reads: list[str], change: str
) -> None:
    load_kept(store, DataPlan(source=str(source)))
    plan = DataPlan(source=str(source), **CHANGES[change])
    same(load(plan), load_kept(store, plan))
    assert len(reads) == 2


def test_that_windows_are_told_apart_only_where_they_decide_about_repeats(
    source: Path, store: Datasets, reads: list[str]
) -> None:
    for repeats, expected in (("auto", 2), ("last", 1)):
        reads.clear()
        for windows in (False, True, False):
            load_kept(store, DataPlan(source=str(source), repeats=repeats), windows=windows)
        assert len(reads) == expected


def test_that_a_catalogue_that_changes_or_appears_is_seen(tmp_path: Path, store: Datasets, reads: list[str]) -> None:
    rows = csv_text().replace("user,item", "userId,movieId")
    plan = DataPlan(source=str(put(tmp_path / "data", "ratings.csv", rows)))
    assert not len(load_kept(store, plan).cleaned.interactions.catalogue.frame.columns)
    for title in ("One", "Two"):
        put(tmp_path / "data", "movies.csv", f"movieId,title,genres\ni001,{title},War\n")
        frame = load_kept(store, plan).cleaned.interactions.catalogue.frame
        assert title in set(frame["title"])
    (tmp_path / "data" / "movies.csv").unlink()
    assert not len(load_kept(store, plan).cleaned.interactions.catalogue.frame.columns)
    # the first state was kept
    assert len(reads) == 3
    put(tmp_path / "data", "unrelated.txt", "a letter")
    load_kept(store, plan)
    assert len(reads) == 3


def test_that_each_file_of_a_plan_is_looked_at(tmp_path: Path, store: Datasets, reads: list[str]) -> None:
    plan = everything(tmp_path / "data")
    same_twice = load_kept(store, plan)
    assert "as it was kept" in load_kept(store, plan).notes[-1]
    for number, name in enumerate(("test.csv", "validation.csv", "lists.txt", "movies.csv"), 2):
        path = tmp_path / "data" / name
        path.write_text(path.read_text().replace("i003", "i004"))
        assert load_kept(store, plan).cleaned.interactions is not same_twice.cleaned.interactions
        assert len(reads) == number, name


def test_that_folders_and_archives_are_kept_too(tmp_path: Path, store: Datasets, reads: list[str]) -> None:
    put(tmp_path / "ml", "ratings.csv", csv_text().replace("user,item", "userId,movieId"))
    put(tmp_path / "ml", "movies.csv", "movieId,title,genres\ni001,One,War\n")
    with zipfile.ZipFile(tmp_path / "ml.zip", "w") as archive:
        for path in (tmp_path / "ml").iterdir():
            archive.write(path, f"ml/{path.name}")
    for place in ("ml", "ml.zip"):
        plan = DataPlan(source=str(tmp_path / place))
        loaded = load_kept(store, plan)
        again = load_kept(store, plan)
        assert loaded.cleaned.interactions.source == again.cleaned.interactions.source
        assert again.cleaned.interactions.catalogue.frame["title"].tolist().count("One") == 1
    assert len(reads) == 2


def test_that_strict_reading_refuses_what_was_kept_with_faults(source: Path, store: Datasets) -> None:
    load_kept(store, DataPlan(source=str(source)))
    with pytest.raises(InputError) as caught:
        load_kept(store, DataPlan(source=str(source)), strict=True)
    assert caught.value.code == "input.rejected-rows"


@pytest.mark.parametrize("content", [b"PAR1", b"%PDF-1.7", b"\x00\x01\x02\x03"])
def test_that_what_reading_refuses_at_once_is_not_hashed_before(
    content: bytes, source: Path, store: Datasets, monkeypatch: pytest.MonkeyPatch
) -> None:
    source.write_bytes(content + bytes(100_000))
    hashed: list[Path] = []
    monkeypatch.setattr("core.runs.kept_data.datasets.digest", lambda path, *rest: hashed.append(path) or "0" * 64)
    with pytest.raises(InputError):
        load_kept(store, DataPlan(source=str(source)))
    assert not hashed
