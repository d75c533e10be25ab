"""Where something may be written: never over what is read for it, nor over what is no file."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from core.durable import printable_path
from core.errors import UsageError


def check_output(path: Path, read: Iterable[str | Path] = ()) -> None:
    """Refuse a file that must stay as it is.

    Args:
        path: the file that is to be written or replaced.
        read: files that it is made from, or folders of them; one that is not there is passed over.

    Raises:
        UsageError: a folder, a device or a pipe is there, or what is read.
    """
    there = _look(path)
    if there is None:
        return
    if not stat.S_ISREG(there.st_mode):
        kind = "a folder" if stat.S_ISDIR(there.st_mode) else "a device or a pipe"
        raise _taken(path, f"there is {kind} at this place")
    for each in map(Path, read):
        status = _look(each)
        if status is not None and (os.path.samestat(there, status) or _inside(path, each)):
            raise _taken(path, "this is what is read, so nothing is written over it")


def check_outside(path: Path, run: Path) -> None:
    """Refuse to write into the folder of a run.

    Raises:
        UsageError: the path lies there, or is the folder.
    """
    if _inside(path, run) or path.resolve() == run.resolve():
        raise _taken(path, "this lies in the folder of the run, where nothing but the run is kept")


def _inside(path: Path, folder: Path) -> bool:
    return folder.resolve() in path.resolve().parents


def _look(path: Path) -> os.stat_result | None:
    try:
        return os.stat(path)
    except (OSError, ValueError):
        # nothing is there, or the writing will say what is wrong
        return None


def _taken(path: Path, what: str) -> UsageError:
    return UsageError("export.taken", what, printable_path(path), remedy="Choose another name or another folder")
