"""What an export that was killed left beside its target: told apart from what is being written, and swept."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from core import durable

NAME = re.compile(f"{re.escape(durable.TEMPORARY)}[0-9a-f]{{16}}")
"""Only names of our own making: the folder is the user's."""
SETTLED = 86_400.0 if sys.platform == "win32" else 600.0
"""Seconds without a change: what is written in one go, such as a picture, is under no lock."""


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """Lock an unfinished file or folder while it is written; the lock dies with the process."""
    descriptor = _locked(path)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def swept(folder: Path) -> tuple[str, ...]:
    """Remove what nobody is writing to any more; gives a sentence on it, or none where nothing was there."""
    try:
        found = [each for each in folder.iterdir() if NAME.fullmatch(each.name)]
    except OSError:
        # writing says what is wrong with it
        return ()
    gone = sum(_remove(each) for each in found)
    if not gone:
        return ()
    what = "an unfinished file" if gone == 1 else f"{gone:,} unfinished files"
    return (f"Removed {what} that an interrupted export had left in this folder",)


def _remove(path: Path) -> bool:
    try:
        if path.is_symlink() or time.time() - _changed(path) < SETTLED:
            return False
    except OSError:
        return False
    descriptor = _locked(path)
    if descriptor is None and sys.platform != "win32":
        return False
    try:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()
    except OSError:
        return False
    finally:
        if descriptor is not None:
            os.close(descriptor)
    return not os.path.lexists(path)


def _changed(path: Path) -> float:
    """When something in it was last written to."""
    inner = path.rglob("*") if path.is_dir() else ()
    return max(os.lstat(each).st_mtime for each in (path, *inner))


def _locked(path: Path) -> int | None:
    """A descriptor that holds the lock; None where another one does, or the system has no such locks."""
    if sys.platform == "win32":
        return None
    import fcntl

    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
