"""events.jsonl: one event a line, numbered and with a checksum, so that what a crash tore is known for what it is."""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core import durable, strict_json
from core.errors import StorageError

LINE = re.compile(rb'\{"sequence":(\d{1,15}),"crc":"([0-9a-f]{8})","event":(.*)\}')


@dataclass(frozen=True)
class LoggedEvents:
    """What could be read.

    Attributes:
        events: plain values, in order.
        notes: sentences about lines that could not be read; they hide nothing else.
        whole: bytes up to the end of the last whole line; what follows was torn.
        sequence: number of the last whole line.
    """

    events: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]
    whole: int
    sequence: int


def read_log(path: Path) -> LoggedEvents:
    """Read all events; a torn last line is dropped, a bad one in the middle is reported and passed over.

    Raises:
        StorageError: the file cannot be read at all.
    """
    with durable.storing(path, "read"), durable.opened(path) as file:
        content = file.read()
    events: list[dict[str, Any]] = []
    notes: list[str] = []
    bad: list[str] = []
    whole = sequence = number = 0
    *lines, _ = content.split(b"\n")
    end = 0
    for number, line in enumerate(lines, 1):
        end += len(line) + 1
        found = _parse(line)
        if found is None:
            bad.append(f"{path.name}, line {number}: damaged")
            continue
        # bad lines with a good one after them; those at the end are what was written when the power went
        notes += bad
        if found[0] != sequence + len(bad) + 1:
            notes.append(f"{path.name}, line {number}: out of order")
        bad, sequence, whole = [], found[0], end
        events.append(found[1])
    return LoggedEvents(tuple(events), tuple(notes), whole, sequence)


def _parse(line: bytes) -> tuple[int, dict[str, Any]] | None:
    match = LINE.fullmatch(line)
    if match is None or int(match[2], 16) != _checksum(int(match[1]), match[3]):
        return None
    try:
        return int(match[1]), strict_json.loads(match[3], "event")
    except StorageError:
        return None


def _checksum(sequence: int, event: bytes) -> int:
    return zlib.crc32(event, sequence & 0xFFFFFFFF)


class EventLog:
    """The end of an event file, open for one more line; the run's lock is held by whoever has it.

    Args:
        path: made when it is not there; a torn last line is cut off.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open()

    def _open(self) -> None:
        path, sequence, whole = self.path, 0, 0
        with durable.storing(path):
            if path.exists():
                logged = read_log(path)
                sequence, whole = logged.sequence, logged.whole
                os.truncate(path, whole)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
            self._descriptor = os.open(path, flags, 0o666)
            self.sequence, self._whole = sequence, whole
            durable.sync_folder(path.parent)

    def find_again(self) -> None:
        """Open the file anew where another, or none, lies at its place: its folder was gone and came back.

        Raises:
            StorageError: it cannot be opened.
        """
        with durable.storing(self.path):
            if self.path.exists() and os.path.samestat(os.stat(self.path), os.fstat(self._descriptor)):
                return
            before = self._descriptor
            self._open()
            os.close(before)

    def append(self, event: Mapping[str, Any], *, sync: bool = False) -> None:
        """Add a line; with ``sync`` it is on the disk when this returns.

        Raises:
            StorageError: it could not be written.
        """
        content = strict_json.dumps(event)
        number = self.sequence + 1
        head = b'{"sequence":%d,"crc":"%08x","event":' % (number, _checksum(number, content))
        with durable.storing(self.path):
            # a part of a line that could not be written may be there, or all of it: it must be neither continued nor
            # written twice, also where the disk refused to let go of it at once
            if os.fstat(self._descriptor).st_size != self._whole:
                os.ftruncate(self._descriptor, self._whole)
            try:
                durable.write_all(self._descriptor, head + content + b"}\n")
                if sync:
                    os.fsync(self._descriptor)
            except OSError:
                os.ftruncate(self._descriptor, self._whole)
                raise
            self._whole = os.fstat(self._descriptor).st_size
        self.sequence = number

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)
