from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet
import pytest

from core.data.catalogue import Catalogue
from core.data.vocabulary import Vocabulary
from core.errors import RankscopeError, StorageError, UsageError
from core.export.exporting import export
from core.export.recommendations import Written, writing_recommendations
from core.ranking import TopItems
from core.runs.opening import Run

USERS = Vocabulary(["007", "=cmd", 'a,"b"'])
ITEMS = Vocabulary(["-1", "10", "x\ny"])
TITLES = Catalogue(pd.DataFrame({"title": ["+Plus", "Léon, (1994)", ""]}))
HEAD = ["user", "item", "rank", "score", "title"]


def blocks() -> Iterator[TopItems]:
    nan = np.nan
    yield TopItems(
        np.array([0, 1], np.int32),
        np.array([[1, 0], [2, -1]], np.int32),
        np.array([[0.1, -2.5], [1e-7, nan]], np.float32),
        np.array([2, 1], np.int32),
    )
    yield TopItems(
        np.array([2], np.int32),
        np.array([[-1, -1]], np.int32),
        np.array([[nan, nan]], np.float32),
        np.zeros(1, np.int32),
    )


def write_all(path: Path, blocks: Iterable[TopItems], *known: Any, raw: bool = False) -> Written:
    """All blocks in one go."""
    return [Written(0, 0), *writing_recommendations(path, blocks, *known, raw=raw)][-1]


def read(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_that_a_csv_has_a_row_an_item_and_runs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lists.csv"
    assert write_all(path, blocks(), USERS, ITEMS, TITLES) == Written(3, 3)
    assert read(path) == [
        HEAD,
        ["007", "10", "1", "0.1", "Léon, (1994)"],
        ["007", "'-1", "2", "-2.5", "'+Plus"],
        ["'=cmd", "x\ny", "1", "1e-7", ""],
    ]
    assert os.listdir(tmp_path) == ["lists.csv"]


def test_that_a_raw_csv_has_the_texts_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "lists.CSV"
    write_all(path, blocks(), USERS, ITEMS, TITLES, raw=True)
    assert [row[:2] + row[4:] for row in read(path)[1:]] == [
        ["007", "10", "Léon, (1994)"],
        ["007", "-1", "+Plus"],
        ["=cmd", "x\ny", ""],
    ]


def test_that_parquet_keeps_texts_and_types(tmp_path: Path) -> None:
    path = tmp_path / "lists.parquet"
    write_all(path, blocks(), USERS, ITEMS, TITLES)
    table = pyarrow.parquet.read_table(path)
    assert table.to_pydict() == {
        "user": ["007", "007", "=cmd"],
        "item": ["10", "-1", "x\ny"],
        "rank": [1, 2, 1],
        "score": [np.float32(0.1), -2.5, np.float32(1e-7)],
        "title": ["Léon, (1994)", "+Plus", ""],
    }


def test_that_titles_are_empty_where_nothing_is_known_of_the_items(tmp_path: Path) -> None:
    path = tmp_path / "lists.csv"
    write_all(path, blocks(), USERS, ITEMS, Catalogue.empty(3))
    assert {row[4] for row in read(path)[1:]} == {""}


def test_that_no_block_at_all_gives_a_file_with_its_head(tmp_path: Path) -> None:
    for name in ("lists.csv", "lists.parquet"):
        assert write_all(tmp_path / name, [], USERS, ITEMS, TITLES) == Written(0, 0)
    assert read(tmp_path / "lists.csv") == [HEAD]
    assert pyarrow.parquet.read_table(tmp_path / "lists.parquet").num_rows == 0


def test_that_progress_is_told_and_leaving_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lists.csv"
    path.write_text("old")
    steps = writing_recommendations(path, blocks(), USERS, ITEMS, TITLES)
    assert next(steps) == Written(2, 3)
    steps.close()  # type: ignore[attr-defined]
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["lists.csv"]


def test_that_a_failure_on_the_way_leaves_the_old_file(tmp_path: Path) -> None:
    def failing() -> Iterator[TopItems]:
        yield from blocks()
        raise RankscopeError("test.broken", "broken")

    path = tmp_path / "lists.parquet"
    path.write_text("old")
    with pytest.raises(RankscopeError, match="broken"):
        write_all(path, failing(), USERS, ITEMS, TITLES)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["lists.parquet"]


def test_that_an_unknown_ending_and_a_missing_folder_are_refused_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.xlsx") as error:
        write_all(tmp_path / "lists.xlsx", blocks(), USERS, ITEMS, TITLES)
    assert ".csv or .parquet" in error.value.remedy
    with pytest.raises(StorageError) as gone:
        write_all(tmp_path / "none" / "lists.csv", blocks(), USERS, ITEMS, TITLES)
    assert gone.value.remedy


@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes")
@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl", ".run"])
def test_that_lists_are_written_into_a_folder_of_any_bytes(suffix: str, runs: dict[str, Run], tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"any\xff")
    folder.mkdir()
    done = export(runs["mf"], "recommendations", folder / f"lists{suffix}")
    assert done.out.stat().st_size > 100
