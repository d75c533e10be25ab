"""Whether the program got to its feet and ended well the last times: after two failed starts it begins in safe mode."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

NAME = "sittings.json"
FAILED = 2
"""Starts in a row that did not get as far as a window that can be used."""
MOST = 20
"""Sittings that are remembered at most."""
BEGUN, STOOD = "begun", "stood"


@dataclass(frozen=True)
class Past:
    """What came of the sittings before this one.

    Attributes:
        safe: the last two starts failed.
        unclean: the last sitting that stood ended without a word.
    """

    safe: bool = False
    unclean: bool = False


class Sitting:
    """One process with a window; it notes how far it got in a file that others share.

    Args:
        folder: made when it is first written.

    Attributes:
        past: what came of the sittings before, once this one has begun.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.past = folder, Past()
        self._path = folder / NAME
        self._name = os.urandom(16).hex()

    def begin(self) -> Past:
        """Note that the program starts; gives what came of the sittings before."""
        known = self._read()
        # asked only of what is remembered, which is nothing after a good end
        dead = [each for each in known if not is_alive(each["pid"])]
        self.past = Past(
            safe=sum(each["state"] == BEGUN for each in dead) >= FAILED,
            unclean=any(each["state"] == STOOD for each in dead),
        )
        kept = [each for each in known if each not in dead or each["state"] == BEGUN]
        self._write([*kept, {"name": self._name, "pid": os.getpid(), "state": BEGUN}])
        return self.past

    def stand(self) -> None:
        """The window can be used: failed starts before it count no more."""
        others = [each for each in self._others() if each["state"] == STOOD or is_alive(each["pid"])]
        self._write([*others, {"name": self._name, "pid": os.getpid(), "state": STOOD}])

    def end(self) -> None:
        """The program ends as it should."""
        self._write(self._others())

    def _others(self) -> list[dict[str, str | int]]:
        return [each for each in self._read() if each["name"] != self._name]

    def _read(self) -> list[dict[str, str | int]]:
        try:
            found = json.loads(self._path.read_bytes()[:10_000])
        except (OSError, ValueError, RecursionError):
            return []
        fits = [
            each
            for each in (found if isinstance(found, list) else [])
            if isinstance(each, dict)
            and isinstance(each.get("name"), str)
            and type(each.get("pid")) is int
            and each.get("state") in (BEGUN, STOOD)
        ]
        return fits[-MOST:]

    def _write(self, sittings: list[dict[str, str | int]]) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside = self._path.with_name(f"{NAME}.{os.getpid()}")
            beside.write_text(json.dumps(sittings[-MOST:]), "ascii")
            os.replace(beside, self._path)
        except OSError:
            # a folder that cannot be written to: then nothing is remembered
            return


def sitting_begun() -> Sitting:
    """The sitting of this process, begun: noted before Qt is loaded, so that a start that fails there counts as one."""
    import platformdirs

    sitting = Sitting(Path(platformdirs.user_state_dir("rankscope", appauthor=False)))
    sitting.begin()
    return sitting


def is_alive(pid: int | str) -> bool:
    """Whether a process of this machine goes on."""
    if not isinstance(pid, int) or not 0 < pid < 2**31:
        return False
    if sys.platform == "win32":
        return _is_alive_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        # it is there, and somebody else's
        return True
    return True


def _is_alive_on_windows(pid: int) -> bool:
    # os.kill(pid, 0) would send it Ctrl-C there
    import ctypes

    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - there on Windows alone
    handle = kernel.OpenProcess(0x0010_0000, False, pid)
    if not handle:
        return False
    running: bool = kernel.WaitForSingleObject(handle, 0) == 0x102
    kernel.CloseHandle(handle)
    return running
