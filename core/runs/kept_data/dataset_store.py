"""The folder of kept data sets: its lock, what is being written to it, and what has to go when there is too much."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import filelock

from core import durable, strict_json
from core.errors import StorageError
from core.runs import staging
from core.runs.kept_data.kept import FORMAT, MANIFEST
from core.runs.workspace import KEPT_GIGABYTES, Workspace

VARIABLE = "RANKSCOPE_KEEP_GB"
"""Environment variable: how many gigabytes of data sets are kept; 0 keeps none. It goes before any other setting."""
MOST_GIGABYTES = 1e6
SMALLEST = 1 << 20
"""Bytes of a source from which on it is kept: less is read anew as fast."""
MAKING = ".making-"
OPENED = "opened"
PATIENCE = 20.0
"""Seconds to wait for another process that opens or removes data sets."""


@dataclass(frozen=True)
class Datasets:
    """Where data sets are kept: ``<key>/`` each, and ``opened/<wish>.json`` which says what was opened how.

    Attributes:
        most: bytes that all together may take; those that were used least lately go.
        smallest: bytes of a source below which it is not kept.
    """

    workspace: Workspace
    most: int = int(KEPT_GIGABYTES * 1e9)
    smallest: int = SMALLEST

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self.workspace.path / "datasets"


def datasets_of(workspace: Workspace, gigabytes: float = KEPT_GIGABYTES) -> Datasets | None:
    """The data sets of a workspace; None where none are to be kept, or a newer version made the workspace.

    Args:
        gigabytes: how much may be kept, where RANKSCOPE_KEEP_GB does not say it.
    """
    named = gigabytes_named()
    gigabytes = gigabytes if named is None else named
    try:
        workspace.check()
    except StorageError:
        return None
    return Datasets(workspace, int(min(gigabytes, MOST_GIGABYTES) * 1e9)) if gigabytes > 0 else None


def gigabytes_named() -> float | None:
    """What RANKSCOPE_KEEP_GB says; None where it says nothing that can be."""
    try:
        found = float(os.environ.get(VARIABLE, ""))
    except ValueError:
        return None
    return found if found == found else None


def space_taken(store: Datasets) -> tuple[int, int]:
    """How many data sets are kept, and the bytes that they take.

    Raises:
        StorageError: the folder cannot be read.
    """
    if not store.folder.is_dir():
        return 0, 0
    with durable.storing(store.folder, "read"):
        whole = [each for each in store.folder.iterdir() if (each / MANIFEST).is_file()]
        return len(whole), sum(_size(each) for each in whole)


def shrink(store: Datasets) -> None:
    """Remove what was used least lately until what is kept fits.

    Raises:
        StorageError: the folder cannot be read, or another process is busy with it.
    """
    with locked(store, make=False) as held:
        if not store.folder.is_dir():
            return
        if not held:
            raise StorageError(
                "storage.busy",
                "kept data cannot be removed now",
                durable.printable_path(store.folder),
                "Another process opens or removes data sets",
                "Try again in a moment",
                True,
            )
        tidy(store)


def tidy(store: Datasets, keep: str = "") -> None:
    """Remove what nobody finished, then what was used least lately until the rest fits; the caller holds the lock.

    Args:
        keep: key of the entry that stays.

    Raises:
        StorageError: the folder cannot be read.
    """
    with durable.storing(store.folder, "read"):
        entries = [each for each in store.folder.iterdir() if each.name != OPENED and not each.name.startswith(".lock")]
    staging.sweep(store.folder, MAKING)
    whole: list[tuple[float, int, Path]] = []
    for each in entries:
        if each.name.startswith(MAKING):
            continue
        if each.name.startswith(durable.OLD) or not (each / MANIFEST).is_file():
            remove(each)
        else:
            with durable.storing(each, "read"):
                whole.append((_used(each), _size(each), each))
    total = sum(size for _, size, _ in whole)
    for _, size, each in sorted(whole):
        if total > store.most and each.name != keep:
            remove(each)
            total -= size
    for pointer in (store.folder / OPENED).glob("*.json"):
        known = read_pointer(pointer)
        if known is None or not (store.folder / str(known["key"])).is_dir():
            durable.remove(pointer)


@contextlib.contextmanager
def locked(store: Datasets, make: bool) -> Iterator[bool]:
    """Hold the lock under which entries are read, put in place and removed; False where it could not be had.

    Args:
        make: make the folder where it is not there.

    Raises:
        StorageError: the folder or the lock cannot be made.
    """
    if make:
        durable.make_folder(store.folder)
    elif not store.folder.is_dir():
        yield False
        return
    lock = filelock.FileLock(store.folder / ".lock", timeout=PATIENCE, thread_local=False)
    held = True
    try:
        lock.acquire()
    except filelock.Timeout:
        held = False
    except OSError as error:
        if make:
            raise durable.storage_error(error, store.folder / ".lock") from error
        # a folder that cannot be written to: nobody removes anything from it either
    try:
        yield held
    finally:
        lock.release()


def making(store: Datasets) -> contextlib.AbstractContextManager[Path]:
    """A folder to write to, gone at the end unless it was moved; its lock says that somebody is at it."""
    return staging.making(store.folder, MAKING)


def remove(entry: Path) -> None:
    """Remove an entry: its manifest first, so that what is left of it is known to be nothing."""
    if entry.is_symlink() or not entry.is_dir():
        with contextlib.suppress(OSError):
            entry.unlink()
        return
    with contextlib.suppress(OSError):
        (entry / MANIFEST).unlink(missing_ok=True)
    shutil.rmtree(entry, ignore_errors=True)


def _used(entry: Path) -> float:
    return (entry / MANIFEST).stat().st_mtime


def _size(entry: Path) -> int:
    return sum(each.stat().st_size for each in entry.iterdir())


def read_pointer(path: Path) -> dict[str, Any] | None:
    """What was opened how; None where that is not known."""
    try:
        values = strict_json.read(path)
    except StorageError:
        return None
    key, files = values.get("key"), values.get("files")
    usable = isinstance(key, str) and len(key) == 64 and key.isalnum() and isinstance(files, list)
    return values if usable and values.get("format") == FORMAT else None
