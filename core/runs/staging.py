"""Folders in the making: under a name that nobody lists, with a lock that says that somebody is at it."""

from __future__ import annotations

import contextlib
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from core import durable

NEW = ".new-"
"""Start of the names of runs that are not whole yet."""
LOCK = ".lock"


@contextlib.contextmanager
def making(parent: Path, start: str = NEW) -> Iterator[Path]:
    """An empty folder to write to, gone at the end unless it was moved; what others left unfinished is swept before.

    Args:
        parent: made when it is not there.
        start: of its name.

    Raises:
        StorageError: it cannot be made.
    """
    import filelock

    durable.make_folder(parent)
    sweep(parent, start)
    folder = parent / f"{start}{secrets.token_hex(8)}"
    lock = filelock.FileLock(_lock_of(folder), thread_local=False)
    try:
        with durable.storing(folder, "made"):
            lock.acquire()
            folder.mkdir()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()
        with contextlib.suppress(OSError):
            _lock_of(folder).unlink()


def sweep(parent: Path, start: str = NEW) -> None:
    """Remove what processes that are no more were making or removing in a folder."""
    if not parent.is_dir():
        return
    with contextlib.suppress(OSError):
        for each in list(parent.iterdir()):
            # only names of our own making: the folder may be any of the user's
            begun = re.fullmatch(f"({re.escape(start)}[0-9a-f]{{16}})(?:{re.escape(LOCK)})?", each.name)
            if begun is not None:
                _sweep(each.with_name(begun[1]))
            elif re.fullmatch(f"{re.escape(durable.GONE)}[0-9a-f]{{16}}", each.name):
                shutil.rmtree(each, ignore_errors=True)


def _lock_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}{LOCK}")


def _sweep(folder: Path) -> None:
    import filelock

    lock = filelock.FileLock(_lock_of(folder), timeout=0, thread_local=False)
    try:
        with lock:
            shutil.rmtree(folder, ignore_errors=True)
            _lock_of(folder).unlink(missing_ok=True)
    except (filelock.Timeout, OSError):
        # somebody is writing
        return
