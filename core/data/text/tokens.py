"""Lines to fields: an exact splitter for any block, and a fast one for the blocks on which both must agree."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from core.data.raw import Limits
from core.data.rejects import RejectLog
from core.data.text.textblocks import TextBlock
from core.errors import InputError

if TYPE_CHECKING:
    from core.data.text.plain_text import Rows

QUOTE = '"'

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
        columns: one array for each wanted column, ``[rows]``: strings, a dictionary of strings, or int64.
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
        numbers: those of ``wanted`` that may come as int64 where all values of a block are plain numbers.
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
        numbers: Collection[int] = (),
    ) -> None:
        self._grammar, self._wanted, self._rejects, self._name = grammar, list(wanted), rejects, name
        self._limits, self._skip = limits, skip
        self._pending = TextBlock(b"", 1)
        # compiled code takes a moment to load, and opening what was kept needs none
        from core.data.text.plain_text import PlainText

        self._plain = PlainText(grammar.delimiter, grammar.quoting, grammar.columns, wanted, numbers) if fast else None

    def guess(self, block: TextBlock) -> Rows | None:
        """The rows of a block on its own, None where they are not plain; from any thread, before ``split`` is asked."""
        return self._plain.split(block.data) if self._plain is not None else None

    def split(self, block: TextBlock, guessed: Callable[[], Rows | None] | None = None) -> Fields:
        """The rows of a block; one that is still open inside a quote waits for the next block.

        Args:
            guessed: gives what ``guess`` gave for this block.

        Raises:
            InputError: a quote that is opened and not closed.
        """
        if self._pending.data or self._skip:
            # what comes before it decides how it is to be read
            guessed = None
        if self._pending.data:
            block = TextBlock(self._pending.data + block.data, self._pending.first_line)
            self._pending = TextBlock(b"", 1)
        block = self._without_header(block)
        rows = self.guess(block) if guessed is None else guessed()
        return self._split_exactly(block) if rows is None else self._fields(rows, block.first_line)

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

    def _fields(self, rows: Rows, first_line: int) -> Fields:
        for line, text in rows.ragged:
            self._rejects.add(RAGGED, first_line + line, value=text)
        return Fields(rows.columns, rows.lines + np.int64(first_line))

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


def _unclosed(name: str, record: Record) -> InputError:
    return InputError(
        code="input.unclosed-quote",
        what="a quote is opened here and not closed where it should be",
        where=f"{name}, line {record.opened:,}",
        why=f"The row begins {record.text[:80]!r}",
        remedy='Close the quote, or write it twice ("") if it belongs to the text',
    )
