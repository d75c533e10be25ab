"""A tape of all that is done to files below a folder: names, bytes and syncs in their order, with what was told."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.proving.calls import Calls

UNSEEN = ("index.sqlite",)
"""Starts of the names of files that a library writes by itself; they are left out."""


@dataclass(frozen=True)
class Named:
    """Names changed, in one step.

    Attributes:
        folders: numbers of the folders that are touched.
        entries: (folder, name, number of what it stands for from now on, or None) for each name.
        makes: number of a folder that is new.
    """

    folders: tuple[int, ...]
    entries: tuple[tuple[int, str, int | None], ...]
    makes: int | None = None


@dataclass(frozen=True)
class Written:
    """Bytes of a file."""

    file: int
    at: int
    content: bytes


@dataclass(frozen=True)
class Cut:
    """A file was given another length."""

    file: int
    length: int


@dataclass(frozen=True)
class Synced:
    """A file, or the names in a folder, were synced."""

    number: int


@dataclass(frozen=True)
class Told:
    """Somebody was told that something is so from now on (``done``), or that it is begun."""

    subject: str
    value: Any
    done: bool


Operation = Named | Written | Cut | Synced | Told
Names = dict[int, dict[str, int]]


@dataclass
class Disk:
    """Names and bytes by number; folder 0 is the one that is watched.

    Attributes:
        names: of each folder.
        bytes: of each file.
    """

    names: Names = field(default_factory=lambda: {0: {}})
    bytes: dict[int, bytes] = field(default_factory=dict)

    def copy(self) -> Disk:
        """Another one with the same names and bytes."""
        return Disk({number: dict(names) for number, names in self.names.items()}, dict(self.bytes))

    def files(self, number: int = 0, before: str = "") -> dict[str, int]:
        """Number of each file by path; an empty folder is there with a slash at its end."""
        found: dict[str, int] = {} if self.names[number] or not before else {before: number}
        for name, each in self.names[number].items():
            if each in self.names:
                found |= self.files(each, f"{before}{name}/")
            else:
                found[f"{before}{name}"] = each
        return found


class Tape(Calls):
    """Records within the block.

    Attributes:
        base: the disk before; all of it is taken for synced.
        now: the disk as it is.
        operations: all that was done.
        whole: contents that a file was given as a whole, by path: it was there before, or put in its place.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.now = Disk()
        self._next = 1
        self._open: dict[int, int] = {}
        self.operations: list[Operation] = []
        self.whole: dict[str, set[bytes]] = {}
        self._load(self.folder, 0)
        self.base = self.now.copy()
        self._remember("", 0)

    def tell(self, subject: str, value: Any) -> None:
        """Something is so from now on."""
        self.operations.append(Told(subject, value, True))

    def begin_telling(self, subject: str) -> None:
        """Something is about to change."""
        self.operations.append(Told(subject, None, False))

    def finish(self) -> None:
        """Take over what was written without being seen."""
        self._look("", 0)

    # --- what is seen -------------------------------------------------------------------------------------------------

    def opened(self, descriptor: int, path: str, made: bool, emptied: bool) -> None:
        """A file may be new, or emptied."""
        folder, name = self._parent(path)
        if made and not name.startswith(UNSEEN):
            self._make(folder, name, a_folder=False)
        number = self._find(path)
        if number is None:
            return
        self._open[descriptor] = number
        if emptied and self.now.bytes.get(number):
            self._note(Cut(number, 0))

    def closed(self, descriptor: int) -> None:
        """Nothing comes of it."""
        self._open.pop(descriptor, None)

    def written(self, descriptor: int, at: int, content: bytes) -> None:
        """Bytes."""
        if descriptor in self._open:
            self._note(Written(self._open[descriptor], at, content))

    def cut(self, descriptor: int, length: int) -> None:
        """Length."""
        if descriptor in self._open:
            self._note(Cut(self._open[descriptor], length))

    def synced(self, descriptor: int) -> None:
        """What was written without being seen is synced too."""
        if descriptor not in self._open:
            return
        number = self._open[descriptor]
        if number not in self.now.names:
            self._compare(self.places[descriptor], number)
        self._note(Synced(number))

    def changed(self, call: str, paths: tuple[str, ...], rest: tuple[Any, ...]) -> None:
        """Names."""
        if call == "truncate":
            number = self._find(paths[0])
            if number is not None:
                self._note(Cut(number, int(rest[0])))
            return
        if any(os.path.basename(path).startswith(UNSEEN) for path in paths):
            return
        first, name = self._parent(paths[0])
        number = self.now.names[first].get(name)
        if call == "mkdir":
            self._make(first, name, a_folder=True)
        elif number is None:
            return
        elif call in ("unlink", "remove", "rmdir"):
            self._note(Named((first,), ((first, name, None),)))
        else:
            second, other = self._parent(paths[1])
            self._look(os.path.relpath(paths[1], self.folder), number)
            taken = self.now.names[second].get(other) if call == "swap" else None
            gone = () if call == "link" else ((first, name, taken),)
            self._note(Named(tuple({first, second}), (*gone, (second, other, number))))
            for path, each in ((paths[1], number), (paths[0], taken)):
                if each is not None:
                    self._remember(os.path.relpath(path, self.folder), each)

    # --- the disk as it is --------------------------------------------------------------------------------------------

    def _note(self, operation: Operation) -> None:
        self.operations.append(operation)
        apply(self.now, operation)

    def _make(self, folder: int, name: str, a_folder: bool) -> None:
        number, self._next = self._next, self._next + 1
        if not a_folder:
            self.now.bytes[number] = b""
        self._note(Named((folder,), ((folder, name, number),), number if a_folder else None))

    def _parent(self, path: str) -> tuple[int, str]:
        folder, name = os.path.split(os.path.relpath(path, self.folder))
        return self._find(os.path.join(self.folder, folder)) or 0, name

    def _find(self, path: str) -> int | None:
        number = 0
        for part in Path(os.path.relpath(path, self.folder)).parts:
            if number not in self.now.names or part not in self.now.names[number]:
                return None
            number = self.now.names[number][part]
        return number

    def _load(self, path: str, number: int) -> None:
        for each in sorted(os.scandir(path), key=lambda entry: entry.name):
            if each.name.startswith(UNSEEN):
                continue
            inner, self._next = self._next, self._next + 1
            self.now.names[number][each.name] = inner
            if each.is_dir():
                self.now.names[inner] = {}
                self._load(each.path, inner)
            else:
                self.now.bytes[inner] = Path(each.path).read_bytes()

    def _remember(self, path: str, number: int) -> None:
        """The contents below a path are whole: somebody put them there."""
        inside = self.now.files(number, f"{path}/" if path else "") if number in self.now.names else {path: number}
        for each, file in inside.items():
            self.whole.setdefault(each, set()).add(self.now.bytes.get(file, b""))

    def _look(self, path: str, number: int) -> None:
        """Compare all files at or below a path, where they are now, with what was seen."""
        inside = self.now.files(number, f"{path}/" if path else "") if number in self.now.names else {path: number}
        for each, file in inside.items():
            self._compare(os.path.join(self.folder, each), file)

    def _compare(self, path: str, number: int) -> None:
        content = b"" if number in self.now.names else Path(path).read_bytes()
        if number in self.now.bytes and content != self.now.bytes[number]:
            self._note(Cut(number, 0))
            self._note(Written(number, 0, content))


def apply(disk: Disk, operation: Operation) -> None:
    """Do an operation to a disk."""
    if isinstance(operation, Named):
        if operation.makes is not None:
            disk.names[operation.makes] = {}
        for folder, name, number in operation.entries:
            if number is None:
                disk.names[folder].pop(name, None)
            else:
                disk.names[folder][name] = number
    elif isinstance(operation, Written | Cut):
        disk.bytes[operation.file] = changed(disk.bytes.get(operation.file, b""), operation)


def changed(content: bytes, operation: Written | Cut) -> bytes:
    """The bytes of a file after an operation."""
    if isinstance(operation, Cut):
        return content[: operation.length].ljust(operation.length, b"\0")
    filled = content[: operation.at].ljust(operation.at, b"\0")
    return filled + operation.content + content[operation.at + len(operation.content) :]
