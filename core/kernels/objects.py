"""JSON objects, one a line, to the places of some of their values, compiled; what is not plain is left to others."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int32]

DEEPEST = 60
"""Lists and objects inside of each other, one bit each."""

LINE_END, SPACE, TAB, RETURN = 10, 32, 9, 13
QUOTE, BACKSLASH, COMMA, COLON = 34, 92, 44, 58
MINUS, PLUS, POINT, ZERO, NINE = 45, 43, 46, 48, 57
OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT = 91, 93, 123, 125
TRUE, FALSE, NULL = (np.frombuffer(word, np.uint8) for word in (b"true", b"false", b"null"))
ESCAPED = np.isin(np.arange(256), np.frombuffer(b'"\\/bfnrt', np.uint8))
IN_STRING = (np.arange(256) >= SPACE) & (np.arange(256) != QUOTE) & (np.arange(256) != BACKSLASH)
"""By byte: may follow a backslash; stands for itself inside of quotes."""
LETTER_U = 117

# what may come next
VALUE, VALUE_OR_END, NAME, NAME_OR_END, COMMA_OR_END = range(5)


@njit(nogil=True, cache=True)
def split_objects(
    data: Bytes, names: Bytes, name_ends: Places, starts: Places, ends: Places, lines: Places, odd: Places
) -> tuple[int, int]:
    """Where the wanted values of each line lie.

    Args:
        data: whole lines that end with LF.
        names: the wanted names one after the other; ``name_ends`` ``[names]`` says where each ends.
        starts, ends: filled, ``[names, lines]``: the value as written, without quotes; empty for null and where there
            is none.
        lines: filled: the line of each row, from 0, ``[lines]``; empty lines are no rows.
        odd: filled: row, start and end of each line that only an exact look can read, ``[lines, 3]``.

    Returns:
        Rows, odd ones included, and how many are odd.
    """
    row = unclear = line = at = 0
    while at < len(data):
        start = at
        if data[at] != LINE_END:
            for name in range(len(name_ends)):
                starts[name, row] = ends[name, row] = start
            at = _read_object(data, start, names, name_ends, starts, ends, row)
            if at == 0:
                at = start
                while data[at] != LINE_END:
                    at += 1
                odd[unclear, 0], odd[unclear, 1], odd[unclear, 2] = row, start, at
                unclear += 1
            lines[row] = line
            row += 1
        line += 1
        at += 1
    return row, unclear


@njit(nogil=True, cache=True)
def _read_object(data: Bytes, at: int, names: Bytes, name_ends: Places, starts: Places, ends: Places, row: int) -> int:
    """Read one line and give its end; 0 where it is no object, or not a plain one."""
    at = _after_spaces(data, at)
    if data[at] != OPEN_OBJECT:
        return 0
    at += 1
    # the lowest bit tells the innermost: 1 an object, 0 a list
    kinds, depth, expected, wanted = np.uint64(1), 1, NAME_OR_END, -1
    while depth:
        at = _after_spaces(data, at)
        byte = data[at]
        inside_object = kinds & np.uint64(1) == np.uint64(1)
        closes = byte == (CLOSE_OBJECT if inside_object else CLOSE_LIST)
        if closes and expected in (COMMA_OR_END, VALUE_OR_END, NAME_OR_END):
            kinds >>= np.uint64(1)
            depth -= 1
            at += 1
            expected = COMMA_OR_END
        elif expected == COMMA_OR_END:
            if byte != COMMA:
                return 0
            expected = NAME if inside_object else VALUE
            at += 1
        elif expected in (NAME, NAME_OR_END):
            end = _end_of_string(data, at) if byte == QUOTE else -1
            # an escaped name could be any
            if end <= 0:
                return 0
            if depth == 1:
                wanted = _which(data, at + 1, end - 1, names, name_ends)
            at = _after_spaces(data, end)
            if data[at] != COLON:
                return 0
            at += 1
            expected = VALUE
        elif byte in (OPEN_LIST, OPEN_OBJECT):
            if depth == DEEPEST or (depth == 1 and wanted >= 0):
                return 0
            kinds = (kinds << np.uint64(1)) | np.uint64(1 if byte == OPEN_OBJECT else 0)
            depth += 1
            at += 1
            expected = NAME_OR_END if byte == OPEN_OBJECT else VALUE_OR_END
        else:
            end = _end_of_scalar(data, at)
            here = depth == 1 and wanted >= 0
            if end == 0 or (end < 0 and here):
                return 0
            if here:
                # null is an empty text
                starts[wanted, row] = at + 1 if byte == QUOTE else at
                ends[wanted, row] = end - 1 if byte == QUOTE else at if byte == NULL[0] else end
            at = abs(end)
            expected = COMMA_OR_END
    at = _after_spaces(data, at)
    return at if data[at] == LINE_END else 0


@njit(nogil=True, cache=True)
def _after_spaces(data: Bytes, at: int) -> int:
    while data[at] == SPACE or data[at] == TAB or data[at] == RETURN:
        at += 1
    return at


@njit(nogil=True, cache=True)
def _which(data: Bytes, start: int, end: int, names: Bytes, name_ends: Places) -> int:
    """The wanted name that lies there, -1 where it is none of them."""
    begin = 0
    for name in range(len(name_ends)):
        if name_ends[name] - begin == end - start:
            at = 0
            while at < end - start and names[begin + at] == data[start + at]:
                at += 1
            if at == end - start:
                return name
        begin = name_ends[name]
    return -1


@njit(nogil=True, cache=True)
def _end_of_scalar(data: Bytes, at: int) -> int:
    """The place after a value that is no list and no object: negative after a text with escapes, 0 where it is none."""
    byte = data[at]
    if byte == QUOTE:
        return _end_of_string(data, at)
    if byte == MINUS or ZERO <= byte <= NINE:
        return _end_of_number(data, at)
    if byte == TRUE[0]:
        return _end_of_word(data, at, TRUE)
    if byte == FALSE[0]:
        return _end_of_word(data, at, FALSE)
    return _end_of_word(data, at, NULL) if byte == NULL[0] else 0


@njit(nogil=True, cache=True)
def _end_of_string(data: Bytes, at: int) -> int:
    at += 1
    escapes = False
    while True:
        while IN_STRING[data[at]]:
            at += 1
        if data[at] == QUOTE:
            break
        if data[at] != BACKSLASH:
            return 0
        escapes = True
        at += 1
        if data[at] == LETTER_U:
            for _ in range(4):
                at += 1
                if not _is_hexadecimal(data[at]):
                    return 0
        elif not ESCAPED[data[at]]:
            return 0
        at += 1
    return -(at + 1) if escapes else at + 1


@njit(nogil=True, cache=True)
def _is_hexadecimal(byte: int) -> bool:
    return ZERO <= byte <= NINE or 65 <= byte <= 70 or 97 <= byte <= 102


@njit(nogil=True, cache=True)
def _end_of_number(data: Bytes, at: int) -> int:
    if data[at] == MINUS:
        at += 1
    first = at
    at = _after_digits(data, at)
    if at == first or (data[first] == ZERO and at > first + 1):
        return 0
    if data[at] == POINT:
        first = at + 1
        at = _after_digits(data, first)
        if at == first:
            return 0
    if data[at] == 69 or data[at] == 101:
        at += 1
        if data[at] == PLUS or data[at] == MINUS:
            at += 1
        first = at
        at = _after_digits(data, at)
        if at == first:
            return 0
    return at


@njit(nogil=True, cache=True)
def _after_digits(data: Bytes, at: int) -> int:
    while ZERO <= data[at] <= NINE:
        at += 1
    return at


@njit(nogil=True, cache=True)
def _end_of_word(data: Bytes, at: int, word: Bytes) -> int:
    for byte in word:
        if data[at] != byte:
            return 0
        at += 1
    return at
