"""The end of a table file, looked at before anything else is read: what is no table is refused at once."""

from __future__ import annotations

import os
import struct
from typing import IO

from core.errors import InputError

MOST_BYTES = 256 << 20
"""Bytes of a directory at the end; the readers refuse much smaller ones, and make room for it before they do."""
LENGTH = struct.Struct("<I")


MARKS = {b"PAR1": b"PAR1", b"ARROW1": b"ARROW1", b"FEA1": b"FEA1"}
"""The last bytes of a table file by its first ones."""


def check_end(stream: IO[bytes], head: bytes, where: str) -> None:
    """Look at the end of what begins like a table file; anything else is left alone.

    Raises:
        InputError: it only begins like one.
        OSError: it cannot be read.
    """
    for begin, mark in MARKS.items():
        if head.startswith(begin):
            check_footer(stream, mark, where)


def check_footer(stream: IO[bytes], mark: bytes, where: str) -> None:
    """Look for the mark and the length with which a Parquet or an Arrow file ends.

    Args:
        stream: can jump; it is left at its beginning.
        mark: the last bytes of such a file, before which stands how long its directory is.

    Raises:
        InputError: the file is cut short, or something else that only begins like one.
        OSError: it cannot be read.
    """
    size = stream.seek(0, os.SEEK_END)
    tail = LENGTH.size + len(mark)
    stream.seek(max(size - tail, 0))
    end = stream.read(tail)
    stream.seek(0)
    if len(end) < tail or not end.endswith(mark):
        raise _cut(where, f"It begins like one, and does not end with {mark.decode('ascii')}")
    (length,) = LENGTH.unpack_from(end)
    if not 0 < length <= min(size - tail, MOST_BYTES):
        raise _cut(where, f"The directory at its end would take {length:,} bytes")


def _cut(where: str, why: str) -> InputError:
    return InputError(
        code="input.damaged",
        what="this is no whole table file",
        where=where,
        why=why,
        remedy="Write the file again, or fetch it again; nothing of it was kept",
    )
