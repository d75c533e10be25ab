"""Bytes to blocks of whole lines in UTF-8, whatever the encoding and the line ends, with physical line numbers."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.data.archives import Content
from core.data.raw import Limits
from core.errors import InputError, UsageError

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    # the four-byte marks begin with the two-byte ones
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
NOT_OF_FILES = ("idna", "punycode", "raw-unicode-escape", "unicode-escape", "utf-7")
"""Python's ways to write one text inside another: no file is kept in them, and they can make half characters."""

WIDE = ("utf-16", "utf-32")
PREVIEW = 60


@dataclass(frozen=True)
class TextBlock:
    """Whole lines.

    Attributes:
        data: UTF-8, valid, without a byte order mark; line ends as in the file.
        first_line: number of the first line, from 1.
    """

    data: bytes
    first_line: int


def sniff_encoding(head: bytes) -> str:
    """The encoding that the first bytes speak for."""
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return encoding
    even, odd = head[0:4096:2], head[1:4096:2]
    if len(odd) >= 4 and odd.count(0) > 0.4 * len(odd) and even.count(0) < 0.1 * len(even):
        return "utf-16-le"
    if len(odd) >= 4 and even.count(0) > 0.4 * len(even) and odd.count(0) < 0.1 * len(odd):
        return "utf-16-be"
    return "utf-8"


def settled_encoding(told: str | None, head: bytes) -> str:
    """The encoding of a file that begins so: as told, in the byte order that is found where only the width is told."""
    found = sniff_encoding(head)
    if told is None or (told in WIDE and found.startswith(told)):
        return found
    return f"{told}-le" if told in WIDE else told


def known_encoding(name: str) -> str:
    """The usual name of a text encoding.

    Raises:
        UsageError: there is no such encoding.
    """
    try:
        "".encode(name)
        found = codecs.lookup(name).name
        if found.replace("_", "-") in NOT_OF_FILES:
            raise LookupError(found)
        return found
    except (LookupError, ValueError, TypeError) as error:
        raise UsageError(
            code="input.encoding-name",
            what=f"there is no text encoding called {name!r}",
            remedy="Use a name such as utf-8, cp1252, latin-1 or utf-16",
        ) from error


def text_blocks(content: Content, name: str, encoding: str, limits: Limits) -> Iterator[TextBlock]:
    """Blocks of about ``limits.block`` bytes that end with a line (or with the file).

    Args:
        name: what errors call the file.

    Raises:
        InputError: bytes that are not text in this encoding (line and byte offset are named), a line over the limit.
    """
    carry, line, offset = b"", 1, 0
    decoder = None if encoding == "utf-8" else codecs.getincrementaldecoder(encoding)("strict")
    first = True
    while True:
        # the byte order mark must come in one piece
        raw = content.read(max(limits.block, len(codecs.BOM_UTF8)))
        piece = raw if decoder is None else _decoded(decoder, raw, name, encoding, line, carry, offset)
        offset += len(raw)
        if first and piece:
            piece, first = piece.removeprefix(codecs.BOM_UTF8), False
        ended = not raw
        buffer = carry + piece
        end = len(buffer) if ended else _last_line_end(buffer)
        block, carry = buffer[:end], buffer[end:]
        if len(carry) > limits.line:
            raise _too_long(name, line + count_lines(block), limits)
        if block:
            if decoder is None:
                _check_utf8(block, name, line, offset - len(buffer))
            yield TextBlock(block, line)
            line += count_lines(block)
        if ended:
            return


def count_lines(data: bytes) -> int:
    """Line ends in a block: LF, CR LF and CR alone."""
    # bytes.count takes five times as long on short lines
    ends = int(np.count_nonzero(np.frombuffer(data, np.uint8) == ord("\n")))
    if b"\r" in data:
        ends += data.count(b"\r") - data.count(b"\r\n")
    return ends


def unified(data: bytes) -> bytes:
    """The same lines with LF as the only line end."""
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data


def _last_line_end(buffer: bytes) -> int:
    # a CR at the very end may be the first half of CR LF
    end = len(buffer) - 1 if buffer.endswith(b"\r") else len(buffer)
    return max(buffer.rfind(b"\n", 0, end), buffer.rfind(b"\r", 0, end)) + 1


def _check_utf8(block: bytes, name: str, line: int, offset: int) -> None:
    if block.isascii():
        return
    try:
        block.decode("utf-8")
    except UnicodeDecodeError as error:
        start = _last_line_end(block[: error.start])
        end = min(end for end in (block.find(b"\n", start), block.find(b"\r", start), len(block)) if end >= 0)
        at = line + count_lines(block[:start])
        raise _not_text(name, "utf-8", at, offset + error.start, block[start:end], error.start - start) from error


def _decoded(
    decoder: codecs.IncrementalDecoder, raw: bytes, name: str, encoding: str, line: int, carry: bytes, offset: int
) -> bytes:
    waiting = decoder.getstate()[0]
    try:
        return decoder.decode(raw, final=not raw).encode("utf-8")
    except UnicodeDecodeError as error:
        before = carry + error.object[: error.start].decode(encoding, "replace").encode("utf-8", "replace")
        at = line + count_lines(before)
        bad = bytes(error.object[error.start : error.start + PREVIEW])
        raise _not_text(name, encoding, at, offset - len(waiting) + error.start, bad, 0) from error
    except UnicodeError as error:
        # some decoders do not say where
        raise _not_text(name, encoding, line + count_lines(carry), offset, raw[:PREVIEW], 0) from error


def _not_text(name: str, encoding: str, line: int, offset: int, text: bytes, at: int) -> InputError:
    piece = text[max(at - PREVIEW // 2, 0) : at + PREVIEW // 2]
    shown = " or ".join(f"{piece.decode(other, 'replace')!r} as {other}" for other in ("cp1252", "latin-1"))
    wide = encoding.startswith(WIDE)
    return InputError(
        code="input.encoding",
        what=f"this is not {encoding.upper()} text (byte {offset:,} of the file)",
        where=f"{name}, line {line:,}",
        why=f"The bytes here are {piece.hex(' ')}" if wide else f"It would read {shown}",
        remedy="It is damaged or cut short here: write the file again, best as UTF-8"
        if wide
        else "Name the encoding: --columns encoding=cp1252 or encoding=latin-1",
    )


def _too_long(name: str, line: int, limits: Limits) -> InputError:
    return InputError(
        code="input.line-too-long",
        what=f"a line is longer than {limits.line:,} bytes",
        where=f"{name}, line {line:,}",
        why="No interaction is that long; perhaps this is not a text file, or its line ends are missing",
        remedy="Check the file and its format",
    )
