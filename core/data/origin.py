"""Which files decide what a source gives, and how they stand on the disk; nothing of them is read but by ``digest``."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.data.archives import ZIP, Content
from core.data.formats import FORMATS
from core.data.formats.footers import check_end
from core.data.glance import take_glance
from core.data.opening import find_format, format_called
from core.data.place import CATALOGUES, MOST_CATALOGUE, base_name, choose, open_place
from core.data.plan import DataPlan
from core.data.raw import Limits, ReadingCancelled, Watch, file_name
from core.data.reading import companions, usual_names
from core.data.sample import SAMPLE
from core.data.storage import DiskFile, Stored, look, unreadable
from core.errors import InputError

NONE = "none"
PIECE = 1 << 20
ROLES = ("source", "items", "test", "validation", "candidates")


@dataclass(frozen=True)
class Standing:
    """How a file stands: equal standing means that nobody has written to it.

    Attributes:
        modified, changed: nanoseconds, of the content and of the entry in its folder.
    """

    size: int
    modified: int
    changed: int


@dataclass(frozen=True)
class Origin:
    """One file that decides what a plan's data is.

    Attributes:
        role: the field of the plan that leads to it.
        name: of the file inside of what the field names, printable.
        path: absolute.
    """

    role: str
    name: str
    path: Path
    standing: Standing


@dataclass(frozen=True)
class Origins:
    """All files that decide what a plan's data is.

    Attributes:
        names: of all that lies in folders that are sources: another file there may be chosen, or mentioned.
    """

    files: tuple[Origin, ...]
    names: tuple[str, ...]

    @property
    def size(self) -> int:
        """Bytes of all of them."""
        return sum(each.standing.size for each in self.files)


def find_origins(plan: DataPlan) -> Origins | None:
    """The files behind a plan; None where its source is no file.

    Raises:
        InputError: something is missing, unreadable or not one source; reading it would say the same.
    """
    if plan.source == SAMPLE:
        return None
    files: list[Origin] = []
    names: list[str] = []
    for role in ROLES:
        named = getattr(plan, role)
        if not named or (role in ("validation", "items") and named.lower() == NONE):
            continue
        found, listed = _behind(role, Path(named), plan.format if role == "source" else "")
        files += found
        names += [f"{role}:{file_name(named)}/{name}" for name in listed]
    return Origins(tuple(files), tuple(names))


def standing(path: Path) -> Standing:
    """How a file stands now.

    Raises:
        InputError: it is gone or cannot be reached.
    """
    status = look(path)
    return Standing(status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def check_beginnings(origins: Origins, plan: DataPlan) -> None:
    """Refuse what reading would refuse at its first look, so that gigabytes of it are not hashed before.

    Raises:
        InputError: no format is known for a source, or a table file has no end.
    """
    for each in origins.files:
        file = DiskFile(each.path, each.name)
        with Content(file, Limits(), Watch()) as content:
            glance = take_glance(content, base_name(each.name).lower(), each.name)
        if not glance.packed:
            try:
                with file.open() as stream:
                    check_end(stream, glance.head, each.name)
            except OSError as error:
                raise unreadable(each.name, error) from error
        # what is told of the text may make sense of what looks like nothing
        if each.role == "source" and not (plan.format or plan.columns or glance.head.startswith(ZIP)):
            find_format(glance)


def digest(path: Path, cancelled: Callable[[], bool] | None = None, tell: Callable[[int], None] | None = None) -> str:
    """SHA-256 of a file, hexadecimal.

    Args:
        tell: called with the bytes of each piece.

    Raises:
        InputError: it cannot be read.
        ReadingCancelled: ``cancelled`` said so.
    """
    found = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                if cancelled is not None and cancelled():
                    raise ReadingCancelled
                found.update(piece)
                if tell is not None:
                    tell(len(piece))
    except OSError as error:
        raise unreadable(file_name(path), error) from error
    return found.hexdigest()


def _behind(role: str, path: Path, format: str) -> tuple[list[Origin], list[str]]:
    """The files that one field of a plan leads to, and the names in its folder."""
    if stat.S_ISDIR(look(path).st_mode):
        with open_place(path, Limits()) as place:
            wanted = format_called(format) if format else None
            usual = ("*.test.negative", "*.negative") if role == "candidates" else usual_names(wanted)
            chosen = choose(place, usual, () if role == "candidates" else companions())
            beside = [file for file in place.files if file is not chosen and _goes_with(file, chosen)]
            return [_origin(role, file) for file in (chosen, *beside)], [file.name for file in place.files]
    own = DiskFile(path)
    with open_place(path, Limits()) as place:
        # what a packed archive holds lies inside of the one file
        neighbours = place.neighbours(own) if place.single and role == "source" else {}
        beside = []
        for name in sorted(neighbours):
            if _is_companion(name, own) and name != base_name(own.name).lower():
                try:
                    other = neighbours[name]()
                except InputError:
                    # a folder or a broken link of that name is not read either
                    continue
                if _is_read(name, other):
                    beside.append(other)
    return [_origin(role, file) for file in (own, *beside)], []


def _goes_with(file: Stored, chosen: Stored) -> bool:
    together = file.name.rpartition("/")[0] == chosen.name.rpartition("/")[0]
    name = base_name(file.name).lower()
    return together and _is_companion(name, chosen) and _is_read(name, file)


def _is_companion(name: str, chosen: Stored) -> bool:
    stem = base_name(chosen.name).rpartition(".")[0] or base_name(chosen.name)
    own = (each.replace("{stem}", stem).lower() for form in FORMATS.values() for each in form.catalogue)
    return name in CATALOGUES or name in own


def _is_read(name: str, file: Stored) -> bool:
    """A large file is only looked at where it belongs to a format."""
    belongs = any(name == each for form in FORMATS.values() for each in form.catalogue)
    return belongs or name not in CATALOGUES or file.size <= MOST_CATALOGUE


def _origin(role: str, file: Stored) -> Origin:
    assert isinstance(file, DiskFile)
    path = Path(os.path.abspath(file.path))
    return Origin(role, file.name, path, standing(path))
