"""A disk that fails: within the block, system calls that change files below a folder raise what they are told to."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

from core.proving.calls import Calls

ERRORS = {"ENOSPC": errno.ENOSPC, "EIO": errno.EIO, "EACCES": errno.EACCES, "EROFS": errno.EROFS}
GIVING_BACK = ("unlink", "remove", "rmdir", "ftruncate", "truncate")
"""What a full disk still does."""


class Faults(Calls):
    """Counts the calls that change something below ``folder``, and lets some of them fail.

    Args:
        at: number of the first call that fails, from 0 on; None lets none fail.
        code: key of ERRORS.
        once: only that call fails; else all that follow too, as on a disk that stays full.

    Attributes:
        failed: how many were made to fail.
    """

    def __init__(self, folder: Path, at: int | None = None, code: str = "ENOSPC", once: bool = False) -> None:
        super().__init__(folder)
        self.at, self.code, self.once = at, code, once
        self.failed = 0

    def meet(self, call: str, site: str) -> None:
        """Raise when the call is to fail."""
        number = len(self.sites) - 1
        if self.at is None or number < self.at or (self.once and number > self.at):
            return
        if self.code == "ENOSPC" and call in GIVING_BACK:
            return
        self.failed += 1
        raise OSError(ERRORS[self.code], os.strerror(ERRORS[self.code]))

    def torn(self, write: Callable[[bytes], int], content: bytes) -> None:
        """A disk takes what still fits before it says that it is full."""
        if len(content) > 1:
            write(content[: len(content) // 2])
