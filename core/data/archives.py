"""Packed files read through: gzip, xz, zstandard and bzip2 streams and zip members, with caps on what comes out."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import IO, Any, Self

import pyarrow as pa

from core.data.raw import Limits, Watch
from core.data.storage import DiskFile, HashedStream, Stored, ZipMember, damaged
from core.errors import InputError

SUFFIXES = (".gz", ".xz", ".zst", ".bz2")
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
XZ_MEMORY = 512 << 20
PIECE = 1 << 18
LONGEST_MEMBER_RECORD = 1 << 10


class _Unpacked:
    """Reads through one of the standard library's incremental decompressors, streams in a row included."""

    def __init__(self, stream: IO[bytes], start: Callable[[], Any]) -> None:
        self._stream, self._start = stream, start
        self._machine = start()

    def read(self, size: int) -> bytes:
        while True:
            if self._machine.eof:
                rest = self._machine.unused_data.lstrip(b"\0") or self._stream.read(PIECE).lstrip(b"\0")
                if not rest:
                    return b""
                self._machine = self._start()
            else:
                rest = self._stream.read(PIECE) if self._machine.needs_input else b""
                if not rest and self._machine.needs_input:
                    raise EOFError("it ends before its end mark")
            data = bytes(self._machine.decompress(rest, size))
            if data:
                return data


STREAMS: Mapping[bytes, Callable[[IO[bytes]], Any]] = {
    b"\x1f\x8b": lambda stream: gzip.GzipFile(fileobj=stream),
    b"\xfd7zXZ\x00": lambda stream: _Unpacked(stream, lambda: lzma.LZMADecompressor(memlimit=XZ_MEMORY)),
    b"\x28\xb5\x2f\xfd": lambda stream: pa.CompressedInputStream(pa.PythonFile(stream, "r"), "zstd"),
    b"BZh": lambda stream: _Unpacked(stream, bz2.BZ2Decompressor),
}
UNPACKING_ERRORS = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, ValueError, pa.ArrowException)


class Content:
    """The unpacked bytes of something stored, capped; a context manager.

    Args:
        prefix: first stored bytes seen before, see HashedStream.
    """

    def __init__(self, stored: Stored, limits: Limits, watch: Watch, prefix: bytes = b"") -> None:
        self._stored, self._limits = stored, limits
        self._raw = HashedStream(stored, watch, prefix)
        self._plain = io.BufferedReader(self._raw, 1 << 20)
        self._count = 0
        try:
            start = self._plain.peek(8)
        except UNPACKING_ERRORS as error:
            raise damaged(stored.name, error) from error
        packing = _packing(start)
        self.packed = packing is not None
        self._stream = packing(self._plain) if packing else self._plain
        if not self.packed and isinstance(stored, ZipMember) and start.startswith(ZIP):
            raise nested(stored.name)

    def read(self, size: int) -> bytes:
        """``size`` bytes, fewer at the end only.

        Raises:
            InputError: damaged, cut short, packed twice, or larger than the limits.
        """
        pieces: list[bytes] = []
        while size > 0 and (piece := self._piece(size)):
            pieces.append(piece)
            size -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _piece(self, size: int) -> bytes:
        try:
            data = bytes(self._stream.read(size))
        except UNPACKING_ERRORS as error:
            raise damaged(self._stored.name, error) from error
        if self._count == 0 and self.packed and (_packing(data) or data.startswith(ZIP) or data[257:262] == b"ustar"):
            raise nested(self._stored.name)
        self._count += len(data)
        if self.packed or isinstance(self._stored, ZipMember):
            self._check_size()
        return data

    def finish(self) -> str:
        """Check that the file is still the same; the SHA-256 of the stored bytes."""
        while self._plain.read(1 << 20):
            pass
        self._stored.check_unchanged()
        return self._raw.digest()

    @property
    def prefix(self) -> bytes:
        """The first stored bytes, to be compared by a later reading."""
        return self._raw.prefix

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        if self._stream is not self._plain and hasattr(self._stream, "close"):
            self._stream.close()
        self._plain.close()

    def _check_size(self) -> None:
        limits = self._limits
        over_ratio = self._count > limits.ratio_from and self._count > limits.ratio * max(self._stored.size, 1)
        if self._count > limits.unpacked or over_ratio:
            why = (
                f"It unpacks to more than {limits.ratio} times its size"
                if over_ratio
                else f"It unpacks to more than {limits.unpacked:,} bytes"
            )
            raise InputError(
                code="input.bomb",
                what="it grows beyond every honest size when unpacked",
                where=self._stored.name,
                why=why,
                remedy="If you trust it, unpack it yourself and give the unpacked file",
            )


def spooled(content: Content, limits: Limits) -> IO[bytes]:
    """The whole content in an unnamed temporary file, for formats that need to jump."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    try:
        while piece := content.read(limits.block):
            file.write(piece)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def nested(name: str) -> InputError:
    """The error for an archive inside a packed file."""
    return InputError(
        code="input.nested",
        what="there is an archive inside the packed file",
        where=name,
        why="Only one layer is read through",
        remedy="Unpack the outer one and give what is inside",
    )


def open_zip(file: DiskFile, limits: Limits, closing: ExitStack) -> list[ZipMember]:
    """List the files of a zip without unpacking it.

    Args:
        closing: takes over what must be closed at the end.

    Raises:
        InputError: damaged, too many members, or a member whose name, kind or encryption is not acceptable.
    """
    stream = closing.enter_context(file.open())
    try:
        _check_directory(file, stream, limits)
        archive = closing.enter_context(zipfile.ZipFile(stream))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise damaged(file.name, error) from error
    for info in archive.infolist():
        _check_member(file, info)
    return [ZipMember(archive, info, file) for info in archive.infolist() if not info.is_dir()]


def _packing(start: bytes) -> Callable[[IO[bytes]], Any] | None:
    return next((unpack for magic, unpack in STREAMS.items() if start.startswith(magic)), None)


def _check_member(file: DiskFile, info: zipfile.ZipInfo) -> None:
    name = info.orig_filename
    parts = name.replace("\\", "/").split("/")
    why = ""
    if name.startswith(("/", "\\")) or ".." in parts or (len(name) > 1 and name[1] == ":") or "\0" in name:
        why = "Its path leads out of the archive"
    elif stat.S_ISLNK(info.external_attr >> 16):
        why = "It is a symbolic link"
    elif info.flag_bits & 1:
        why = "It is encrypted"
    if why:
        raise InputError(
            code="input.unsafe-member",
            what=f"the archive holds {name[:200]!r}, which is not accepted",
            where=file.name,
            why=why,
            remedy="Unpack it yourself and give the unpacked file",
        )


def _check_directory(file: DiskFile, stream: IO[bytes], limits: Limits) -> None:
    """Look at the count and size of a zip's directory before anything reads it into memory."""
    tail_size = min(file.size, (1 << 16) + 22)
    stream.seek(file.size - tail_size)
    tail = stream.read(tail_size)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        raise zipfile.BadZipFile("its directory is missing")
    count, size = struct.unpack_from("<HL", tail, at + 10)
    wide = tail.rfind(b"PK\x06\x06", 0, at)
    if wide >= 0 and len(tail) - wide >= 56:
        count, size = struct.unpack_from("<QQ", tail, wide + 32)
    stream.seek(0)
    if count > limits.members or size > limits.members * LONGEST_MEMBER_RECORD:
        raise InputError(
            code="input.too-many-members",
            what=f"the archive lists more than {limits.members:,} files",
            where=file.name,
            remedy="Unpack it yourself and give the file that holds the interactions",
        )
