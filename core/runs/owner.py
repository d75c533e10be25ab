"""Who is writing a run: the lock, and the process that holds it, as far as it said so in owner.json."""

from __future__ import annotations

import datetime
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from core import durable, strict_json
from core.durable import printable_path, storing
from core.errors import StorageError, UsageError
from core.runs.folder import RunFolder

OWNER = "owner.json"
"""Beside the lock: ``pid``, ``host`` and ``since`` of the process that holds it, for display. A process that was killed
leaves it, and the system frees the lock: only both together mean that somebody writes."""
PATIENCE = 1.0
"""Seconds: whoever asks whether a run is being written holds its lock for an instant."""


@dataclass(frozen=True)
class Owner:
    """A process that writes a run.

    Attributes:
        pid: 0 where it is not known.
        host: empty where it is not known.
        since: wall clock in UTC, ISO; for display only.
    """

    pid: int = 0
    host: str = ""
    since: str = ""

    @property
    def is_this_process(self) -> bool:
        """Whether it is we who write."""
        return self.pid == os.getpid() and self.host == socket.gethostname()

    @property
    def words(self) -> str:
        """As people say it."""
        if not self.pid:
            return "another process"
        if self.is_this_process:
            return "this process"
        return f"process {self.pid} on {self.host}" if self.host else f"process {self.pid}"


def owner_of(folder: RunFolder) -> Owner | None:
    """The living process that writes a run; None when nobody does."""
    if not is_being_written(folder):
        return None
    try:
        values = strict_json.read(folder.path / OWNER)
    except StorageError:
        return Owner()
    pid, host, since = values.get("pid"), values.get("host"), values.get("since")
    return Owner(
        pid=pid if type(pid) is int and 0 < pid < 2**31 else 0,
        host=host[:100] if isinstance(host, str) else "",
        since=since[:40] if isinstance(since, str) else "",
    )


def check_unowned(folder: RunFolder, action: str, also_own: bool = False) -> None:
    """Refuse to change a run while another process writes it.

    Args:
        action: such as ``renamed``.
        also_own: refuse it too while this process writes it.

    Raises:
        UsageError: somebody is writing.
    """
    owner = owner_of(folder)
    if owner is not None and (also_own or not owner.is_this_process):
        raise UsageError(
            "run.busy",
            f"the run cannot be {action} while it is being written by {owner.words}",
            folder.path.name,
            remedy="Wait until it ends, or stop it there",
        )


@contextmanager
def locked(folder: RunFolder) -> Iterator[None]:
    """Hold the run's lock and say so in owner.json; the system frees the lock when the process ends, however it ends.

    Raises:
        UsageError: another process is writing to the run.
        StorageError: the lock cannot be made.
    """
    # an event loop or a window may close the generator that holds it from another thread
    # not before the first run is written: every start would wait for it
    import filelock

    lock = filelock.FileLock(folder.path / ".lock", timeout=PATIENCE, thread_local=False)
    with storing(folder.path / ".lock"):
        try:
            lock.acquire()
        except filelock.Timeout:
            writer = owner_of(folder)
            raise UsageError(
                "run.busy",
                f"the run is being written by {writer.words if writer is not None else 'another process'}",
                printable_path(folder.path),
                remedy="Wait until it ends, or stop it there",
            ) from None
    try:
        since = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        owner = {"pid": os.getpid(), "host": socket.gethostname(), "since": since}
        durable.write(folder.path / OWNER, strict_json.dumps(owner) + b"\n", own=True)
        try:
            yield
        finally:
            _leave(folder)
    finally:
        lock.release()


def _leave(folder: RunFolder) -> None:
    try:
        durable.remove(folder.path / OWNER)
    except StorageError:
        # without the lock it says nothing, and the next owner replaces it
        return


def is_being_written(folder: RunFolder) -> bool:
    """Whether a living process holds the run's lock."""
    if not (folder.path / OWNER).exists() or not (folder.path / ".lock").exists():
        return False
    import filelock

    lock = filelock.FileLock(folder.path / ".lock", timeout=0.05, poll_interval=0.01, thread_local=False)
    try:
        with lock:
            return False
    except filelock.Timeout:
        return True
    except OSError:
        # a folder that cannot be written to has no writer
        return False
