from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from core.data.reading import read_rows
from tests.core.data.files import pairs, put, refused, rejected


def write(path: Path, table: pa.Table) -> Path:
    if path.suffix == ".feather":
        pa.feather.write_feather(table, path)
    else:
        pa.parquet.write_table(table, path)
    return path


@pytest.fixture(params=["parquet", "feather"])
def name(request: pytest.FixtureRequest) -> str:
    return f"a.{request.param}"


def test_that_integers_become_their_decimal_text(tmp_path: Path, name: str) -> None:
    table = pa.table(
        {
            "user_id": pa.array([9007199254740993, -1, None, 7], pa.int64()),
            "item_id": pa.array([18446744073709551615, 0, 1, 2], pa.uint64()),
            "rating": pa.array([1, 2, 3, 4], pa.int8()),
        }
    )
    rows = read_rows(write(tmp_path / name, table))
    assert pairs(rows) == [("9007199254740993", "18446744073709551615"), ("-1", "0"), ("7", "2")]
    assert rejected(rows) == [("blank user", 3, "user_id", "")]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_that_texts_of_any_kind_are_ids(tmp_path: Path, name: str, kind: pa.DataType) -> None:
    ids = pa.array(["007", "NA", "", " x"]).cast(kind)
    rows = read_rows(write(tmp_path / name, pa.table({"user": ids, "item": ids, "note": [[1], [], None, [2]]})))
    assert rows.users.to_pylist() == ["007", "NA", " x"]
    assert rows.rejects.counts == {"blank user": 1}
    assert "column not used: note" in rows.notes


def test_that_decimals_as_ids_are_whole_numbers_with_a_note(tmp_path: Path, name: str) -> None:
    table = pa.table({"user": [31.0, float("nan"), 2.5, 1e300], "item": [1, 2, 3, 4]})
    rows = read_rows(write(tmp_path / name, table))
    assert rows.users.to_pylist() == ["31"]
    assert rows.rejects.counts == {"blank user": 3}
    assert any("stored as decimals" in note for note in rows.notes)


MOMENT = dt.datetime(2016, 7, 1, 12, 0, 0, 123456)


@pytest.mark.parametrize(
    ("times", "micros"),
    [
        (pa.array([MOMENT], pa.timestamp("us")), 1467374400123456),
        (pa.array([MOMENT.replace(tzinfo=dt.UTC)], pa.timestamp("ns", "Europe/Rome")), 1467374400123456),
        (pa.array([1467374400123], pa.timestamp("ms")), 1467374400123000),
        (pa.array([1467374400], pa.timestamp("s", "UTC")), 1467374400000000),
        (pa.array([MOMENT.date()], pa.date32()), 1467331200000000),
        (pa.array([1467374400123456789], pa.int64()), 1467374400123456),
        (pa.array([1467374400.25], pa.float64()), 1467374400250000),
        (pa.array(["2016-07-01T12:00:00Z"]), 1467374400000000),
    ],
)
def test_that_times_of_any_type_are_microseconds(tmp_path: Path, name: str, times: pa.Array, micros: int) -> None:
    rows = read_rows(write(tmp_path / name, pa.table({"user": ["a"], "item": ["b"], "time": times})))
    assert rows.times is not None
    assert rows.times.tolist() == [micros]
    assert rows.clock == "utc"


def test_that_missing_and_impossible_values_are_rejected(tmp_path: Path, name: str) -> None:
    table = pa.table(
        {
            "user": list("abcd"),
            "item": list("wxyz"),
            "time": pa.array([None, 1, 10**15, 2], pa.timestamp("s")),
            "rating": [1.0, float("inf"), 2.0, None],
        }
    )
    reasons = {(reason, line) for reason, line, _, _ in rejected(read_rows(write(tmp_path / name, _more(table))))}
    assert reasons == {
        ("blank time", 1),
        ("rating is not a finite number", 2),
        ("time not understood", 3),
        ("blank rating", 4),
    }


def _more(table: pa.Table) -> pa.Table:
    row: dict[str, list[Any]] = {"user": ["e"], "item": ["v"], "time": [3], "rating": [2.5]}
    return pa.concat_tables([table, pa.table(row).cast(table.schema)])


def test_that_a_table_under_another_name_is_told_by_its_bytes(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, pa.table({"user": ["a"], "item": ["b"]}))
    renamed = path.rename(tmp_path / "ratings.csv")
    assert pairs(read_rows(renamed)) == [("a", "b")]
    error = refused(renamed, format="delimited")
    assert error.code == "input.other-format"


def test_that_a_packed_table_and_one_in_a_zip_are_read(tmp_path: Path, name: str) -> None:
    import zipfile

    path = write(tmp_path / name, pa.table({"user": ["a"], "item": ["b"]}))
    assert pairs(read_rows(put(tmp_path, f"{name}.gz", gzip.compress(path.read_bytes())))) == [("a", "b")]
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(path, name)
    assert pairs(read_rows(tmp_path / "a.zip")) == [("a", "b")]


def test_that_a_damaged_table_is_refused(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, pa.table({"user": ["a"] * 100, "item": ["b"] * 100}))
    data = path.read_bytes()
    assert refused(put(tmp_path, "cut", data[: len(data) // 2])).code == "input.damaged"
    torn = data[:-30] + b"\xff" * 20 + data[-10:]
    assert refused(put(tmp_path, "torn", torn)).code == "input.damaged"


def test_that_a_column_of_lists_cannot_be_an_id(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, pa.table({"user": [["a"]], "item": ["b"]}))
    assert refused(path).code == "input.column-type"


def test_that_columns_of_a_table_are_mapped_by_name_and_position(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, pa.table({"x": ["i"], "y": ["u"], "z": [4.5], "w": ["q"], "v": ["q"]}))
    assert refused(path).code == "input.ambiguous-columns"
    rows = read_rows(path, columns={"user": "y", "item": "1", "rating": "z"})
    assert pairs(rows) == [("u", "i")]
    assert rows.ratings is not None


def test_that_few_columns_of_a_table_go_by_position(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, pa.table({"a": ["u", "v"], "b": ["i", "j"], "c": [1467374400, 1467374401]}))
    rows = read_rows(path)
    assert pairs(rows) == [("u", "i"), ("v", "j")]
    assert rows.clock == "utc"


@pytest.mark.filterwarnings("ignore:.*[Ff]eather.*")
def test_that_the_old_kind_of_feather_is_read(tmp_path: Path) -> None:
    pa.feather.write_feather(pa.table({"user": ["a"], "item": ["b"]}), tmp_path / "old.feather", version=1)
    assert (tmp_path / "old.feather").read_bytes().startswith(b"FEA1")
    assert pairs(read_rows(tmp_path / "old.feather")) == [("a", "b")]


NONSENSE = {
    "parquet": (b"PAR1", b"PAR1"),
    "feather": (b"ARROW1\0\0", b"ARROW1"),
    "old": (b"FEA1", b"FEA1"),
}


@pytest.mark.parametrize("end", ["other", "none", "all", "more"])
@pytest.mark.parametrize("kind", NONSENSE)
def test_that_what_only_begins_like_a_table_is_refused_before_it_is_read_through(
    tmp_path: Path, kind: str, end: str
) -> None:
    begin, mark = NONSENSE[kind]
    size = 300 << 20
    lengths = {"none": 0, "all": size, "more": 2**32 - 1}
    path = tmp_path / "a.bin"
    with path.open("wb") as file:
        file.write(begin)
        # sparse: it takes no room on the disk
        file.truncate(size)
        if end in lengths:
            file.seek(size)
            file.write(lengths[end].to_bytes(4, "little") + mark)
    told: list[tuple[int, int]] = []
    error = refused(path, on_progress=lambda done, total: told.append((done, total)))
    assert error.code == "input.damaged"
    assert ("does not end with" if end == "other" else "would take") in error.why
    assert not told


def test_that_a_table_of_a_few_bytes_is_refused(tmp_path: Path) -> None:
    for content in (b"PAR1", b"PAR1PAR1", b"ARROW1", b"FEA1", b"ARROW1\0\0\0\0ARROW1"):
        assert refused(put(tmp_path, "a.bin", content)).code == "input.damaged"
