"""Where a source points to: a file, a folder or a zip; which file holds the interactions, and what lies beside it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from types import TracebackType
from typing import Self

from core.data.archives import SUFFIXES, ZIP, nested, open_zip
from core.data.raw import Limits, file_name
from core.data.storage import DiskFile, Stored, look, unreadable
from core.errors import InputError

DEPTH = 2
LISTED = 12
ARCHIVES = (".zip", ".tar", ".7z", ".rar", ".tgz")
TEXTS = ("readme", "licence", "license", "citation", "changelog", "checksum")

USUAL = ("interactions", "interaction", "ratings", "events")
"""Stems of files that say what they hold, where several could be meant."""

STEMS = (
    "items",
    "item",
    "movies",
    "titles",
    "products",
    "books",
    "tracks",
    "artists",
    "games",
    "articles",
    "catalogue",
)
CATALOGUES = tuple(f"{stem}.{suffix}" for stem in STEMS for suffix in ("csv", "tsv", "jsonl", "parquet"))
"""Names under which catalogues of items usually lie beside interactions of no format that says where its own is."""

MOST_CATALOGUE = 1 << 26
"""Bytes, 64 MiB: a larger file is not read where nobody asked for it."""

Neighbours = Mapping[str, Callable[[], Stored]]
"""Base names in small letters, and how to come by the file."""


@dataclass(frozen=True, eq=False)
class Place:
    """The files that a source offers; a context manager that closes the archive.

    Attributes:
        name: last part of the path, printable.
        files: every file of a folder (two levels deep) or archive; the one file otherwise.
        single: the source is one file, not a folder or an archive.
        neighbours: what lies beside one of the files.
    """

    name: str
    files: tuple[Stored, ...]
    single: bool
    neighbours: Callable[[Stored], Neighbours]
    _closing: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        self._closing.close()

    def beside(self, file: Stored, names: Iterable[str]) -> Stored | None:
        """The first of these names that lies in the same folder as a file; ``{stem}`` stands for the file's stem."""
        own = base_name(file.name)
        wanted = [name.replace("{stem}", own.rpartition(".")[0] or own).lower() for name in names]
        here = self.neighbours(file)
        found = next((name for name in wanted if name in here and name != own.lower()), None)
        return here[found]() if found is not None else None


def open_place(source: str | Path, limits: Limits) -> Place:
    """Look at a path without reading what it holds.

    Raises:
        InputError: nothing there, not a file or folder, not permitted, an archive that is not acceptable.
    """
    if not os.fspath(source):
        raise InputError("input.missing", "no file or folder is named", "the source", remedy="Give the path of one")
    path = Path(source)
    mode = look(path).st_mode
    if S_ISDIR(mode):
        files = tuple(_walk(path, limits))
        return Place(file_name(path), files, False, files_together(files))
    file = DiskFile(path)
    closing = ExitStack()
    try:
        with file.open() as stream:
            start = stream.read(4)
        if start.startswith(ZIP):
            return _open_archive(file, limits, closing)
    except OSError as error:
        closing.close()
        raise unreadable(file.name, error) from error
    except InputError:
        closing.close()
        raise
    return Place(file.name, (file,), True, lambda _: _siblings(path))


def base_name(name: str) -> str:
    """The last part of a name without the suffix of a packed file."""
    last = name.rsplit("/", 1)[-1]
    for suffix in SUFFIXES:
        if last.lower().endswith(suffix):
            return last[: -len(suffix)]
    return last


def choose(place: Place, usual: Sequence[str], companions: Sequence[str]) -> Stored:
    """The file of a place that holds the interactions.

    Args:
        usual: names under which the known formats keep interactions, ``*.suffix`` for any stem.
        companions: names that never hold interactions, such as catalogues.

    Raises:
        InputError: none or several could be meant; the message lists them.
    """
    if place.single:
        return place.files[0]
    names = {file: base_name(file.name).lower() for file in place.files}
    for found in (
        [file for file, name in names.items() if _matches(name, usual)],
        [file for file, name in names.items() if "train" in name.split(".") and _plausible(name, companions)],
        [file for file, name in names.items() if _plausible(name, (*companions, *CATALOGUES))],
        [file for file, name in names.items() if _plausible(name, companions)],
    ):
        told = [file for file in found if names[file].rpartition(".")[0] in USUAL]
        trains = [file for file in found if "train" in names[file].split(".")]
        for only in (trains, found, told):
            if len(only) == 1:
                return only[0]
        if found:
            raise _several(place, found)
    packed = [file for file, name in names.items() if name.endswith(ARCHIVES)]
    if packed:
        raise nested(packed[0].name)
    raise InputError(
        code="input.no-file",
        what="nothing in it looks like interactions",
        where=place.name,
        why=f"It holds {_list(place.files)}" if place.files else "It is empty",
        remedy="Give the file that holds them",
    )


def _open_archive(file: DiskFile, limits: Limits, closing: ExitStack) -> Place:
    members = open_zip(file, limits, closing)
    names = {member.name for member in members}
    if "[Content_Types].xml" in names:
        raise InputError(
            code="input.office",
            what="this is an office document, such as an Excel workbook, not a data file",
            where=file.name,
            remedy="Save the sheet as CSV and give that file",
        )
    if "indices.npy" in names or "row.npy" in names:
        closing.close()
        return Place(file.name, (file,), True, files_together((file,)))
    kept = tuple(member for member in members if _visible(member.name))
    return Place(file.name, kept, False, files_together(kept), closing)


def files_together(files: Sequence[Stored]) -> Callable[[Stored], Neighbours]:
    """What lies beside a file, for a place that lists all of its files."""

    def neighbours(file: Stored) -> Neighbours:
        return {base_name(other.name).lower(): partial(_same, other) for other in files if _together(other, file)}

    return neighbours


def _siblings(path: Path) -> Neighbours:
    try:
        names = os.listdir(path.parent)
    except OSError:
        # a file may be readable in a folder that cannot be listed; then nothing is beside it
        return {}
    return {base_name(name).lower(): partial(DiskFile, path.parent / name) for name in sorted(names)}


def _same(file: Stored) -> Stored:
    return file


def _together(one: Stored, other: Stored) -> bool:
    return one.name.rpartition("/")[0] == other.name.rpartition("/")[0]


def _walk(folder: Path, limits: Limits, inside: str = "", depth: int = DEPTH) -> list[Stored]:
    found: list[Stored] = []
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: os.fsencode(entry.name))
    except OSError as error:
        raise unreadable(file_name(folder), error) from error
    for entry in entries:
        name = inside + file_name(entry.name)
        if not _visible(name):
            continue
        if entry.is_dir(follow_symlinks=False):
            if depth > 1:
                found += _walk(Path(entry.path), limits, name + "/", depth - 1)
        elif _is_regular(entry):
            found.append(DiskFile(Path(entry.path), name))
        if len(found) > limits.members:
            raise InputError(
                code="input.too-many-members",
                what=f"the folder holds more than {limits.members:,} files",
                where=file_name(folder),
                remedy="Give the file that holds the interactions",
            )
    return found


def _is_regular(entry: os.DirEntry[str]) -> bool:
    try:
        return S_ISREG(entry.stat().st_mode)
    except OSError:
        # a link that leads nowhere or round in a circle is not a candidate
        return False


def _visible(name: str) -> bool:
    parts = name.split("/")
    return "__MACOSX" not in parts and not any(part.startswith(".") for part in parts)


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(name.endswith(pattern[1:]) if pattern.startswith("*") else name == pattern for pattern in patterns)


def _plausible(name: str, companions: Sequence[str]) -> bool:
    text = any(word in name for word in TEXTS) or name.endswith(".md")
    return not text and not _matches(name, companions) and not name.endswith(ARCHIVES)


def _several(place: Place, found: Sequence[Stored]) -> InputError:
    return InputError(
        code="input.several-files",
        what="several files could hold the interactions",
        where=place.name,
        why=f"There are {_list(found)}",
        remedy="Give the one that is meant",
    )


def _list(files: Sequence[Stored]) -> str:
    more = f" and {len(files) - LISTED:,} more" if len(files) > LISTED else ""
    return ", ".join(file.name for file in files[:LISTED]) + more
