"""JSON lines read by compiled code and line by line: the same rows and the same rejects, whatever is written."""

from __future__ import annotations

import json
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from core.data.raw import Limits, RawRows
from core.data.reading import read_rows
from core.errors import RankscopeError
from core.kernels.objects import split_objects
from tests.core.data.files import pairs, put, rejected

NUMBERS = [
    "7",
    "007",
    "1e5",
    "1E+05",
    "-0",
    "0",
    "-",
    "1.",
    ".5",
    "1.50",
    "-1.5e-3",
    "1e",
    "99999999999999999999",
    "+1",
]
WORDS = ["true", "false", "null", "nul", "NaN", "Infinity", "-Infinity", "undefined", ""]
TEXTS = [
    '"a"',
    '"007"',
    '" x "',
    '"é"',
    '"\U0001f600"',
    '"\\u00e9"',
    '"\\ud800"',
    '"\\""',
    '"\\q"',
    '"\\u12"',
    '"',
    '"\t"',
]
TEXTS += ['"\\\\"', '""', '" "', '"\\u0000"', "'a'", '"a" "b"']
NESTED = [
    "[]",
    "{}",
    "[1, [2, {}]]",
    '{"user": [null]}',
    "[1,]",
    '{"a":1,}',
    "[}",
    '{"a"}',
    "[" * 70 + "]" * 70,
    "[1 2]",
]
VALUES = st.sampled_from(NUMBERS + WORDS + TEXTS + NESTED)
GOOD = st.sampled_from(['"a"', '"b"', "7", "1e5", '"007"', "1000000000", "3.5"])
NAMES = st.sampled_from(
    ['"user"', '"item"', '"rating"', '"timestamp"', '"other"', '"us\\u0065r"', '"User"', "user", '""']
)
SPACE = st.sampled_from(["", " ", "\t", "  "])


@st.composite
def one_line(draw: st.DrawFn) -> str:
    members = draw(st.lists(st.tuples(NAMES, GOOD | VALUES), max_size=5))
    if draw(st.booleans()):
        members = [('"user"', draw(GOOD)), ('"item"', draw(GOOD)), *members]
    space = draw(SPACE)
    text = f"{space},{space}".join(f"{name}{space}:{space}{value}" for name, value in members)
    line = f"{space}{{{space}{text}{space}}}{space}"
    return draw(
        st.sampled_from([line] * 6 + [line[:-1], line + ",", line + "x", line[1:], "", " ", "[1]", "\0", line + line])
    )


def read(path: Path, fast: bool, block: int) -> object:
    try:
        found = read_rows(path, format="json-lines", limits=Limits(block=block), fast=fast)
    except RankscopeError as error:
        return str(error)
    return comparable(found)


def comparable(rows: RawRows) -> object:
    times = None if rows.times is None else rows.times.tolist()
    ratings = None if rows.ratings is None else rows.ratings.tolist()
    return pairs(rows), times, ratings, rejected(rows), rows.clock, rows.notes


@given(st.lists(one_line(), max_size=8), st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from([40, 1 << 20]))
def test_that_both_ways_read_the_same(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], end: str, block: int
) -> None:
    first = '{"user": "u", "item": 1, "rating": 2.5, "timestamp": 1000000000}'
    path = put(tmp_path_factory.mktemp("lines"), "a.jsonl", end.join([first, *lines]))
    assert read(path, True, block) == read(path, False, block)


@pytest.mark.parametrize("text", NUMBERS + WORDS + TEXTS + NESTED)
def test_that_every_value_that_is_taken_for_plain_is_one(text: str) -> None:
    """What the compiled reader accepts, the standard library accepts, and as the same text."""
    for name in ("user", "other"):
        line = f'{{"{name}": {text}}}'
        data = np.frombuffer(f"{line}\n".encode(), np.uint8)
        starts, ends = np.empty((2, 1, 1), np.int32)
        lines, odd = np.empty(1, np.int32), np.empty((1, 3), np.int32)
        wanted = np.frombuffer(b"user", np.uint8)
        rows, unclear = split_objects(data, wanted, np.array([4], np.int32), starts, ends, lines, odd)
        assert rows == 1
        if not unclear:
            value = json.loads(line, parse_int=str, parse_float=str).get("user")
            plain = {None: "", True: "true", False: "false"}.get(value, value) if not isinstance(value, str) else value
            assert bytes(data[starts[0, 0] : ends[0, 0]]).decode() == plain


def test_that_plain_lines_are_not_odd() -> None:
    """Else nothing of it would be fast, and no other test would see it."""
    lines = [
        '{"user":"a","item":12,"seen":true}',
        ' { "a" : [ 1 , {"b\\n":null} ] , "item" : null, "user" : "\\u00e9" } ',
    ]
    data = np.frombuffer(("\n".join([*lines, "", '{"user":"é"}']) + "\n").encode(), np.uint8)
    starts, ends = np.empty((2, 2, 4), np.int32)
    numbers, odd = np.empty(4, np.int32), np.empty((4, 3), np.int32)
    found = split_objects(
        data, np.frombuffer(b"useritem", np.uint8), np.array([4, 8], np.int32), starts, ends, numbers, odd
    )
    assert found == (3, 1)
    assert odd[0, 0] == 1
    assert numbers[:3].tolist() == [0, 1, 3]
    assert bytes(data[starts[0, 0] : ends[0, 0]]) == b"a"
    assert bytes(data[starts[1, 0] : ends[1, 0]]) == b"12"
