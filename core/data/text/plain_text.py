"""The fast way to split text: compiled, for the blocks that can be read in one way only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from core.data.text.textblocks import unified
from core.kernels.splitting import encode_texts, gather_texts, line_ends, split_rows, whole_numbers

QUOTE = b'"'
STAND_IN = b"\x1f"
"""Takes the place of a delimiter of several bytes, in blocks where it does not occur."""
LARGEST = 1 << 30
FEWEST_SLOTS = 1 << 10

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of one block.

    Attributes:
        columns: the wanted ones, ``[rows]``: dictionary arrays of strings without nulls, or int64.
        lines: the line of each row in the block, from 0, ``[rows]`` int32.
        ragged: lines with another number of fields, and their text.
    """

    columns: list[pa.Array]
    lines: npt.NDArray[np.int32]
    ragged: list[tuple[int, str]]


class PlainText:
    """Splits blocks of one file, in any order and in several threads.

    Args:
        delimiter: see Grammar.
        columns: fields of a row.
        wanted: positions of the columns to hand over, from 0.
        numbers: those of them that are handed over as int64 where each value of a block is written as a plain number.
    """

    def __init__(
        self, delimiter: str, quoting: bool, columns: int, wanted: Sequence[int], numbers: Collection[int] = ()
    ) -> None:
        self._delimiter, self._quoting = delimiter.encode(), quoting
        # a column that is wanted twice is handed over twice
        self._order = list(dict.fromkeys(wanted))
        self._wanted = list(wanted)
        self._places = np.full(columns, -1, np.int32)
        for place, position in enumerate(self._order):
            if position < columns:
                self._places[position] = place
        self._columns = {position: Column(position in numbers) for position in self._order}

    def split(self, data: bytes) -> Rows | None:
        """The rows of whole lines; None where only an exact look can tell how they are to be read."""
        prepared = self._prepared(data)
        if prepared is None:
            return None
        content = np.frombuffer(prepared, np.uint8)
        count = line_ends(content)
        starts, ends = np.empty((2, len(self._order), count), np.int32)
        lines, ragged = np.empty(count, np.int32), np.empty((count, 3), np.int32)
        single = len(self._delimiter) == 1
        rows, uneven = split_rows(
            content,
            self._delimiter[0] if single else STAND_IN[0],
            self._quoting and QUOTE in prepared,
            self._delimiter == b" ",
            self._places,
            starts,
            ends,
            lines,
            ragged,
        )
        if rows < 0:
            return None
        columns = {
            position: self._columns[position].read(content, starts[place, :rows], ends[place, :rows])
            for place, position in enumerate(self._order)
        }
        return Rows(
            [columns[position] for position in self._wanted],
            lines[:rows],
            [(line, self._as_written(prepared[start:end])) for line, start, end in ragged[:uneven].tolist()],
        )

    def _prepared(self, data: bytes) -> bytes | None:
        """The block with one byte between fields and LF after each line."""
        delimiter = self._delimiter
        if b"\0" in data or len(data) > LARGEST or not len(self._places):
            return None
        if len(delimiter) > 1:
            if STAND_IN in data or (self._quoting and QUOTE in data):
                return None
            data = data.replace(delimiter, STAND_IN)
        elif delimiter == b" " and b"\t" in data:
            return None
        data = unified(data)
        return data if data.endswith(b"\n") else data + b"\n"

    def _as_written(self, line: bytes) -> str:
        if len(self._delimiter) > 1:
            line = line.replace(STAND_IN, self._delimiter)
        return line.decode()


class Column:
    """Pieces of blocks as arrays; remembers how much room the last block took.

    Args:
        number: hand over int64 where each value of a block is written as a plain number.
    """

    def __init__(self, number: bool = False) -> None:
        self._number, self._slots = number, FEWEST_SLOTS

    def read(self, data: Bytes, starts: Places, ends: Places) -> pa.Array:
        """The pieces between ``starts`` and ``ends`` ``[rows]`` as numbers, or as texts."""
        if self._number:
            numbers = np.empty(len(starts), np.int64)
            if whole_numbers(data, starts, ends, numbers):
                return pa.array(numbers)
        return self._encode(data, starts, ends)

    def _encode(self, data: Bytes, starts: Places, ends: Places) -> pa.DictionaryArray:
        """Texts under a dictionary in the order of first appearance."""
        size, known = self._slots, -1
        codes = np.empty(len(starts), np.int32)
        while known < 0:
            slots, firsts = np.full(size, -1, np.int32), np.empty(size // 2, np.int32)
            known = encode_texts(data, starts, ends, slots, np.empty(size // 2, np.uint64), firsts, codes)
            size *= 4
        self._slots = size // 4
        firsts = firsts[:known]
        offsets = np.zeros(known + 1, np.int32)
        np.cumsum(ends[firsts] - starts[firsts], out=offsets[1:])
        texts = np.empty(offsets[-1], np.uint8)
        gather_texts(data, starts, ends, firsts, offsets, texts)
        ids = pa.StringArray.from_buffers(known, pa.py_buffer(offsets), pa.py_buffer(texts))
        return pa.DictionaryArray.from_arrays(pa.array(codes), ids, safe=False)
