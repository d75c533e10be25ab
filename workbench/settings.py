"""What the window remembers between starts; anything that cannot be is set aside, never an error."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, QTimer

from workbench.ini import ini_text

MOST_RECENT = 10
MOST_BYTES = 64_000
SOON = 100
"""Milliseconds until it is looked again whether the disk is done."""


class Settings:
    """Typed, checked access to what an INI file of Qt's kind holds.

    The file is read once. What is kept is written in a thread, soon after: Qt would wait for the disk in the window's,
    for tenths of a second where others write much.

    Args:
        store: where the values lie; the user's own when left out.
    """

    def __init__(self, store: QSettings | None = None) -> None:
        store = store or QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "rankscope", "rankscope")
        self._path = Path(store.fileName())
        self._values = held(store)
        self._fresh: dict[str, object] = {}
        self._writing: threading.Thread | None = None

    def text(self, key: str, default: str = "", choices: tuple[str, ...] = ()) -> str:
        """A text; the default when it is none, or not one of the choices."""
        value = self._values.get(key, default)
        if not isinstance(value, str) or (choices and value not in choices):
            return default
        return value

    def number(self, key: str, default: float, low: float, high: float) -> float:
        """A number within a range; the default when it is none, else clamped."""
        try:
            value = float(str(self._values.get(key, default)))
        except ValueError:
            return default
        return min(max(value, low), high) if value == value else default

    def switch(self, key: str, default: bool) -> bool:
        """Yes or no."""
        return {"true": True, "false": False}.get(str(self._values.get(key, default)).lower(), default)

    def state(self, key: str) -> QByteArray:
        """Bytes that Qt wrote, such as a geometry; empty when they are anything else."""
        value = self._values.get(key)
        if isinstance(value, QByteArray) and value.size() <= MOST_BYTES:
            return value
        return QByteArray()

    def recent(self) -> list[str]:
        """Paths that were opened lately, the latest first; those that are gone are left out."""
        value = self._values.get("recent", [])
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list):
            return []
        texts = [each for each in listed if isinstance(each, str) and each and "\0" not in each]
        return [each for each in dict.fromkeys(texts) if _exists(each)][:MOST_RECENT]

    def remember(self, path: str) -> None:
        """Put a path at the top of the recent ones."""
        kept = [each for each in self.recent() if each != path]
        self._put("recent", [path, *kept][:MOST_RECENT])

    def forget_recent(self) -> None:
        """Empty the list of recent paths."""
        self._put("recent", [])

    def keep(self, key: str, value: str | float | bool | QByteArray) -> None:
        """Store a value."""
        self._put(key, ("true" if value else "false") if isinstance(value, bool) else value)

    def _put(self, key: str, value: object) -> None:
        before = self._values.get(key)
        # values of some kinds refuse to be compared with others
        if type(before) is type(value) and before == value:
            return
        self._values[key] = self._fresh[key] = value
        # once for all that is kept in this event
        QTimer.singleShot(0, self._begin)

    def _begin(self) -> None:
        """Write in a thread what is new, one writing after the other."""
        if not self._fresh:
            return
        if self._writing is not None and self._writing.is_alive():
            QTimer.singleShot(SOON, self._begin)
            return
        fresh, self._fresh = self._fresh, {}
        self._writing = threading.Thread(target=write_values, args=(self._path, fresh), name="settings")
        self._writing.start()

    def forget(self) -> None:
        """Remember nothing of what was."""
        self._values, self._fresh = {}, {}
        self._wait()
        replace_text(self._path, "")

    def write(self) -> None:
        """Write to the disk now."""
        fresh, self._fresh = self._fresh, {}
        self._wait()
        if fresh:
            write_values(self._path, fresh)

    def _wait(self) -> None:
        if self._writing is not None:
            self._writing.join()


def held(store: QSettings) -> dict[str, object]:
    """All values but those of kinds that Python knows nothing of: the window keeps none of them."""
    values: dict[str, object] = {}
    for key in store.allKeys():
        with suppress(RuntimeError):
            values[key] = store.value(key)
    return values


def write_values(path: Path, fresh: Mapping[str, object]) -> None:
    """Put values into a file beside what it holds by now: another window may have written meanwhile.

    Not by QSettings.sync, which has Python's lock while it waits for the disk, in whatever thread: with 0.2 s a write
    no other thread ran for 0.2 s.
    """
    replace_text(path, ini_text({**held(QSettings(str(path), QSettings.Format.IniFormat)), **fresh}))


def replace_text(path: Path, text: str) -> None:
    """Put a text in the place of a file, or leave the file as it is: no settings are better than an error."""
    # nothing that is painted at first writes
    from core import durable
    from core.errors import StorageError

    with suppress(StorageError, OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        durable.write(path, text.encode())


def _exists(path: str) -> bool:
    try:
        return Path(path).exists()
    except OSError:
        return False
