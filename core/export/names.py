"""File names that every system takes: reserved, overlong and unprintable ones are changed, and that is told."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from core.errors import UsageError

LONGEST = 200
"""Bytes; file systems take 255, and what is written aside needs room for its mark."""
FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)")


def safe_name(name: str) -> str:
    """The nearest name that Windows, macOS and Linux all take, at most 200 bytes long; its ending stays.

    Changed are: surrogates, control and direction characters, ``< > : " / \\ | ? *``, spaces and dots at the end,
    names of devices such as ``CON``, and what is too long.
    """
    # any half of a pair can stand in a name, not only what an undecodable byte became
    text = name.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text = "".join("_" if unicodedata.category(each) in ("Cs", "Cc", "Cf", "Zl", "Zp") else each for each in text)
    text = FORBIDDEN.sub("_", text).replace("\ufffd", "_").strip().rstrip(". ")
    stem, suffix = _parted(text)
    if RESERVED.fullmatch(stem.split(".")[0].rstrip()):
        stem = f"_{stem}"
    stem = _cut(stem, LONGEST - len(suffix.encode()))
    return (stem.rstrip(". ") or "export") + suffix


def safe_path(path: Path) -> tuple[Path, tuple[str, ...]]:
    """The path with a safe last name, and a note where it had to change.

    Raises:
        UsageError: it has no last name, such as ``.`` and ``/``.
    """
    if path.name in ("", ".."):
        raise UsageError("export.no-name", "name a file or a folder to write", str(path)[:200])
    name = safe_name(path.name)
    if name == path.name:
        return path, ()
    shown = path.name.encode("utf-8", "replace").decode("utf-8")
    shown = shown if len(shown) <= 60 else shown[:59] + "…"
    return path.with_name(name), (f"The name {shown!r} is not one that every system takes: it is {name} now",)


def _parted(text: str) -> tuple[str, str]:
    stem, dot, suffix = text.rpartition(".")
    return (stem, dot + suffix) if stem and 0 < len(suffix.encode()) <= 12 else (text, "")


def _cut(text: str, most: int) -> str:
    return text.encode()[: max(most, 1)].decode("utf-8", "ignore")
