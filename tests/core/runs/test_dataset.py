from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.data.catalogue import Catalogue
from core.data.vocabulary import Vocabulary
from core.errors import StorageError
from core.runs.dataset import PARTS, fingerprint, read_dataset, same_events, write_dataset
from core.splits.split import Split
from tests.core.runs.making import ITEMS, shuffled_split, small_split

SPLITS = {
    "all": small_split(listed=True),
    "bare": small_split(timed=False, weighted=False),
    "without validation": small_split(validated=False),
    "shuffled": shuffled_split(),
}


def same_split(a: Split, b: Split) -> None:
    for part in PARTS:
        assert same_events(getattr(a, part), getattr(b, part)), part
    for part in ("events", "below"):
        assert same_events(getattr(a.interactions, part), getattr(b.interactions, part)), part
    for name in ("users", "items"):
        assert getattr(a.interactions, name).ids.equals(getattr(b.interactions, name).ids)
    pd.testing.assert_frame_equal(a.interactions.catalogue.frame, b.interactions.catalogue.frame)
    for name in ("clock", "repeats", "weights", "ordered", "source"):
        assert getattr(a.interactions, name) == getattr(b.interactions, name)
    for name in ("kind", "ordered", "hide_seen", "refit", "counts"):
        assert getattr(a, name) == getattr(b, name)
    assert (a.candidates is None) == (b.candidates is None)
    if a.candidates is not None and b.candidates is not None:
        for name in ("indptr", "items", "listed"):
            left, right = getattr(a.candidates, name), getattr(b.candidates, name)
            assert left.dtype == right.dtype
            np.testing.assert_array_equal(left, right)
        assert a.candidates.counts == b.candidates.counts


@pytest.mark.parametrize("name", SPLITS)
def test_that_a_split_comes_back_to_the_bit(tmp_path: Path, name: str) -> None:
    manifest = write_dataset(tmp_path / "data", SPLITS[name])
    read, found = read_dataset(tmp_path / "data")
    same_split(SPLITS[name], read)
    assert found == manifest["hash"] == fingerprint(read) == fingerprint(SPLITS[name])


def test_that_events_are_not_stored_twice_where_the_parts_say_all(tmp_path: Path) -> None:
    assert not set(PARTS) & write_dataset(tmp_path / "a", SPLITS["all"])["files"].keys()
    assert set(PARTS) < write_dataset(tmp_path / "b", SPLITS["shuffled"])["files"].keys()


def test_that_arrays_read_back_can_be_handed_to_torch_and_compiled_kernels(tmp_path: Path) -> None:
    write_dataset(tmp_path / "data", SPLITS["all"])
    split, _ = read_dataset(tmp_path / "data")
    assert split.train.items.flags.writeable
    assert split.train.items.flags.c_contiguous
    assert split.candidates is not None
    assert split.candidates.items.flags.writeable


def test_that_hostile_ids_and_titles_come_back(tmp_path: Path) -> None:
    split = SPLITS["bare"]
    ids = [
        "NA",
        "null",
        "007",
        "7",
        "9007199254740993",
        " x",
        "é",
        "é",
        "\u202eabc",
        "a\nb",
        "=1+1",
        *map(str, range(9)),
    ]
    data = dataclasses.replace(
        split.interactions,
        items=Vocabulary(ids),
        catalogue=Catalogue(pd.DataFrame({"title": [text + "\t<b>" for text in ids], "NaN": [""] * ITEMS})),
    )
    changed = dataclasses.replace(split, interactions=data)
    write_dataset(tmp_path / "data", changed)
    read, _ = read_dataset(tmp_path / "data")
    same_split(changed, read)
    assert read.interactions.items.take(np.arange(11, dtype=np.int32)) == ids[:11]


def test_that_the_hash_sees_every_part_and_id() -> None:
    split = SPLITS["all"]
    train = split.train
    other_ids = dataclasses.replace(split.interactions, items=Vocabulary([f"x{n}" for n in range(ITEMS)]))
    seen = {
        fingerprint(each)
        for each in (
            split,
            dataclasses.replace(split, train=dataclasses.replace(train, items=(train.items + 1) % ITEMS)),
            dataclasses.replace(split, train=dataclasses.replace(train, weights=None)),
            dataclasses.replace(split, train=split.validation, validation=train),
            dataclasses.replace(split, candidates=None),
            dataclasses.replace(split, interactions=other_ids),
        )
    }
    assert len(seen) == 6


@pytest.mark.parametrize("change", ["byte", "shorter", "missing", "manifest"])
def test_that_damaged_data_is_refused_with_its_place(tmp_path: Path, change: str) -> None:
    folder = tmp_path / "data"
    write_dataset(folder, SPLITS["all"])
    path = folder / "events.parquet"
    content = path.read_bytes()
    if change == "byte":
        path.write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])
    elif change == "shorter":
        path.write_bytes(content[:-1])
    elif change == "missing":
        path.unlink()
    else:
        path = folder / "manifest.json"
        values = json.loads(path.read_text())
        del values["split"]["kind"]
        path.write_text(json.dumps(values))
    with pytest.raises(StorageError) as raised:
        read_dataset(folder)
    assert path.name in raised.value.where
    assert raised.value.remedy


def test_that_rows_outside_of_the_vocabulary_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    split = SPLITS["bare"]
    wrong = dataclasses.replace(split.train, items=split.train.items + ITEMS)
    data = dataclasses.replace(split.interactions, below=wrong)
    write_dataset(folder, dataclasses.replace(split, interactions=data))
    with pytest.raises(StorageError, match="outside of the vocabulary"):
        read_dataset(folder)


def test_that_a_newer_format_says_which_version_it_needs(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    write_dataset(folder, SPLITS["bare"])
    values = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**values, "format": 99, "needs": "7.1"}))
    with pytest.raises(StorageError, match=r"needs Rankscope 7\.1 or later"):
        read_dataset(folder)


def test_that_hiding_other_than_usual_is_other_data(tmp_path: Path) -> None:
    usual = SPLITS["all"]
    other = dataclasses.replace(usual, hide_seen=not usual.hide_seen)
    assert fingerprint(usual) != fingerprint(other)
    write_dataset(tmp_path / "data", other)
    again, found = read_dataset(tmp_path / "data")
    assert again.hide_seen == other.hide_seen
    assert found == fingerprint(other)
