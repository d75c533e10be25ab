from __future__ import annotations

import errno
import json
import os
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import filelock
import numpy as np
import pandas as pd
import pytest

from core import durable
from core.data.plan import DataPlan
from core.data.raw import ReadingCancelled
from core.errors import InputError, StorageError
from core.runs import dataset_store, datasets, kept
from core.runs.dataset_store import Datasets, datasets_of
from core.runs.datasets import load_kept
from core.runs.kept import read_loaded, write_loaded
from core.runs.workspace import Workspace
from core.splits.prepare import Loaded, load
from tests.core.data.files import put


def csv_text(rows: int = 300, seed: int = 1) -> str:
    chosen = random.Random(seed)
    lines = [
        f"u{chosen.randrange(20):03d},i{chosen.randrange(40):03d},{chosen.randrange(1, 11) / 2},{1_000_000_000 + at}"
        for at in range(rows)
    ]
    return "\n".join(["user,item,rating,timestamp", *lines, ",i1,3,5", "u1,i1,much,7", ""])


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return put(tmp_path / "data", "ratings.csv", csv_text())


@pytest.fixture
def store(tmp_path: Path) -> Datasets:
    return Datasets(Workspace(tmp_path / "workspace"), smallest=0)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources that were really read."""
    found: list[str] = []
    real = datasets.load

    def counted(data: DataPlan, **options: Any) -> Loaded:
        found.append(data.source)
        return real(data, **options)

    monkeypatch.setattr(datasets, "load", counted)
    return found


def settle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that were written just now count as settled."""
    monkeypatch.setattr(datasets, "SETTLED", 0)


def entries(store: Datasets) -> list[Path]:
    return sorted(each for each in store.folder.iterdir() if len(each.name) == 64)


def same(a: Loaded, b: Loaded) -> None:
    """All that reading and cleaning gave, to the bit; notes may only be more."""
    left, right = a.cleaned, b.cleaned
    pairs = [(left.interactions.events, right.interactions.events), (left.interactions.below, right.interactions.below)]
    assert left.given.keys() == right.given.keys()
    for one, other in pairs + [(left.given[name], right.given[name]) for name in left.given]:
        assert (one.n_users, one.n_items) == (other.n_users, other.n_items)
        for name in ("users", "items", "times", "weights"):
            x, y = getattr(one, name), getattr(other, name)
            assert (x is None) == (y is None)
            if x is not None:
                assert x.dtype == y.dtype
                assert x.tobytes() == y.tobytes()
                assert y.flags.writeable
                assert y.flags.c_contiguous
    for name in ("users", "items"):
        assert getattr(left.interactions, name).ids.equals(getattr(right.interactions, name).ids)
    pd.testing.assert_frame_equal(left.interactions.catalogue.frame, right.interactions.catalogue.frame)
    for name in ("clock", "repeats", "weights", "ordered"):
        assert getattr(left.interactions, name) == getattr(right.interactions, name)
    assert json.loads(json.dumps(left.interactions.source)) == right.interactions.source
    assert left.reports == right.reports
    assert left.notes == right.notes
    assert (a.validation, a.merge_ids) == (b.validation, b.merge_ids)
    assert a.rejects.keys() == b.rejects.keys()
    for name, rejects in a.rejects.items():
        assert list(rejects.rows()) == list(b.rejects[name].rows())
        assert rejects.first == b.rejects[name].first
        assert list(rejects.counts.items()) == list(b.rejects[name].counts.items())
        assert rejects.total == b.rejects[name].total
    assert (left.candidates is None) == (right.candidates is None)
    if left.candidates is not None and right.candidates is not None:
        one, other = left.candidates, right.candidates
        assert one.key == other.key
        assert one.users.equals(other.users)
        assert (one.held_out is None) == (other.held_out is None)
        assert one.held_out is None or one.held_out.equals(other.held_out)
        np.testing.assert_array_equal(one.indptr, other.indptr)
        assert one.indptr.dtype == other.indptr.dtype
        assert one.items.type == other.items.type
        assert one.items.equals(other.items)
        assert one.notes == other.notes
        assert json.loads(json.dumps(dict(one.source))) == dict(other.source)


def everything(folder: Path) -> DataPlan:
    """A plan that has all there is: a catalogue, both parts, candidate lists, twins, rejects, a threshold."""
    put(folder, "movies.csv", "movieId,title,genres\n" + "".join(f"i{n:03d},Film «{n}»,Drama|War\n" for n in range(40)))
    put(folder, "ratings.csv", csv_text().replace("user,item", "userId,movieId"))
    put(folder, "test.csv", "user,item,rating,timestamp\nu001,i002,4,2000000000\n,i1,4,5\nu002,i003,1,2000000001\n")
    put(folder, "validation.csv", "user,item,rating,timestamp\nu001,i003,4,1900000000\nu003,i999,4,1900000000\n")
    put(folder, "lists.txt", "(u001,i002)\ti004\ti005\n(u002,i003)\ti006\t\tinew\nrubbish\n")
    return DataPlan(
        source=str(folder / "ratings.csv"),
        test=str(folder / "test.csv"),
        validation=str(folder / "validation.csv"),
        candidates=str(folder / "lists.txt"),
        rating_threshold=2.0,
    )


def test_that_all_that_reading_and_cleaning_gave_comes_back_to_the_bit(tmp_path: Path) -> None:
    loaded = load(everything(tmp_path / "data"))
    assert loaded.cleaned.candidates is not None
    assert len(loaded.cleaned.interactions.below)
    assert loaded.rejects["candidates"].total
    size = write_loaded(tmp_path / "kept", loaded)
    assert size == sum(each.stat().st_size for each in (tmp_path / "kept").iterdir())
    same(loaded, read_loaded(tmp_path / "kept"))


def test_that_bare_pairs_and_odd_letters_come_back(tmp_path: Path) -> None:
    path = put(tmp_path, "pairs.csv", "user,item\na,x\na,x\n\u202e«,y\nb,=1+1\n ,\U0001f600\n")
    loaded = load(DataPlan(source=str(path)))
    write_loaded(tmp_path / "kept", loaded)
    same(loaded, read_loaded(tmp_path / "kept"))


def test_that_a_source_that_was_read_before_is_not_read_again(
    source: Path, store: Datasets, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(monkeypatch)
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
    settle(monkeypatch)
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


def test_that_small_files_the_sample_and_no_store_leave_no_trace(source: Path, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "workspace")
    for store in (None, Datasets(workspace), Datasets(workspace, smallest=0)):
        load_kept(store, DataPlan(source=str(source)) if store is None or store.smallest else DataPlan())
    assert not workspace.path.exists()


@pytest.mark.parametrize("name", ["events.parquet", "users.parquet", "manifest.json", "rejects-source.parquet"])
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
            broken.setattr("core.runs.tables.pq.write_table", full)
        elif site == "place":
            broken.setattr("core.durable.Path.rename", full)
        else:
            real, wanted = durable.write, "manifest.json" if site == "manifest" else ""
            broken.setattr(
                durable,
                "write",
                lambda path, content: (
                    full_as_told(path)
                    if path.name == wanted or (not wanted and path.parent.name == "opened")
                    else real(path, content)
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
        put(folder, "users.parquet", "half")
    put(store.folder, f"{dead.name}.lock", "")
    replaced = put(store.folder / f"{durable.OLD}1", kept.MANIFEST, "{}").parent
    with filelock.FileLock(store.folder / f"{living.name}.lock"):
        load_kept(store, DataPlan(source=str(source)))
        assert living.exists()
    assert not dead.exists()
    assert not replaced.exists()
    assert not (store.folder / ("f" * 64)).exists()
    assert len(entries(store)) == 1


def test_that_a_cancelled_reading_keeps_nothing(source: Path, store: Datasets) -> None:
    asked: list[Callable[[], bool]] = []
    with pytest.raises(ReadingCancelled):
        load_kept(store, DataPlan(source=str(source)), cancelled=lambda: len(asked) >= 0)
    assert not store.folder.exists()


def test_that_a_file_that_changes_while_it_is_read_is_not_kept(
    source: Path, store: Datasets, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = datasets.load

    def meddled(data: DataPlan, **options: Any) -> Loaded:
        found = real(data, **options)
        source.write_text(csv_text(seed=5))
        return found

    monkeypatch.setattr(datasets, "load", meddled)
    assert "changed meanwhile" in load_kept(store, DataPlan(source=str(source))).notes[-1]
    assert not entries(store) if store.folder.exists() else True


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


def test_that_a_missing_source_is_told_as_reading_tells_it(tmp_path: Path, store: Datasets) -> None:
    with pytest.raises(InputError) as caught:
        load_kept(store, DataPlan(source=str(tmp_path / "nowhere.csv")))
    assert caught.value.code == "input.missing"


def test_that_too_many_rows_that_are_not_kept_are_told(
    source: Path, store: Datasets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST_REJECTS", 1)
    loaded = load_kept(store, DataPlan(source=str(source)))
    assert "2 rows could not be used" in loaded.notes[-1]
    with pytest.raises(StorageError):
        write_loaded(store.folder / "x", loaded)
