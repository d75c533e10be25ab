from __future__ import annotations

from pathlib import Path

import pytest

from core.data.plan import DataPlan
from core.runs.kept_data.dataset_store import Datasets
from core.runs.kept_data.datasets import open_kept
from core.runs.kept_data.described import Description, describe, keep_description, read_description
from core.runs.workspace import Workspace
from core.splits import SPLITS
from core.splits.prepare import divide_loaded
from tests.core.data.files import put
from tests.core.runs.kept_data.test_datasets import csv_text

KIND = "leave-last-out"
SETTINGS = SPLITS[KIND].settings()


@pytest.fixture
def store(tmp_path: Path) -> Datasets:
    return Datasets(Workspace(tmp_path / "workspace"), smallest=0)


@pytest.fixture
def entry(tmp_path: Path, store: Datasets) -> Path:
    found = open_kept(store, DataPlan(source=str(put(tmp_path, "ratings.csv", csv_text(600))))).entry
    assert found is not None
    return found


@pytest.fixture
def told(tmp_path: Path, store: Datasets, entry: Path) -> Description:
    loaded = open_kept(store, DataPlan(source=str(tmp_path / "ratings.csv"))).loaded
    found = describe(divide_loaded(loaded, KIND, SETTINGS))
    assert found.findings
    assert found.pictures
    return found


def test_that_what_was_told_comes_back(store: Datasets, entry: Path, told: Description) -> None:
    assert read_description(entry, KIND, SETTINGS, 1) is None
    keep_description(store, entry, KIND, SETTINGS, 1, told)
    again = read_description(entry, KIND, SETTINGS, 1)
    assert again is not None
    assert again.summary == told.summary
    assert again.findings == told.findings
    assert dict(again.pictures) == dict(told.pictures)
    assert isinstance(again.summary.activity.counts, tuple)
    # the data is opened as before, with one more file beside it
    assert open_kept(store, DataPlan(source=str(entry.parents[2] / "ratings.csv"))).entry == entry


def test_that_another_way_to_divide_is_another_matter(store: Datasets, entry: Path, told: Description) -> None:
    keep_description(store, entry, KIND, SETTINGS, 1, told)
    assert read_description(entry, KIND, SETTINGS, 2) is None
    assert read_description(entry, "random", SPLITS["random"].settings(), 1) is None


@pytest.mark.parametrize("how", ["cut", "digit", "empty", "list", "fields"])
def test_that_what_is_damaged_is_counted_again(store: Datasets, entry: Path, told: Description, how: str) -> None:
    keep_description(store, entry, KIND, SETTINGS, 1, told)
    path = next(entry.glob("described-*"))
    content = path.read_bytes()
    users = f'"users":{told.summary.users}'.encode()
    assert users in content
    path.write_bytes(
        {
            "cut": content[: len(content) // 2],
            "digit": content.replace(users, b'"users":7'),
            "empty": b"",
            "list": b"[]\n",
            "fields": b'{"format":1,"sha256":"","body":{"summary":{}}}\n',
        }[how]
    )
    assert read_description(entry, KIND, SETTINGS, 1) is None


def test_that_an_entry_that_is_gone_is_no_error(store: Datasets, entry: Path, told: Description) -> None:
    entry.rename(entry.with_name("elsewhere"))
    keep_description(store, entry, KIND, SETTINGS, 1, told)
    assert not entry.exists()
