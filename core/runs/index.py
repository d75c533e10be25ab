"""index.sqlite: the rows of the library, kept so that folders that have not changed are not read again."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, get_type_hints

import filelock

from core import durable
from core.errors import StorageError
from core.runs.entries import Entry

VERSION = 2
APPLICATION = 0x52534C42
"""``RSLB``; another program's database is not touched."""
WAIT = 2.0
"""Seconds to wait for who writes to the index; it takes milliseconds."""

KEPT = Entry._fields[1:-2]
"""Fields of a row that are kept: all but the folder and who writes it now."""
KINDS: dict[Any, str] = {
    int: "INTEGER NOT NULL",
    bool: "INTEGER NOT NULL",
    str: "TEXT NOT NULL",
    float | None: "REAL",
}
TABLES = ("runs", "plans")
PRAGMAS = (
    "journal_mode=DELETE",
    "synchronous=EXTRA",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "mmap_size=0",
    "busy_timeout=2000",
)


Stamp = tuple[int, int]
"""What decides whether a folder is read again: time of its last change in ns (a file in it was made, replaced or
removed) and its number in the file system."""
UNSETTLED: Stamp = (0, 0)
Known = tuple[Entry, Stamp]
"""A row and the stamp of the folder when it was read."""
Fresh = dict[str, tuple[Known, str]]
"""By folder: the row as it was just read, and its packed plan."""


class UnusableIndex(Exception):  # noqa: N818 - never leaves the library
    """The index cannot be read: missing rights, damage, or a newer version. ``rebuild`` says whether it may go."""

    def __init__(self, why: str, rebuild: bool) -> None:
        super().__init__(why)
        self.rebuild = rebuild


@contextmanager
def locked(place: Path) -> Iterator[None]:
    """Hold the short lock of a workspace: for milliseconds, while the index or the marks of a run are written.

    Raises:
        StorageError: another process holds it for too long, or it cannot be made.
    """
    path = place / ".index.lock"
    lock = filelock.FileLock(path, timeout=WAIT, thread_local=False)
    with durable.storing(path):
        try:
            lock.acquire()
        except filelock.Timeout:
            raise StorageError(
                "storage.busy",
                "another process is changing the workspace",
                durable.printable_path(place),
                remedy="Try again",
                retryable=True,
            ) from None
    try:
        yield
    finally:
        lock.release()


def read_index(path: Path) -> dict[str, Known]:
    """All rows by folder; empty where there is no index yet.

    Raises:
        UnusableIndex: it is damaged, of a newer version, or may not be read.
    """
    if not path.exists():
        return {}
    unclean = path.with_name(path.name + "-journal").exists()
    with _opened(path) as connection:
        if unclean and connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise UnusableIndex("it is damaged", True)
        rows = connection.execute(f"SELECT folder, {', '.join(KEPT)}, '', 0, mtime, inode FROM runs").fetchall()
    return {row[0]: (Entry._make(row[:-2]), row[-2:]) for row in rows}


def read_plans(path: Path) -> dict[str, str]:
    """The plans that are kept, packed, by folder.

    Raises:
        UnusableIndex: it is damaged, of a newer version, or may not be read.
    """
    if not path.exists():
        return {}
    with _opened(path) as connection:
        return dict(connection.execute("SELECT folder, plan FROM plans"))


def write_index(path: Path, fresh: Fresh, gone: Iterable[str]) -> bool:
    """Put changed rows into the index and take others out, in one transaction under a short lock.

    Args:
        fresh: row and packed plan by folder.
        gone: folders that are no more.

    Returns:
        False where somebody else writes for too long, or it may not be written; the folders hold the truth anyway.
    """
    try:
        with locked(path.parent):
            _write(path, fresh, gone)
    except (StorageError, UnusableIndex):
        return False
    return True


def _write(path: Path, fresh: Fresh, gone: Iterable[str]) -> None:
    with _opened(path, create=True) as connection:
        names = ("folder", "mtime", "inode", *KEPT)
        marks = ", ".join("?" * len(names))
        rows = [(name, *stamp, *entry[1:-2]) for name, ((entry, stamp), _) in fresh.items()]
        connection.execute("BEGIN IMMEDIATE")
        for table in TABLES:
            connection.executemany(f"DELETE FROM {table} WHERE folder = ?", [(each,) for each in gone])
        connection.executemany(f"INSERT OR REPLACE INTO runs ({', '.join(names)}) VALUES ({marks})", rows)
        plans = [(name, plan) for name, (_, plan) in fresh.items()]
        connection.executemany("INSERT OR REPLACE INTO plans (folder, plan) VALUES (?, ?)", plans)
        connection.execute("COMMIT")


def remove_index(path: Path) -> None:
    """Let a damaged index go; it is built anew from the folders."""
    with contextlib.suppress(OSError, StorageError), locked(path.parent):
        for each in (path, path.with_name(path.name + "-journal")):
            each.unlink(missing_ok=True)


@contextmanager
def _opened(path: Path, create: bool = False) -> Iterator[sqlite3.Connection]:
    """A connection with the schema checked, or made where ``create`` and the file is new."""
    mode = "rwc" if create else "rw" if os.access(path, os.W_OK) else "ro"
    try:
        uri = f"{path.absolute().as_uri()}?mode={mode}"
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
            for pragma in PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
            _check(connection, create)
            yield connection
    except sqlite3.OperationalError as error:
        # busy, or not to be opened: nothing is known to be wrong with the file
        raise UnusableIndex(str(error), False) from None
    except (sqlite3.DatabaseError, ValueError, TypeError, OverflowError) as error:
        raise UnusableIndex(str(error), True) from None


def _check(connection: sqlite3.Connection, create: bool) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    if version == 0 and application == 0 and create:
        empty = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if empty:
            _make(connection)
            return
    if application != APPLICATION:
        raise UnusableIndex("it is not an index of Rankscope", True)
    if version > VERSION:
        raise UnusableIndex("a newer version of Rankscope wrote it", False)
    columns = {row[1] for row in connection.execute("PRAGMA table_info(runs)")}
    if version < VERSION or not {"folder", "mtime", "inode", *KEPT} <= columns:
        raise UnusableIndex("its columns are not those of this version", True)


def _make(connection: sqlite3.Connection) -> None:
    hints = get_type_hints(Entry)
    fields = ", ".join(f"{name} {KINDS[hints[name]]}" for name in KEPT)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(
        f"CREATE TABLE runs (folder TEXT PRIMARY KEY, mtime INTEGER NOT NULL, inode INTEGER NOT NULL, {fields}) STRICT"
    )
    # apart from the rows, which are read at each listing and should lie close together
    connection.execute("CREATE TABLE plans (folder TEXT PRIMARY KEY, plan TEXT NOT NULL) STRICT")
    connection.execute(f"PRAGMA application_id={APPLICATION}")
    connection.execute(f"PRAGMA user_version={VERSION}")
    connection.execute("COMMIT")
