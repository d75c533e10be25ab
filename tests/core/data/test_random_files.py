"""Random files: an independent reader finds the same, and whatever bytes come, every row is kept or counted."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import lzma
import tempfile
from collections.abc import Callable
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import scipy.sparse as sp
from hypothesis import given

from core.data.candidates import read_candidates
from core.data.raw import Limits, RawRows
from core.data.reading import read_rows
from core.errors import RankscopeError
from tests.core.data.files import pairs, rejected

SMALL = Limits(
    line=4096, field=512, unpacked=1 << 20, ratio=50, ratio_from=1 << 16, array=1 << 16, members=20, block=64
)
# a small file full of control characters is taken for a binary one
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\r\t"), max_size=6)
IDS = st.sampled_from(["007", "7", "NA", "null", "1e5", "-1", "é", "e\u0301", " x", "9007199254740993", "=1"]) | TEXT
RATINGS = st.sampled_from(["1", "4.5", "-2", "1e2", "nan", "inf", "", "x", "１"])
SECONDS = st.integers(1_000_000_000, 1_700_000_000).map(str) | st.sampled_from(["", "soon"])
ENCODINGS = {
    "utf-8": b"",
    "utf-8-sig": b"",
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
}


def write(folder: str, data: bytes, name: str = "file") -> Path:
    path = Path(folder) / name
    path.write_bytes(data)
    return path


@given(
    rows=st.lists(st.tuples(IDS, IDS, RATINGS, SECONDS), min_size=1, max_size=12),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(sorted(ENCODINGS)),
    fast=st.booleans(),
)
def test_that_pandas_with_plain_texts_finds_the_same_rows(
    rows: list[tuple[str, str, str, str]], delimiter: str, end: str, encoding: str, fast: bool
) -> None:
    held = "".join(field for row in rows for field in row)
    # quoting every field leaves nothing to the taste of the writer
    quoting = csv.QUOTE_ALL if any(mark in held for mark in '"\r\n,;\t|') else csv.QUOTE_NONE
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    writer.writerow(["user", "item", "rating", "time"])
    writer.writerows(rows)
    text = buffer.getvalue()
    frame = pd.read_csv(io.StringIO(text), sep=delimiter, dtype=str, keep_default_na=False, skip_blank_lines=False)
    good = [
        (user, item, float(rating), int(time) * 1_000_000)
        for user, item, rating, time in frame.to_numpy().tolist()
        if user.strip() and item.strip() and rating in ("1", "4.5", "-2", "1e2") and time.isdigit()
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = write(folder, ENCODINGS[encoding] + text.encode(encoding))
        found = outcome(path, "delimited", fast, Limits(), {"delimiter": delimiter})
    if isinstance(found, RankscopeError):
        multiline = quoting == csv.QUOTE_ALL and delimiter in "\t|"
        assert not good or multiline
        return
    if quoting == csv.QUOTE_ALL and delimiter in "\t|" and any(mark in held for mark in '"\r\n'):
        # beside tabs and pipes a quote counts only where each one encloses a field on one line
        return
    assert pairs(found) == [row[:2] for row in good]
    assert found.times is not None
    assert found.times.tolist() == [row[3] for row in good]
    ratings = np.ones(len(found)) if found.ratings is None else found.ratings
    assert ratings.tolist() == [row[2] for row in good]
    assert found.rejects.total == len(rows) - len(good)


def outcome(
    path: Path, format_: str | None, fast: bool, limits: Limits, columns: dict[str, str] | None = None
) -> RawRows | RankscopeError:
    try:
        return read_rows(path, format=format_, limits=limits, columns=columns, fast=fast)
    except RankscopeError as error:
        return error


def plain_text(rows: list[list[str]]) -> bytes:
    return "\n".join(",".join(row) for row in rows).encode()


def matrix(rows: list[list[str]]) -> bytes:
    buffer = io.BytesIO()
    size = len(rows) + 2
    sp.save_npz(buffer, sp.csr_matrix((np.arange(len(rows)) + 1.0, (range(len(rows)), range(len(rows)))), (size, size)))
    return buffer.getvalue()


def parquet(rows: list[list[str]]) -> bytes:
    buffer = io.BytesIO()
    table = pa.table({"user": [row[0] for row in rows], "item": [row[-1] for row in rows], "rating": range(len(rows))})
    pa.parquet.write_table(table, buffer)
    return buffer.getvalue()


def feather(rows: list[list[str]]) -> bytes:
    buffer = io.BytesIO()
    pa.feather.write_feather(pa.table({"user": [row[0] for row in rows], "time": range(len(rows))}), buffer)
    return buffer.getvalue()


WRITERS: dict[str, Callable[[list[list[str]]], bytes]] = {
    "csv": lambda rows: b"user,item,rating,time\n" + plain_text(rows),
    "quoted": lambda rows: b'"user","item"\n' + b"\n".join(b'"%s","x"' % row[0].encode() for row in rows),
    "tsv": lambda rows: plain_text(rows).replace(b",", b"\t"),
    "dat": lambda rows: plain_text(rows).replace(b",", b"::"),
    "sequences": lambda rows: plain_text(rows).replace(b",", b" "),
    "atomic": lambda rows: b"user_id:token\titem_id:token\n" + plain_text(rows).replace(b",", b"\t"),
    "json": lambda rows: "\n".join(json.dumps({"user": row[0], "item": row[-1]}) for row in rows).encode(),
    "npz": matrix,
    "parquet": parquet,
    "feather": feather,
}
FORMATS = [
    None,
    None,
    None,
    "delimited",
    "sequences",
    "json-lines",
    "recbole",
    "pairs",
    "ncf",
    "csr",
    "parquet",
    "feather",
]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A file of a known form with bytes changed, cut, doubled and put in."""
    rows = draw(st.lists(st.lists(IDS | SECONDS, min_size=1, max_size=5), min_size=1, max_size=8))
    data = bytearray(WRITERS[draw(st.sampled_from(sorted(WRITERS)))](rows))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data)))
        change = draw(st.sampled_from(["set", "cut", "put", "double"]))
        if change == "set" and at < len(data):
            data[at] = draw(st.sampled_from(b'\0\n\r",\t :|\xff\xef0{[('))
        elif change == "cut":
            del data[at : at + draw(st.integers(1, 20))]
        elif change == "put":
            data[at:at] = draw(
                st.sampled_from([b"\n", b"\r", b'"', b",", b"\xef\xbb\xbf", b"\xff\xfe", b"1e999", b"\0"])
            )
        else:
            data += data[at:]
    pack = draw(st.sampled_from([bytes, bytes, bytes, gzip.compress, lzma.compress]))
    packed = bytearray(pack(bytes(data)))
    if pack is not bytes and draw(st.booleans()):
        packed[draw(st.integers(0, len(packed) - 1))] ^= 1 << draw(st.integers(0, 7))
    return bytes(packed)


@given(damaged(), st.sampled_from(FORMATS))
def test_that_any_bytes_give_rows_that_add_up_or_an_error_that_explains(data: bytes, format_: str | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(folder, data)
        found, exact = outcome(path, format_, True, SMALL), outcome(path, format_, False, SMALL)
    if isinstance(found, RankscopeError) or isinstance(exact, RankscopeError):
        assert isinstance(found, RankscopeError)
        assert found.code
        assert found.what
        assert found.remedy
        assert str(found) == str(exact)
        return
    assert len(found) + found.rejects.total == found.source["rows"]
    assert sum(found.rejects.counts.values()) == found.rejects.total == len(list(found.rejects.rows()))
    for column in (found.users, found.items):
        ids = column.dictionary.to_pylist()
        assert len(set(ids)) == len(ids)
        assert list(dict.fromkeys(column.to_pylist())) == ids
        assert all(each.strip() for each in ids)
    assert found.times is None or len(found.times) == len(found)
    assert found.ratings is None or np.isfinite(found.ratings).all()
    assert (pairs(found), rejected(found)) == (pairs(exact), rejected(exact))


@given(damaged())
def test_that_any_bytes_give_candidates_or_an_error_that_explains(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = read_candidates(write(folder, data), limits=SMALL)
        except RankscopeError:
            return
    assert len(found.indptr) == len(found.users) + 1
    assert found.indptr[-1] == len(found.items)
