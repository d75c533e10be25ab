"""System calls that change files below a folder, watched: what lets a disk fail or lose its power stands on this."""

from __future__ import annotations

import builtins
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from core import durable

OF_TWO_PATHS = ("rename", "replace", "link")
OF_PATHS = ("mkdir", "rmdir", "unlink", "remove", "truncate", *OF_TWO_PATHS)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Calls:
    """Watches what Python code does to files below ``folder``.

    It goes through the functions of ``os`` and through ``open``; these are replaced while the block lasts, in this
    process alone. What a library does in its own code, such as SQLite, is not seen.

    Attributes:
        sites: for each call, what was called from where: ``fsync durable.py:88``.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = os.path.abspath(folder)
        self.sites: list[str] = []
        self.places: dict[int, str] = {}
        self._before: list[tuple[Any, str, Any]] = []

    # --- what becomes of it -------------------------------------------------------------------------------------------

    def meet(self, call: str, site: str) -> None:
        """A call is about to be made; what this raises, the caller is told."""

    def torn(self, write: Callable[[bytes], int], content: bytes) -> None:
        """A write was refused; a part of it may be written all the same."""

    def changed(self, call: str, paths: tuple[str, ...], rest: tuple[Any, ...]) -> None:
        """A call of paths was made."""

    def opened(self, descriptor: int, path: str, made: bool, emptied: bool) -> None:
        """A file or folder was opened."""

    def closed(self, descriptor: int) -> None:
        """It was closed."""

    def written(self, descriptor: int, at: int, content: bytes) -> None:
        """Bytes were written."""

    def cut(self, descriptor: int, length: int) -> None:
        """A file was given another length."""

    def synced(self, descriptor: int) -> None:
        """A file or folder was synced."""

    # --- how it is seen -----------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        for name in OF_PATHS:
            self._replace(os, name, self._of_path(name, getattr(os, name)))
        self._replace(os, "write", self._writing(os.write))
        self._replace(os, "fsync", self._syncing(os.fsync))
        self._replace(os, "ftruncate", self._cutting(os.ftruncate))
        self._replace(os, "open", self._opening(os.open))
        self._replace(os, "close", self._closing(os.close))
        opened = self._file_opening(io.open)
        self._replace(io, "open", opened)
        self._replace(builtins, "open", opened)
        self._replace(durable, "swap", self._swapping(durable.swap))
        return self

    def __exit__(self, kind: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        for module, name, before in reversed(self._before):
            setattr(module, name, before)

    def _replace(self, module: Any, name: str, function: Any) -> None:
        self._before.append((module, name, getattr(module, name)))
        setattr(module, name, function)

    def begin(self, call: str) -> None:
        """Note a call and meet it."""
        site = f"{call} {_caller()}"
        self.sites.append(site)
        self.meet(call, site)

    def place(self, path: Any, folder: int | None = None) -> str:
        """Where a path lies, when it is the folder or below it; else nothing."""
        if not isinstance(path, str | os.PathLike):
            return ""
        text = os.fspath(path)
        if not isinstance(text, str):
            return ""
        if folder is not None and not os.path.isabs(text):
            if folder not in self.places:
                return ""
            text = os.path.join(self.places[folder], text)
        text = os.path.abspath(text)
        return text if text == self.folder or text.startswith(self.folder + os.sep) else ""

    def _of_path(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Any, *rest: Any, **named: Any) -> Any:
            place = self.place(path, named.get("dir_fd"))
            if not place:
                return real(path, *rest, **named)
            self.begin(name)
            found = real(path, *rest, **named)
            self.changed(name, (place, self.place(rest[0])) if name in OF_TWO_PATHS else (place,), rest)
            return found

        return call

    def _swapping(self, real: Callable[[Path, Path], bool]) -> Callable[[Path, Path], bool]:
        def call(one: Path, other: Path) -> bool:
            places = self.place(one), self.place(other)
            if not all(places):
                return real(one, other)
            self.begin("swap")
            done = real(one, other)
            if done:
                self.changed("swap", places, ())
            return done

        return call

    def _writing(self, real: Callable[..., int]) -> Callable[..., int]:
        def call(descriptor: int, content: Any) -> int:
            if descriptor not in self.places:
                return real(descriptor, content)
            return self.write(descriptor, content, lambda piece: real(descriptor, piece))

        return call

    def write(self, descriptor: int, content: Any, real: Callable[[Any], int]) -> int:
        """Write, or be refused."""
        try:
            self.begin("write")
        except OSError:
            self.torn(real, bytes(content))
            raise
        number = real(content)
        # where the file ends, or where the descriptor stood: both are known from where it stands now
        self.written(descriptor, os.lseek(descriptor, 0, os.SEEK_CUR) - number, bytes(content)[:number])
        return number

    def _syncing(self, real: Callable[[int], None]) -> Callable[[int], None]:
        def call(descriptor: int) -> None:
            if descriptor not in self.places:
                return real(descriptor)
            self.begin("fsync")
            real(descriptor)
            return self.synced(descriptor)

        return call

    def _cutting(self, real: Callable[[int, int], None]) -> Callable[[int, int], None]:
        def call(descriptor: int, length: int) -> None:
            if descriptor not in self.places:
                return real(descriptor, length)
            self.begin("ftruncate")
            real(descriptor, length)
            return self.cut(descriptor, length)

        return call

    def _opening(self, real: Callable[..., int]) -> Callable[..., int]:
        def call(path: Any, flags: int, *rest: Any, **named: Any) -> int:
            place = self.place(path, named.get("dir_fd"))
            if not place:
                return real(path, flags, *rest, **named)
            if flags & WRITING:
                self.begin("open")
            before = os.path.lexists(place)
            descriptor = real(path, flags, *rest, **named)
            self.take(descriptor, place, not before, bool(flags & os.O_TRUNC))
            return descriptor

        return call

    def take(self, descriptor: int, place: str, made: bool, emptied: bool) -> None:
        """Know what was opened."""
        self.places[descriptor] = place
        self.opened(descriptor, place, made, emptied)

    def let_go(self, descriptor: int) -> None:
        """The number may stand for another file soon."""
        if self.places.pop(descriptor, None) is not None:
            self.closed(descriptor)

    def _closing(self, real: Callable[[int], None]) -> Callable[[int], None]:
        def call(descriptor: int) -> None:
            self.let_go(descriptor)
            real(descriptor)

        return call

    def _file_opening(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(file: Any, mode: str = "r", buffering: int = -1, *rest: Any, **named: Any) -> Any:
            place = self.place(file)
            if not place or not set(mode) & set("wax+"):
                return real(file, mode, buffering, *rest, **named)
            self.begin("open")
            raw = _File(place, mode.replace("b", "").replace("t", ""), self)
            if buffering == 0:
                return raw
            buffered = (io.BufferedRandom if "+" in mode else io.BufferedWriter)(raw)
            return buffered if "b" in mode else io.TextIOWrapper(buffered, *rest, **named)

        return call


class _File(io.FileIO):
    """A file whose writing is seen."""

    def __init__(self, path: str, mode: str, calls: Calls) -> None:
        before = os.path.lexists(path)
        super().__init__(path, mode)
        self._calls = calls
        calls.take(self.fileno(), path, not before, "w" in mode)

    def close(self) -> None:
        """Close."""
        if not self.closed:
            self._calls.let_go(self.fileno())
        super().close()

    def write(self, content: Any) -> int:
        """Write, or fail."""
        return self._calls.write(self.fileno(), content, super().write)

    def truncate(self, size: int | None = None, /) -> int:
        """Give it another length."""
        self._calls.begin("ftruncate")
        length = super().truncate(size)
        self._calls.cut(self.fileno(), length)
        return length


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
