from __future__ import annotations

import csv
import io

import hypothesis.strategies as st
import pytest
from hypothesis import given

from core.data.archives import Content
from core.data.raw import Limits, Watch
from core.data.rejects import RejectLog
from core.data.text.textblocks import text_blocks
from core.data.text.tokens import Grammar, Tokenizer
from core.errors import InputError

Outcome = tuple[list[tuple[object, ...]], list[tuple[str, int, str]]] | str


class Memory:
    """Bytes in memory in the place of a file."""

    def __init__(self, data: bytes) -> None:
        self.name, self.size, self._data = "memory", len(data), data

    def open(self) -> io.BytesIO:
        return io.BytesIO(self._data)

    def check_unchanged(self) -> None:
        pass


def split(data: bytes, grammar: Grammar, fast: bool, block: int, skip: int = 0) -> Outcome:
    """Rows with their lines, and rejects; or the place of the error that ended it."""
    limits, rejects = Limits(block=block), RejectLog()
    tokenizer = Tokenizer(grammar, range(grammar.columns), rejects, "f", limits, skip, fast)
    rows: list[tuple[object, ...]] = []
    try:
        with Content(Memory(data), limits, Watch()) as content:
            for each in text_blocks(content, "f", "utf-8", limits):
                fields = tokenizer.split(each)
                columns = [column.to_pylist() for column in fields.columns]
                rows += zip(fields.lines.tolist(), *columns, strict=True)
            tokenizer.finish()
    except InputError as error:
        return error.where
    return rows, [(row.reason, row.line, row.value) for row in rejects.rows()]


DELIMITERS = [",", "\t", ";", "|", "::", " "]


@st.composite
def texts(draw: st.DrawFn) -> tuple[bytes, Grammar]:
    """Mostly regular lines with everything in between that can go wrong."""
    delimiter = draw(st.sampled_from(DELIMITERS))
    grammar = Grammar(delimiter, draw(st.booleans()) and delimiter != " ", draw(st.integers(1, 3)))
    word = st.sampled_from(
        ["a", "bc", "é", "", '"q"', '"a""b"', f'"x{delimiter}y"', '"l\nm"', '"', 'a"', "\x1f", "\ufeff"]
    )
    line = st.lists(word, min_size=1, max_size=4).map(delimiter.join)
    end = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", "\n\n", "\0\n", " \n"])
    lines = draw(st.lists(st.tuples(line, end), max_size=12))
    return "".join(text + mark for text, mark in lines).encode(), grammar


@given(texts(), st.sampled_from([1, 3, 7, 1 << 20]), st.integers(0, 1))
def test_that_the_fast_and_the_exact_way_agree_for_any_block_size(
    case: tuple[bytes, Grammar], block: int, skip: int
) -> None:
    data, grammar = case
    whole = split(data, grammar, False, 1 << 20, skip)
    assert split(data, grammar, True, block, skip) == whole
    assert split(data, grammar, False, block, skip) == whole


@given(texts())
def test_that_an_independent_reader_finds_the_same_rows(case: tuple[bytes, Grammar]) -> None:
    data, grammar = case
    if len(grammar.delimiter) > 1 or grammar.delimiter == " " or not grammar.quoting or b"\0" in data:
        return
    found = split(data, grammar, True, 1 << 20)
    reader = csv.reader(
        io.StringIO(data.decode().removeprefix("\ufeff"), newline=""), delimiter=grammar.delimiter, strict=True
    )
    try:
        expected = [tuple(row) for row in reader if len(row) == grammar.columns]
    except csv.Error:
        # it knows no line and no way on; what we do then is tested elsewhere
        return
    if not isinstance(found, str):
        assert [row[1:] for row in found[0]] == expected


@given(texts())
def test_that_every_row_is_kept_or_rejected(case: tuple[bytes, Grammar]) -> None:
    data, grammar = case
    plain = Grammar(grammar.delimiter, False, grammar.columns)
    found = split(data, plain, True, 1 << 20)
    assert not isinstance(found, str)
    text = data.decode().removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    blank = " \t" if grammar.delimiter == " " else ""
    lines = [at for at, line in enumerate(text.split("\n"), 1) if (line.strip(blank) if blank else line)]
    assert sorted([row[0] for row in found[0]] + [line for _, line, _ in found[1]]) == lines  # type: ignore[type-var]


def test_that_a_block_which_begins_with_a_byte_order_mark_keeps_it() -> None:
    data = b"a,1\n" * 2 + "\ufeffb,2\n".encode()
    found = split(data, Grammar(",", False, 2), True, 8)
    assert found[0] == [(1, "a", "1"), (2, "a", "1"), (3, "\ufeffb", "2")]


@pytest.mark.parametrize(("text", "line"), [('a,"b\nc,d\n', 1), ('a,b\n"c\nd",e\nf,"g', 4), ('a,"b\nc"d,e\n', 1)])
def test_that_the_line_of_the_open_quote_is_named(text: str, line: int) -> None:
    assert split(text.encode(), Grammar(",", True, 2), True, 4) == f"f, line {line}"


def test_that_a_misplaced_quote_rejects_its_row_only() -> None:
    found = split(b'a,b\n"c"x,d\ne,f\n', Grammar(",", True, 2), True, 1 << 20)
    assert found == ([(1, "a", "b"), (3, "e", "f")], [("misplaced quote", 2, '"c"x,d')])
