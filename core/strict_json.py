"""JSON that may come from anybody: no NaN, no repeated keys, no bottomless nesting, no surprises in size."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.durable import opened, printable_path, storing
from core.errors import StorageError

MOST_BYTES = 64 << 20
DEEPEST = 32


def loads(content: bytes, where: str) -> dict[str, Any]:
    """One JSON object.

    Args:
        where: file name for the message.

    Raises:
        StorageError: not strict JSON, or no object.
    """
    try:
        text = content.decode("utf-8")
        found = json.loads(text, object_pairs_hook=_distinct, parse_constant=_no_constant, parse_float=_finite)
        _check_depth(found)
    except (ValueError, RecursionError) as error:
        raise _damaged(where, str(error) or type(error).__name__) from None
    if not isinstance(found, dict):
        raise _damaged(where, f"It holds a {type(found).__name__} where an object belongs")
    return found


def read(path: Path) -> dict[str, Any]:
    """The JSON object of a file.

    Raises:
        StorageError: unreadable, too large, or not strict JSON.
    """
    with storing(path, "read"), opened(path) as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise _damaged(printable_path(path), f"It is larger than {MOST_BYTES >> 20} MiB")
    return loads(content, printable_path(path))


def dumps(values: Mapping[str, Any], indent: int | None = None) -> bytes:
    """An object as UTF-8; a number that is not finite is written as null."""
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(
        finite(values), ensure_ascii=False, allow_nan=False, indent=indent, separators=separators, default=_scalar
    )
    return text.encode("utf-8", "backslashreplace")


def finite(value: Any) -> Any:
    """The same plain values with None in place of NaN and infinities."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): finite(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(each) for each in value]
    return value


def _scalar(value: Any) -> Any:
    # NumPy's numbers and 0-d arrays
    return finite(value.item())


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("A key stands twice in one object")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is out of range")
    return number


def _check_depth(found: Any) -> None:
    level, depth = [found], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise ValueError(f"It is nested more than {DEEPEST} deep")
        inner = [each.values() if isinstance(each, dict) else each for each in level if isinstance(each, (dict, list))]
        level = [value for values in inner for value in values]


def _damaged(where: str, why: str) -> StorageError:
    return StorageError(
        "storage.damaged", "the file is damaged", where, why, "Take it from a backup, or train the run again"
    )
