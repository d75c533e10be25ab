"""Plain delimited text to the places of its fields, and fields to codes and numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from numba import njit

from core.kernels.words import SPREAD, WORD, piece

Bytes = npt.NDArray[np.uint8]
Codes = npt.NDArray[np.int32]
Places = npt.NDArray[np.int32]
Keys = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]

LINE_END, QUOTE, ZERO, NINE = 10, 34, 48, 57
DIGITS = 18
"""Any number of so many digits fits into 64 bits."""
HALF, ONE = np.uint64(32), np.uint64(1)


@njit(nogil=True, cache=True)
def line_ends(data: Bytes) -> int:
    """How many LF there are."""
    count = 0
    for byte in data:
        count += byte == LINE_END
    return count


@njit(nogil=True, cache=True)
def split_rows(
    data: Bytes,
    delimiter: int,
    quoting: bool,
    solid: bool,
    places: Codes,
    starts: Places,
    ends: Places,
    lines: Codes,
    ragged: Places,
) -> tuple[int, int]:
    """Where the wanted fields of each row lie.

    Args:
        data: whole lines that end with LF and hold no CR.
        quoting: a field may stand in quotes, on one line and without quotes inside.
        solid: a blank field is not plain.
        places: for each field of a row its place in ``starts`` and ``ends``, -1 where it is not wanted, ``[columns]``.
        starts, ends: filled, ``[wanted, lines]``.
        lines: filled: the line of each row, from 0, ``[lines]``.
        ragged: filled: line, start and end of each line with another number of fields, ``[lines, 3]``.

    Returns:
        Rows and ragged lines; (-1, 0) where there is anything that only an exact look can tell.
    """
    columns, size = len(places), len(data)
    row = uneven = line = at = 0
    while at < size:
        start, field = at, 0
        while True:
            begin = at
            if quoting and data[at] == QUOTE:
                begin += 1
                at += 1
                while data[at] != QUOTE and data[at] != LINE_END:
                    at += 1
                end = at
                # a line that ends inside of quotes, or goes on after them
                if data[at] == LINE_END or (data[at + 1] != delimiter and data[at + 1] != LINE_END):
                    return -1, 0
                at += 1
            else:
                while data[at] != delimiter and data[at] != LINE_END:
                    if quoting and data[at] == QUOTE:
                        return -1, 0
                    at += 1
                end = at
            if field < columns and places[field] >= 0:
                starts[places[field], row] = begin
                ends[places[field], row] = end
            field += 1
            last = data[at] == LINE_END
            if solid and begin == end and not (last and field == 1):
                return -1, 0
            at += 1
            if last:
                break
        if at - start > 1:
            if field == columns:
                lines[row] = line
                row += 1
            else:
                ragged[uneven, 0], ragged[uneven, 1], ragged[uneven, 2] = line, start, at - 1
                uneven += 1
        line += 1
    return row, uneven


@njit(nogil=True, cache=True)
def encode_texts(
    data: Bytes, starts: Places, ends: Places, slots: Codes, keys: Keys, firsts: Places, codes: Codes
) -> int:
    """Number texts in the order of first appearance.

    Args:
        starts, ends: where each text lies, ``[texts]``.
        slots: room for a table of codes, all -1; a power of two.
        keys, firsts: filled: the key of each distinct text and the place where it is first met, ``[slots / 2]``.
        codes: filled, ``[texts]``.

    Returns:
        How many texts differ; -1 where there is not room enough.
    """
    mask, room, known = np.uint64(len(slots) - 1), len(keys), 0
    for row in range(len(starts)):
        start, length = starts[row], ends[row] - starts[row]
        key = _key(data, start, length)
        slot = ((key * SPREAD) >> HALF) & mask
        while True:
            code = slots[slot]
            if code < 0:
                if known == room:
                    return -1
                code = known
                slots[slot], keys[code], firsts[code] = code, key, row
                known += 1
                break
            first = firsts[code]
            like = keys[code] == key and ends[first] - starts[first] == length
            if like and (length <= WORD or _same(data, starts[first], start, length)):
                break
            slot = (slot + ONE) & mask
        codes[row] = code
    return known


def encode_texts_reference(texts: Sequence[bytes]) -> tuple[list[int], list[bytes]]:
    """The same by a dictionary: the code of each text, and the distinct ones."""
    known: dict[bytes, int] = {}
    return [known.setdefault(text, len(known)) for text in texts], list(known)


@njit(nogil=True, cache=True)
def gather_texts(data: Bytes, starts: Places, ends: Places, rows: Places, offsets: Places, texts: Bytes) -> None:
    """Copy the texts of some rows one after the other; ``offsets`` ``[rows + 1]`` says where each begins."""
    for at in range(len(rows)):
        start, to = starts[rows[at]], offsets[at]
        for byte in range(ends[rows[at]] - start):
            texts[to + byte] = data[start + byte]


@njit(nogil=True, cache=True)
def whole_numbers(data: Bytes, starts: Places, ends: Places, numbers: Numbers) -> bool:
    """Fill ``numbers`` ``[texts]``; False where a text is not the one plain way to write a number below 10^18."""
    for row in range(len(starts)):
        start, end = starts[row], ends[row]
        if end == start or end - start > DIGITS or (data[start] == ZERO and end - start > 1):
            return False
        number = np.int64(0)
        for at in range(start, end):
            if data[at] < ZERO or data[at] > NINE:
                return False
            number = number * 10 + (data[at] - ZERO)
        numbers[row] = number
    return True


def whole_numbers_reference(texts: Sequence[bytes]) -> list[int] | None:
    """The same by a pattern; None where a text is no such number."""
    plain = re.compile(rb"0|[1-9][0-9]{0,17}")
    return [int(text) for text in texts] if all(map(plain.fullmatch, texts)) else None


@njit(nogil=True, cache=True)
def _key(data: Bytes, start: int, length: int) -> np.uint64:
    """The text itself where it has up to eight bytes, a hash of it otherwise."""
    key = piece(data, start, length)
    for at in range(start + WORD, start + length, WORD):
        key = key * SPREAD ^ (key >> HALF) ^ piece(data, at, start + length - at)
    return key


@njit(nogil=True, cache=True)
def _same(data: Bytes, one: int, other: int, length: int) -> bool:
    for at in range(length):  # noqa: SIM110 - compiled as a loop
        if data[one + at] != data[other + at]:
            return False
    return True
