"""Bytes at rest: a file on disk, a member of a zip, a resource of the package; opened safely, checked for change."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import zipfile
from collections.abc import Callable
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import IO, Any, Protocol

from core.data.raw import Watch, file_name
from core.errors import InputError

PREFIX = 1 << 16


class Stored(Protocol):
    """Something that holds the bytes of one file.

    Attributes:
        name: path inside the source, printable, parted by ``/``.
        size: bytes at rest (packed, for a member of an archive).
    """

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def size(self) -> int: ...  # noqa: D102

    def open(self) -> IO[bytes]:
        """A fresh stream from the first byte."""
        ...

    def check_unchanged(self) -> None:
        """Raise InputError when the bytes are no longer those that were first opened."""
        ...


class DiskFile:
    """A regular file; its identity is remembered when it is first opened."""

    def __init__(self, path: Path, name: str = "") -> None:
        self.path = path
        self.name = name or file_name(path)
        self._identity = self._look()

    @property
    def size(self) -> int:
        """Bytes on disk when first seen."""
        return int(self._identity[2])

    def open(self) -> IO[bytes]:
        """Open by descriptor, so that what was checked is what is read."""
        try:
            # without O_NONBLOCK a pipe put in the file's place would hang here
            descriptor = os.open(self.path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        except OSError as error:
            raise unreadable(self.name, error) from error
        stream = os.fdopen(descriptor, "rb", buffering=0)
        if _identity(os.fstat(descriptor)) != self._identity:
            stream.close()
            raise _changed(self.name)
        return stream

    def check_unchanged(self) -> None:
        """Compare device, file number, size and time of change with those of the beginning."""
        try:
            now = _identity(os.stat(self.path))
        except OSError as error:
            raise _changed(self.name) from error
        if now != self._identity:
            raise _changed(self.name)

    def _look(self) -> tuple[int, int, int, int]:
        status = look(self.path)
        if not stat.S_ISREG(status.st_mode):
            raise InputError(
                code="input.not-a-file",
                what="this is not a regular file",
                where=self.name,
                remedy="Give a file, a folder or an archive",
            )
        return _identity(status)


class ZipMember:
    """One file inside a zip, streamed, never extracted."""

    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, holder: DiskFile) -> None:
        self.name = info.filename
        self.size = info.compress_size
        self._archive, self._info, self._holder = archive, info, holder

    def open(self) -> IO[bytes]:
        """The unpacked bytes; the checksum is compared at the end."""
        try:
            return self._archive.open(self._info)
        except (zipfile.BadZipFile, NotImplementedError, OSError, RuntimeError, EOFError, ValueError) as error:
            raise damaged(self.name, error) from error

    def check_unchanged(self) -> None:
        """Compare the archive with what it was."""
        self._holder.check_unchanged()


class Resource:
    """A file that came with the package."""

    def __init__(self, resource: Traversable, size: int) -> None:
        self.name = resource.name
        self.size = size
        self._resource = resource

    def open(self) -> IO[bytes]:
        """A fresh stream."""
        return self._resource.open("rb")

    def check_unchanged(self) -> None:
        """A resource of the package does not change."""


class HashedStream(io.RawIOBase):
    """Passes bytes on, hashing and counting them, and tells the watcher.

    Args:
        prefix: first bytes seen by an earlier reading; other bytes now mean that the file changed.
    """

    def __init__(self, stored: Stored, watch: Watch, prefix: bytes = b"") -> None:
        self._stored, self._watch, self._expected = stored, watch, prefix
        self._stream = stored.open()
        self._most = stored.size if isinstance(stored, DiskFile) else None
        self._hash = hashlib.sha256()
        self.count = 0
        self.prefix = b""

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer; errors of the disk or the network become InputError."""
        read: Callable[[Any], int | None] = getattr(self._stream, "readinto")  # noqa: B009 - IO[bytes] does not list it
        try:
            count = read(buffer) or 0
        except OSError as error:
            raise unreadable(self._stored.name, error) from error
        with memoryview(buffer)[:count] as data:
            self._hash.update(data)
            if self.count < PREFIX:
                self.prefix += bytes(data[: PREFIX - self.count])
                if not _agree(self.prefix, self._expected):
                    raise _changed(self._stored.name)
        self.count += count
        if self._most is not None and self.count > self._most:
            # a file that grows as fast as it is read would never end
            raise _changed(self._stored.name)
        self._watch.step(min(self.count, self._stored.size), self._stored.size)
        return count

    def digest(self) -> str:
        """SHA-256 of the bytes so far, hexadecimal."""
        return self._hash.hexdigest()

    def close(self) -> None:
        """Close the file below."""
        self._stream.close()
        super().close()


def look(path: Path) -> os.stat_result:
    """What the system knows of a path.

    Raises:
        InputError: nothing is there, it cannot be reached, or links go round in a circle.
    """
    try:
        return os.stat(path)
    except FileNotFoundError as error:
        raise InputError(
            code="input.missing", what="there is no such file or folder", where=file_name(path), remedy="Check the path"
        ) from error
    except (OSError, ValueError) as error:
        raise unreadable(file_name(path), error) from error


def unreadable(name: str, error: Exception) -> InputError:
    """The error for a path that the system does not let us read."""
    reason = getattr(error, "strerror", None) or str(error)
    return InputError(
        code="input.unreadable",
        what="it cannot be read",
        where=name,
        why=f"The system says: {reason}",
        remedy="Check the permissions and the connection, then try again",
        retryable=True,
    )


def damaged(name: str, error: Exception | str) -> InputError:
    """The error for packed bytes that do not unpack to what was packed."""
    return InputError(
        code="input.damaged",
        what="the packed file is damaged or cut short",
        where=name,
        why=f"Unpacking says: {error}" if str(error) else "",
        remedy="Fetch the file again; nothing of it was kept",
    )


def _changed(name: str) -> InputError:
    return InputError(
        code="input.changed",
        what="the file changed or vanished while it was read",
        where=name,
        remedy="Wait until nothing writes to it, then read it again; nothing of it was kept",
        retryable=True,
    )


def _identity(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _agree(one: bytes, other: bytes) -> bool:
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]
