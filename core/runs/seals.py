"""What a file is known by: its size and the hash of its content."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from core import durable

PIECE = 1 << 20


def seal(path: Path) -> dict[str, Any]:
    """Size and SHA-256 of a file."""
    digest = hashlib.sha256()
    with durable.opened(path) as file:
        while piece := file.read(PIECE):
            digest.update(piece)
        return {"size": file.tell(), "sha256": digest.hexdigest()}
