"""What the window remembers between starts; anything that cannot be is set aside, never an error."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

MOST_RECENT = 10
MOST_BYTES = 64_000


class Settings:
    """Typed, checked access to QSettings.

    Args:
        store: where the values lie; the user's own when left out.
    """

    def __init__(self, store: QSettings | None = None) -> None:
        self._store = store or QSettings(
            QSettings.Format.IniFormat, QSettings.Scope.UserScope, "rankscope", "rankscope"
        )

    def text(self, key: str, default: str = "", choices: tuple[str, ...] = ()) -> str:
        """A text; the default when it is none, or not one of the choices."""
        value = self._store.value(key, default)
        if not isinstance(value, str) or (choices and value not in choices):
            return default
        return value

    def number(self, key: str, default: float, low: float, high: float) -> float:
        """A number within a range; the default when it is none, else clamped."""
        try:
            value = float(str(self._store.value(key, default)))
        except ValueError:
            return default
        return min(max(value, low), high) if value == value else default

    def switch(self, key: str, default: bool) -> bool:
        """Yes or no."""
        return {"true": True, "false": False}.get(str(self._store.value(key, default)).lower(), default)

    def state(self, key: str) -> QByteArray:
        """Bytes that Qt wrote, such as a geometry; empty when they are anything else."""
        value = self._store.value(key)
        if isinstance(value, QByteArray) and value.size() <= MOST_BYTES:
            return value
        return QByteArray()

    def recent(self) -> list[str]:
        """Paths that were opened lately, the latest first; those that are gone are left out."""
        value = self._store.value("recent", [])
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list):
            return []
        texts = [each for each in listed if isinstance(each, str) and each and "\0" not in each]
        return [each for each in dict.fromkeys(texts) if _exists(each)][:MOST_RECENT]

    def remember(self, path: str) -> None:
        """Put a path at the top of the recent ones."""
        kept = [each for each in self.recent() if each != path]
        self._store.setValue("recent", [path, *kept][:MOST_RECENT])

    def forget_recent(self) -> None:
        """Empty the list of recent paths."""
        self._store.setValue("recent", [])

    def keep(self, key: str, value: str | float | bool | QByteArray) -> None:
        """Store a value."""
        self._store.setValue(key, ("true" if value else "false") if isinstance(value, bool) else value)

    def forget(self) -> None:
        """Remember nothing of what was."""
        self._store.clear()
        self._store.sync()

    def write(self) -> None:
        """Write to the disk now."""
        self._store.sync()


def _exists(path: str) -> bool:
    try:
        return Path(path).exists()
    except OSError:
        return False
