"""marks.json: what a person says of a run (name, star, note), kept apart from the files that training writes."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from core import durable, strict_json
from core.errors import StorageError, UsageError
from core.runs.folder import RunFolder
from core.runs.record import NEEDS, check_format, damaged

FORMAT = 1
FILE = "marks.json"
LONGEST_NAME = 200
LONGEST_NOTE = 100_000


@dataclass(frozen=True)
class Marks:
    """The content of marks.json.

    Attributes:
        name: what the user calls the run; empty where it was never named.
        star: the run is a favourite.
        note: free text.
    """

    name: str = ""
    star: bool = False
    note: str = ""


def read_marks(folder: RunFolder) -> Marks:
    """Read what a person said of a run; nothing where nobody did.

    Raises:
        StorageError: unreadable, damaged, or written by a newer version.
    """
    path = folder.path / FILE
    if not path.is_file():
        return Marks()
    where = durable.printable_path(path)
    values = strict_json.read(path)
    check_format(values, FORMAT, where)
    found: dict[str, Any] = {}
    for each in dataclasses.fields(Marks):
        value = values.get(each.name, each.default)
        if type(value) is not type(each.default):
            raise damaged(where, f"{each.name} is no {type(each.default).__name__}")
        found[each.name] = value
    return Marks(**found)


def write_marks(folder: RunFolder, marks: Marks) -> None:
    """Replace marks.json.

    Raises:
        StorageError: it could not be written; the old one is intact.
    """
    values = {"format": FORMAT, "needs": NEEDS, **dataclasses.asdict(marks)}
    durable.write(folder.path / FILE, strict_json.dumps(values, indent=2) + b"\n", own=True)


def marked(folder: RunFolder, **changes: Any) -> Marks:
    """Change some marks and give all of them; damaged ones are replaced, those of a newer version never.

    Args:
        changes: fields of Marks.

    Raises:
        UsageError: the name or the note is too long.
        StorageError: they could not be written, or a newer version wrote them.
    """
    try:
        before = read_marks(folder)
    except StorageError as error:
        if error.code != "storage.damaged":
            raise
        before = Marks()
    marks = dataclasses.replace(before, **changes)
    marks = dataclasses.replace(marks, name=" ".join(marks.name.split()), note=marks.note.strip())
    for name, most in (("name", LONGEST_NAME), ("note", LONGEST_NOTE)):
        if len(getattr(marks, name)) > most:
            raise UsageError("run.too-long", f"the {name} is longer than {most:,} characters", remedy="Make it shorter")
    if marks != before:
        write_marks(folder, marks)
    return marks
