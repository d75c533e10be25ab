"""The layout of a run folder, and the lock that says somebody is writing to it."""

from __future__ import annotations

import datetime
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core import durable, strict_json
from core.durable import printable_path, storing
from core.errors import StorageError, UsageError

OWNER = "owner.json"
"""Beside the lock: ``pid``, ``host`` and ``since`` of the process that holds it, for display. A process that was killed
leaves it, and the system frees the lock: only both together mean that somebody writes."""
PATIENCE = 1.0
"""Seconds: whoever asks whether a run is being written holds its lock for an instant."""


@dataclass(frozen=True)
class RunFolder:
    """Names inside of the folder of a run; the folder holds all that the run needs.

    ``run.json`` what the run is and how it ended; ``plan.toml`` what repeats it; ``events.jsonl`` what it told;
    ``ckpt/`` weights and state; ``data/`` vocabularies, catalogue, parts; ``results/`` what was measured, user by user.
    """

    path: Path

    @property
    def record(self) -> Path:
        """The run's own description; a folder with it is a run."""
        return self.path / "run.json"

    @property
    def plan(self) -> Path:
        """The plan as TOML."""
        return self.path / "plan.toml"

    @property
    def events(self) -> Path:
        """One event a line."""
        return self.path / "events.jsonl"

    @property
    def checkpoints(self) -> Path:
        """Folder of the checkpoints."""
        return self.path / "ckpt"

    @property
    def data(self) -> Path:
        """Folder of the data that the run was trained on."""
        return self.path / "data"

    @property
    def results(self) -> Path:
        """Folder of what was measured."""
        return self.path / "results"

    @property
    def written(self) -> tuple[Path, ...]:
        """The folders in which files are written while it is trained and afterwards."""
        return self.path, self.checkpoints, self.results

    def exists(self) -> bool:
        """Whether this is the folder of a run."""
        return self.record.is_file()


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
            from core.runs.owner import owner_of

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
