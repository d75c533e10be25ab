"""The index in any condition: no list of runs is less for it, no error comes of it, and it is built anew."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import patch

from core.runs.folder import RunFolder
from core.runs.library import index_path, mark_run, read_library
from core.runs.workspace import Workspace

COPIES = 30
"""Runs in the workspace, so that the index has several pages."""
LONG_AGO = 1_000_000_000
ERRORS = ("disk I/O error", "database or disk is full", "attempt to write a readonly database", "database is locked")


class Refusing:
    """A connection whose statements are refused from one of them on.

    Args:
        left: how many are let through; all others are refused.
    """

    def __init__(self, real: sqlite3.Connection, left: list[int], said: str) -> None:
        self._real, self._left, self._said = real, left, said

    def _meet(self) -> None:
        self._left[0] -= 1
        if self._left[0] < 0:
            raise sqlite3.OperationalError(self._said)

    def execute(self, *words: Any) -> sqlite3.Cursor:
        """Do it, or be refused."""
        self._meet()
        return self._real.execute(*words)

    def executemany(self, *words: Any) -> sqlite3.Cursor:
        """Do it, or be refused."""
        self._meet()
        return self._real.executemany(*words)

    def close(self) -> None:
        """Close."""
        self._real.close()


def broken_indexes(workspace: Workspace, violations: list[str]) -> int:
    """List, mark and list again with the index in each condition; gives how many there were."""
    first = next(workspace.runs())
    for number in range(COPIES):
        copied = workspace.runs_folder / f"copy-{number:02d}"
        shutil.copytree(first.path, copied)
        # what has just changed is read again in any case
        os.utime(copied, (LONG_AGO, LONG_AGO))
    read_library(workspace)
    whole = index_path(workspace).read_bytes()
    statements = _statements(workspace)
    number = 0
    for name, during in conditions(workspace, whole, statements):
        number += 1
        try:
            with during:
                _use(workspace, first, number)
            _use(workspace, first, -number)
            if read_library(workspace).read > 1:
                violations.append(f"index, {name}: it is not built anew")
        except Exception as error:
            violations.append(f"index, {name}: {type(error).__name__}: {error}")
        _lay(index_path(workspace), whole)
    return number


def _use(workspace: Workspace, run: RunFolder, number: int) -> None:
    mark_run(workspace, run, note=str(number))
    names = {each.folder: each.note for each in read_library(workspace).entries}
    if len(names) != COPIES + 1:
        raise AssertionError(f"{len(names)} of {COPIES + 1} runs are listed")
    if names[run.path.name] != str(number):
        raise AssertionError("an old note is listed")


def conditions(
    workspace: Workspace, whole: bytes, statements: int
) -> Iterator[tuple[str, AbstractContextManager[object]]]:
    """Each with what it is called."""
    path = index_path(workspace)
    half = len(whole) // 2
    contents = {
        "missing": None,
        "empty": b"",
        "cut in half": whole[:half],
        "half of it noise": whole[:half] + os.urandom(half),
        "zeros": b"\0" * len(whole),
        "zeros after the head": whole[:512].ljust(len(whole), b"\0"),
        "no database": b"x" * 5000,
        **{f"a byte turned at {at}": _turned(whole, at) for at in range(0, len(whole), max(len(whole) // 60, 1))},
    }
    for name, content in contents.items():
        _lay(path, content)
        yield name, nullcontext()
    _lay(path, whole)
    path.with_name(path.name + "-journal").write_bytes(os.urandom(4096))
    yield "a journal of noise", nullcontext()
    path.with_name(path.name + "-journal").unlink(missing_ok=True)
    for left in range(statements):
        for said in ERRORS:
            _lay(path, whole)
            yield f"{said} at statement {left}", refusing(left, said)
    for said in ERRORS:
        _lay(path, None)
        yield f"{said} while it is made", refusing(len(ERRORS) + 3, said)
    for blocks in (0, 1, 2, 4):
        _lay(path, None)
        yield f"no file over {blocks} kB", largest(blocks * 1024)


@contextmanager
def refusing(left: int, said: str) -> Iterator[None]:
    """Within the block SQLite refuses all but the first statements."""
    real: Callable[..., sqlite3.Connection] = sqlite3.connect
    count = [left]
    with patch.object(sqlite3, "connect", lambda *words, **named: Refusing(real(*words, **named), count, said)):
        yield


@contextmanager
def largest(size: int) -> Iterator[None]:
    """Within the block the system lets SQLite write no file over a size; what Python code writes is let alone."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    real: Callable[..., sqlite3.Connection] = sqlite3.connect

    class Limited(Refusing):
        """The limit holds while SQLite is at work."""

        def execute(self, *words: Any) -> sqlite3.Cursor:
            """Within the limit."""
            return _within(size, before, lambda: self._real.execute(*words))

        def executemany(self, *words: Any) -> sqlite3.Cursor:
            """Within the limit."""
            return _within(size, before, lambda: self._real.executemany(*words))

    try:
        with patch.object(sqlite3, "connect", lambda *words, **named: Limited(real(*words, **named), [0], "")):
            yield
    finally:
        signal.signal(signal.SIGXFSZ, heard)


def _within(size: int, before: tuple[int, int], act: Callable[[], sqlite3.Cursor]) -> sqlite3.Cursor:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        return act()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def _statements(workspace: Workspace) -> int:
    """How many statements it takes to list once a run has changed."""
    count = [1 << 30]
    real: Callable[..., sqlite3.Connection] = sqlite3.connect
    mark_run(workspace, next(workspace.runs()), note="counted")
    with patch.object(sqlite3, "connect", lambda *words, **named: Refusing(real(*words, **named), count, "")):
        read_library(workspace)
    return (1 << 30) - count[0]


def _turned(whole: bytes, at: int) -> bytes:
    return whole[:at] + bytes([whole[at] ^ 0x5A]) + whole[at + 1 :]


def _lay(path: Path, content: bytes | None) -> None:
    path.with_name(path.name + "-journal").unlink(missing_ok=True)
    if content is None:
        path.unlink(missing_ok=True)
    else:
        path.write_bytes(content)
