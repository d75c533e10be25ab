"""Lines to fields: an exact splitter for any block, and pyarrow's fast one for the blocks on which both must agree."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv

from core.data.raw import Limits
from core.data.rejects import RejectLog
from core.data.textblocks import TextBlock, unified
from core.errors import InputError

QUOTE = '"'
STAND_IN = b"\x1f"
"""Takes the place of a delimiter that pyarrow cannot take, in blocks where it does not occur."""

RAGGED = "wrong number of columns"
NUL = "NUL byte"
MISPLACED = "misplaced quote"
OPEN = "open"

SPACES = " \t"
RUN_OF_SPACES = re.compile(r"[ \t]+")
LINE_END = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True)
class Grammar:
    """How the lines of a file fall into fields.

    Attributes:
        delimiter: one or more characters; a single space stands for any run of spaces and tabs.
        quoting: fields may stand in double quotes, with ``""`` for a quote; line ends are allowed inside.
        columns: fields of every row.
    """

    delimiter: str
    quoting: bool
    columns: int


@dataclass(frozen=True, eq=False)
class Fields:
    """Some columns of consecutive rows.

    Attributes:
        columns: one string array for each wanted column, ``[rows]``.
        lines: physical line of each row, ``[rows]`` int64.
    """

    columns: list[pa.Array]
    lines: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Record:
    """One row split exactly.

    Attributes:
        line: its first physical line.
        text: the row as written.
        fault: why it cannot be used, empty when it can.
        opened: the line on which its last quote opened, 0 without quotes.
        ended: its last physical line.
    """

    line: int
    fields: list[str]
    text: str
    fault: str
    opened: int
    ended: int


class Tokenizer:
    """Splits the blocks of one file in order.

    Args:
        wanted: positions of the columns to hand over, from 0.
        name: what errors call the file.
        skip: rows to leave out at the beginning (a header).
        fast: False splits everything exactly; for comparison.
    """

    def __init__(
        self,
        grammar: Grammar,
        wanted: Sequence[int],
        rejects: RejectLog,
        name: str,
        limits: Limits,
        skip: int = 0,
        fast: bool = True,
    ) -> None:
        self._grammar, self._wanted, self._rejects, self._name = grammar, list(wanted), rejects, name
        self._limits, self._skip, self._fast = limits, skip, fast
        self._pending = TextBlock(b"", 1)
        self._clean = clean_quotes(grammar.delimiter) if grammar.quoting else None

    def split(self, block: TextBlock) -> Fields:
        """The rows of a block; one that is still open inside a quote waits for the next block.

        Raises:
            InputError: a quote that is opened and not closed.
        """
        if self._pending.data:
            block = TextBlock(self._pending.data + block.data, self._pending.first_line)
            self._pending = TextBlock(b"", 1)
        block = self._without_header(block)
        prepared = self._prepared(block.data) if self._fast else None
        return self._split_exactly(block) if prepared is None else self._split_fast(*prepared, block.first_line)

    def finish(self) -> None:
        """Say that the file ended.

        Raises:
            InputError: inside a quote.
        """
        for record in records(self._pending, self._grammar):
            raise _unclosed(self._name, record)

    def _without_header(self, block: TextBlock) -> TextBlock:
        while self._skip and block.data:
            header = next(records(block, self._grammar), None)
            if header is not None and header.fault == OPEN:
                break
            self._skip -= header is not None
            block = _after(block, header.ended if header is not None else block.first_line)
        return block

    def _prepared(self, data: bytes) -> tuple[bytes, bytes, bool] | None:
        """The block as pyarrow can take it, the delimiter and whether quotes count; None where exactness asks more."""
        delimiter = self._grammar.delimiter.encode()
        # pyarrow drops a byte order mark at the start of any buffer, and makes a row of an empty line
        if b"\0" in data or data.startswith((b"\xef\xbb\xbf", b"\n", b"\r")):
            return None
        quoted = self._grammar.quoting and b'"' in data
        if quoted and (self._clean is None or not self._clean.fullmatch(data)):
            return None
        data = unified(data)
        if b"\n\n" in data or not data.endswith(b"\n"):
            return None
        if delimiter == b" " and (
            b"  " in data or b"\t" in data or b"\n " in data or b" \n" in data or data[:1] == b" "
        ):
            return None
        if len(delimiter) > 1:
            if STAND_IN in data:
                return None
            data, delimiter = data.replace(delimiter, STAND_IN), STAND_IN
        return data, delimiter, quoted

    def _split_fast(self, data: bytes, delimiter: bytes, quoted: bool, first_line: int) -> Fields:
        ragged: list[tuple[int, str]] = []

        def note(row: pyarrow.csv.InvalidRow) -> str:
            ragged.append((row.number - 1, row.text))
            return "skip"

        names = [str(position) for position in range(self._grammar.columns)]
        wanted = [str(position) for position in self._wanted]
        table = pa.csv.read_csv(
            pa.BufferReader(data),
            pa.csv.ReadOptions(column_names=names, use_threads=False, block_size=len(data) + 1),
            pa.csv.ParseOptions(
                delimiter=delimiter.decode(),
                quote_char=QUOTE if quoted else False,
                double_quote=False,
                ignore_empty_lines=False,
                invalid_row_handler=note,
            ),
            pa.csv.ConvertOptions(
                check_utf8=False, include_columns=wanted, column_types=dict.fromkeys(wanted, pa.string())
            ),
        )
        for row, text in ragged:
            shown = text.replace(STAND_IN.decode(), self._grammar.delimiter) if delimiter == STAND_IN else text
            self._rejects.add(RAGGED, first_line + row, value=shown)
        lines = np.arange(first_line, first_line + len(table) + len(ragged), dtype=np.int64)
        if ragged:
            lines = np.delete(lines, [row for row, _ in ragged])
        return Fields([_one_chunk(table[name]) for name in wanted], lines)

    def _split_exactly(self, block: TextBlock) -> Fields:
        picked: list[list[str]] = [[] for _ in self._wanted]
        lines: list[int] = []
        for record in records(block, self._grammar):
            if record.fault == OPEN:
                self._wait(record)
            elif record.fault or len(record.fields) != self._grammar.columns:
                self._refuse(record)
            else:
                lines.append(record.line)
                for column, position in zip(picked, self._wanted, strict=True):
                    column.append(record.fields[position])
        return Fields([pa.array(column, pa.string()) for column in picked], np.asarray(lines, np.int64))

    def _wait(self, record: Record) -> None:
        if len(record.text) > self._limits.field:
            raise _unclosed(self._name, record)
        self._pending = TextBlock(record.text.encode(), record.line)

    def _refuse(self, record: Record) -> None:
        if record.fault == MISPLACED and record.ended > record.line:
            # the quote swallowed rows: one reject would hide how many
            raise _unclosed(self._name, record)
        self._rejects.add(record.fault or RAGGED, record.line, value=record.text.rstrip("\r\n"))


def records(block: TextBlock, grammar: Grammar) -> Iterator[Record]:
    """Split a block exactly; empty lines are no rows, a row still open at the end has the fault OPEN."""
    # newline="" parts at LF, CR LF and CR alone, and leaves them in place for the quoted fields
    lines = io.StringIO(block.data.decode(), newline="")
    number = block.first_line
    blank = SPACES if grammar.delimiter == " " else ""
    for text in lines:
        bare = text.rstrip("\r\n").strip(blank) if blank else text.rstrip("\r\n")
        if not bare:
            number += 1
        elif grammar.quoting and QUOTE in bare:
            record = _quoted(text, lines, number, grammar.delimiter)
            number = record.ended + 1
            yield record
        else:
            fields = RUN_OF_SPACES.split(bare) if blank else bare.split(grammar.delimiter)
            yield Record(number, fields, text, NUL if "\0" in text else "", 0, number)
            number += 1


def _quoted(text: str, lines: Iterator[str], number: int, delimiter: str) -> Record:
    """Split one row that holds quotes, taking further lines while a quote is open."""
    fields: list[str] = []
    whole = [text]
    position = opened = 0

    def record(fault: str) -> Record:
        row = "".join(whole)
        return Record(number, fields, row, NUL if "\0" in row and not fault else fault, opened, number + len(whole) - 1)

    while True:
        if not text.startswith(QUOTE, position):
            end = text.find(delimiter, position)
            if end < 0:
                fields.append(text[position:].rstrip("\r\n"))
                return record("")
            fields.append(text[position:end])
            position = end + len(delimiter)
            continue
        opened = number + len(whole) - 1
        value: list[str] = []
        position += 1
        while (end := text.find(QUOTE, position)) < 0 or text.startswith(QUOTE, end + 1):
            if end >= 0:
                value.append(text[position : end + 1])
                position = end + 2
                continue
            value.append(text[position:])
            following = next(lines, None)
            if following is None:
                return record(OPEN)
            text, position = following, 0
            whole.append(text)
        value.append(text[position:end])
        fields.append("".join(value))
        position = end + 1
        if text.startswith(delimiter, position):
            position += len(delimiter)
        elif text[position:] in ("", "\n", "\r\n", "\r"):
            return record("")
        else:
            return record(MISPLACED)


def _after(block: TextBlock, line: int) -> TextBlock:
    """What follows a physical line of a block."""
    at = 0
    for _ in range(line - block.first_line + 1):
        end = LINE_END.search(block.data, at)
        at = end.end() if end else len(block.data)
    return TextBlock(block.data[at:], line + 1)


def clean_quotes(delimiter: str) -> re.Pattern[bytes] | None:
    """Matches a block whose quotes enclose whole fields on one line and nothing else: there is one way to read it."""
    if len(delimiter.encode()) != 1:
        return None
    part = re.escape(delimiter.encode())
    return re.compile(rb'(?:(?:"[^"\r\n]*+"|[^"%b\r\n]*+)(?:%b|[\r\n]))*+' % (part, part))


def _one_chunk(column: pa.ChunkedArray) -> pa.Array:
    return (
        column.chunk(0)
        if column.num_chunks == 1
        else pa.concat_arrays(column.chunks)
        if column.num_chunks
        else pa.array([], pa.string())
    )


def _unclosed(name: str, record: Record) -> InputError:
    return InputError(
        code="input.unclosed-quote",
        what="a quote is opened here and not closed where it should be",
        where=f"{name}, line {record.opened:,}",
        why=f"The row begins {record.text[:80]!r}",
        remedy='Close the quote, or write it twice ("") if it belongs to the text',
    )
