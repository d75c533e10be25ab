"""A disk that fails: within the block, system calls that change files below a folder raise what they are told to."""

from __future__ import annotations

import builtins
import errno
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ERRORS = {"ENOSPC": errno.ENOSPC, "EIO": errno.EIO, "EACCES": errno.EACCES}
OF_TWO_PATHS = ("rename", "replace", "link")
OF_PATHS = ("mkdir", "rmdir", "unlink", "remove", "truncate", *OF_TWO_PATHS)
OF_DESCRIPTORS = ("write", "fsync", "ftruncate")
GIVING_BACK = ("unlink", "remove", "rmdir", "ftruncate", "truncate")
"""What a full disk still does."""
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Faults:
    """Counts the calls that change something below ``folder``, and lets some of them fail.

    Everything that Python code does to files goes through the functions of ``os`` and through ``open``; these are
    replaced while the block lasts, in this process alone.

    Args:
        at: number of the first call that fails, from 0 on; None lets none fail.
        code: key of ERRORS.
        once: only that call fails; else all that follow too, as on a disk that stays full.

    Attributes:
        sites: for each call, what was called from where: ``fsync durable.py:88``.
        failed: how many were made to fail.
    """

    def __init__(self, folder: Path, at: int | None = None, code: str = "ENOSPC", once: bool = False) -> None:
        self.folder, self.at, self.code, self.once = os.fspath(folder), at, code, once
        self.sites: list[str] = []
        self.failed = 0
        self.mended = False
        self._descriptors: set[int] = set()
        self._before: list[tuple[Any, str, Any]] = []

    def mend(self) -> None:
        """Let nothing fail any more."""
        self.mended = True

    def __enter__(self) -> Self:
        for name in OF_PATHS:
            self._replace(os, name, self._of_path(name, getattr(os, name)))
        for name in OF_DESCRIPTORS:
            self._replace(os, name, self._of_descriptor(name, getattr(os, name)))
        self._replace(os, "open", self._opening(os.open))
        self._replace(os, "close", self._closing(os.close))
        opened = self._file_opening(io.open)
        self._replace(io, "open", opened)
        self._replace(builtins, "open", opened)
        return self

    def __exit__(self, kind: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        for module, name, before in reversed(self._before):
            setattr(module, name, before)

    def _replace(self, module: Any, name: str, function: Any) -> None:
        self._before.append((module, name, getattr(module, name)))
        setattr(module, name, function)

    def _below(self, path: Any) -> bool:
        return isinstance(path, str | os.PathLike) and os.fspath(path).startswith(self.folder)

    def _meet(self, call: str) -> None:
        """Count a call; raise when it is to fail."""
        number = len(self.sites)
        self.sites.append(f"{call} {_caller()}")
        if self.at is None or self.mended or number < self.at or (self.once and number > self.at):
            return
        if self.code == "ENOSPC" and call in GIVING_BACK:
            return
        self.failed += 1
        raise OSError(ERRORS[self.code], os.strerror(ERRORS[self.code]))

    def _of_path(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Any, *rest: Any, **named: Any) -> Any:
            if self._below(path):
                self._meet(name)
            return real(path, *rest, **named)

        return call

    def _of_descriptor(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(descriptor: int, *rest: Any) -> Any:
            if descriptor in self._descriptors:
                try:
                    self._meet(name)
                except OSError:
                    if name == "write" and len(rest[0]) > 1:
                        # a disk takes what still fits before it says that it is full
                        real(descriptor, bytes(rest[0][: len(rest[0]) // 2]))
                    raise
            return real(descriptor, *rest)

        return call

    def _opening(self, real: Callable[..., int]) -> Callable[..., int]:
        def call(path: Any, flags: int, *rest: Any, **named: Any) -> int:
            if not self._below(path):
                return real(path, flags, *rest, **named)
            if flags & WRITING:
                self._meet("open")
            descriptor = real(path, flags, *rest, **named)
            self._descriptors.add(descriptor)
            return descriptor

        return call

    def _closing(self, real: Callable[[int], None]) -> Callable[[int], None]:
        def call(descriptor: int) -> None:
            self._descriptors.discard(descriptor)
            real(descriptor)

        return call

    def _file_opening(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(file: Any, mode: str = "r", buffering: int = -1, *rest: Any, **named: Any) -> Any:
            if not self._below(file) or not set(mode) & set("wax+"):
                return real(file, mode, buffering, *rest, **named)
            self._meet("open")
            raw = _File(os.fspath(file), mode.replace("b", "").replace("t", ""), self._meet, self._descriptors)
            if buffering == 0:
                return raw
            buffered = (io.BufferedRandom if "+" in mode else io.BufferedWriter)(raw)
            return buffered if "b" in mode else io.TextIOWrapper(buffered, *rest, **named)

        return call


class _File(io.FileIO):
    """A file whose writing can fail."""

    def __init__(self, path: str, mode: str, meet: Callable[[str], None], known: set[int]) -> None:
        super().__init__(path, mode)
        self._meet, self._known = meet, known
        known.add(self.fileno())

    def close(self) -> None:
        """Close; the number may stand for another file soon."""
        if not self.closed:
            self._known.discard(self.fileno())
        super().close()

    def write(self, content: Any) -> int:
        """Write, or fail."""
        self._meet("write")
        return super().write(content)


def _caller() -> str:
    """File and line in Rankscope that the call came from."""
    frame = sys._getframe(2)
    here = __file__
    while frame.f_back is not None:
        name = frame.f_code.co_filename
        if name != here and f"{os.sep}core{os.sep}" in name:
            return f"{os.path.basename(name)}:{frame.f_lineno}"
        frame = frame.f_back
    return "elsewhere"
