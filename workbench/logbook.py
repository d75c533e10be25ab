"""The log: when the program began and ended and what went wrong where; nothing that is the user's own."""

from __future__ import annotations

import faulthandler
import os
import sys
import time
import traceback
from pathlib import Path
from types import TracebackType
from typing import TextIO

NAME, CRASHES = "rankscope.log", "crash.log"
LARGEST = 500_000
"""Bytes of a log; then it is put aside and a new one begun."""
KEPT = 3
"""Logs that are kept beside the one in use."""
LONGEST = 400
"""Characters of a line."""


class Logbook:
    """Writes lines; a log that cannot be written is no reason to fail.

    Args:
        folder: made when the first line is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._crashes: TextIO | None = None

    @property
    def path(self) -> Path:
        """The log in use."""
        return self.folder / NAME

    def write(self, *words: str) -> None:
        """Write one line: the time in UTC, the process, the words; line ends in them are escaped."""
        now = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime())
        text = " ".join(words).encode("unicode_escape").decode("ascii")[:LONGEST]
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._turn_over()
            with self.path.open("a", encoding="ascii") as file:
                file.write(f"{now} {os.getpid()} {text}\n")
        except OSError:
            # a full or read-only disk: what is told in the window is told all the same
            return

    def fault(self, error: BaseException, trace: TracebackType | None) -> None:
        """Write which exception came from where: its own words may name what the user has, and are left out."""
        self.write("fault", type(error).__name__, str(getattr(error, "code", "")), "at", places(trace))

    def latest(self, lines: int = 300) -> list[str]:
        """The last lines of the log in use."""
        try:
            return self.path.read_text("ascii", "replace").splitlines()[-lines:]
        except OSError:
            return []

    def watch_crashes(self) -> None:
        """Have what ends the process without an exception leave a trace, and log what the last such end left."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            left = self.folder / CRASHES
            if left.exists():
                for line in left.read_text("utf-8", "replace").splitlines()[:40]:
                    self.write("crash", without_paths(line))
            self._crashes = left.open("w", encoding="utf-8")
            faulthandler.enable(self._crashes)
        except OSError:
            return

    def close(self) -> None:
        """Let go of the file of crashes: there was none."""
        if self._crashes is not None:
            faulthandler.disable()
            self._crashes.close()
            self._crashes = None

    def _turn_over(self) -> None:
        if not self.path.exists() or self.path.stat().st_size < LARGEST:
            return
        for number in range(KEPT, 0, -1):
            older = self.path.with_name(f"{NAME}.{number}")
            newer = self.path.with_name(f"{NAME}.{number - 1}") if number > 1 else self.path
            if newer.exists():
                os.replace(newer, older)


def places(trace: TracebackType | None) -> str:
    """The way to where an exception was raised: modules and lines, the innermost first."""
    frames = traceback.extract_tb(trace)[-8:]
    return " < ".join(f"{module_of(each.filename)}:{each.lineno}" for each in reversed(frames)) or "nowhere"


def module_of(path: str) -> str:
    """A source file by its place under where modules are looked for, so that no folder of the user is named."""
    for root in sorted((each for each in sys.path if each), key=len, reverse=True):
        if path.startswith(root + os.sep):
            return path[len(root) + 1 :]
    return Path(path).name


def without_paths(line: str) -> str:
    """A line of a crash with its files named as modules are."""
    before, quote, rest = line.partition('"')
    path, end, after = rest.partition('"')
    return f"{before}{quote}{module_of(path)}{end}{after}" if end else line
