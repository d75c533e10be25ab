from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from core.data.catalogue import Catalogue
from core.data.items import Items, read_items
from core.data.raw import Limits, Watch
from core.data.reading import read_rows
from core.data.storage import DiskFile
from core.data.vocabulary import Vocabulary
from core.errors import InputError
from tests.core.data.files import put


def items(path: Path, key: str = "") -> Items:
    return read_items(DiskFile(path), Limits(), Watch(), key)


@pytest.mark.parametrize(
    ("text", "genres"),
    [
        ("itemId,title,genres\n007,Heat (1995),Action|Crime\n7,Other,Drama\n", "Action|Crime"),
        ("asin;product_name;categories\n007;Heat (1995);Action, Crime\n7;Other;\n", "Action|Crime"),
        ("id\tName\tGenre\n007\tHeat (1995)\tAction; Crime\n7\tOther\tDrama\n", "Action|Crime"),
        ("007::Heat (1995)::Action|Crime\n7::Other::Drama\n", "Action|Crime"),
        (
            '{"id": "007", "title": "Heat (1995)", "genres": ["Action", "Crime"]}\n{"id": 7, "title": "Other"}\n',
            "Action|Crime",
        ),
    ],
)
def test_that_titles_and_genres_are_found_by_name(tmp_path: Path, text: str, genres: str) -> None:
    frame = items(put(tmp_path, "items", text)).frame
    assert list(frame.index) == ["007", "7"]
    assert frame.loc["007", "title"] == "Heat (1995)"
    assert frame.loc["007", "genres"] == genres
    assert not frame.isna().any().any()


def test_that_the_column_of_the_interactions_is_the_key(tmp_path: Path) -> None:
    path = put(tmp_path, "items.csv", "item,film,title\nx,7,Heat\ny,8,Other\n")
    assert list(items(path).frame.index) == ["x", "y"]
    assert list(items(path, "film").frame.index) == ["7", "8"]


@pytest.mark.parametrize("kind", ["parquet", "feather"])
def test_that_a_catalogue_with_typed_columns_is_text_throughout(tmp_path: Path, kind: str) -> None:
    table = pa.table({"item_id": [1, 2], "title": ["a", None], "genres": [["x", "y"], None], "year": [1995.0, None]})
    write: Any = {"parquet": pa.parquet.write_table, "feather": pa.feather.write_feather}[kind]
    write(table, tmp_path / "items")
    frame = items(tmp_path / "items").frame
    assert frame.loc["1"].to_dict() == {"title": "a", "genres": "x|y", "year": "1995"}
    assert frame.loc["2"].to_dict() == {"title": "", "genres": "", "year": ""}


def test_that_repeated_and_blank_items_are_counted(tmp_path: Path) -> None:
    found = items(put(tmp_path, "items.csv", "item,title\n1,a\n1,b\n,c\n2,d\nx\n"))
    assert found.frame["title"].to_dict() == {"1": "a", "2": "d"}
    assert len(found.notes) == 3


@pytest.mark.parametrize("magic", [b"PAR1", b"ARROW1\0\0"])
def test_that_a_damaged_catalogue_with_typed_columns_is_an_error(tmp_path: Path, magic: bytes) -> None:
    with pytest.raises(InputError, match=r"no whole table file.*does not end with"):
        items(put(tmp_path, "items", magic + b"x" * 100))


def test_that_a_catalogue_without_items_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no items"):
        items(put(tmp_path, "items.csv", "item,title\n"))


def test_that_a_given_catalogue_is_used_and_joined_by_item(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", "user,item\na,9\na,8\n")
    rows = read_rows(path, items=put(tmp_path, "names.csv", "item,title,colour\n8,Eight,red\n1,One,blue\n"))
    assert rows.catalogue is not None
    vocabulary = Vocabulary(rows.items.dictionary)
    catalogue = Catalogue.joined(rows.catalogue, vocabulary)
    assert [catalogue.title(row) for row in range(2)] == ["", "Eight"]
    assert catalogue.frame["colour"].tolist() == ["", "red"]
    assert catalogue.genres(1) == ()


def test_that_joining_nothing_knows_nothing() -> None:
    catalogue = Catalogue.joined(None, Vocabulary(["a", "b"]))
    assert catalogue.title(1) == ""
    empty = pd.DataFrame({"title": pd.Series([], dtype="str")}, index=pd.Index([], dtype="str"))
    assert [Catalogue.joined(empty, Vocabulary(["a", "b"])).title(row) for row in range(2)] == ["", ""]
