"""Who is writing a run: the process that holds its lock, as far as it said so in owner.json."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass

from core import strict_json
from core.errors import StorageError, UsageError
from core.runs.folder import OWNER, RunFolder, is_being_written


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
