"""Small files for the tests of reading, and what came out of them in plain values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.data.raw import RawRows
from core.data.reading import read_rows
from core.errors import RankscopeError


def put(folder: Path, name: str, data: bytes | str) -> Path:
    """Write a file; text is UTF-8 without any translation of line ends."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def pairs(rows: RawRows) -> list[tuple[str, str]]:
    """User and item of each kept row."""
    return list(zip(rows.users.to_pylist(), rows.items.to_pylist(), strict=True))


def rejected(rows: RawRows) -> list[tuple[str, int, str, str]]:
    """Reason, line, column and value of each row that was not kept."""
    return [(row.reason, row.line, row.column, row.value) for row in rows.rejects.rows()]


def refused(source: Path | str, **options: Any) -> RankscopeError:
    """The error that a source gives; it names a place and a remedy."""
    with pytest.raises(RankscopeError) as caught:
        read_rows(source, **options)
    assert caught.value.where
    assert caught.value.remedy
    return caught.value
