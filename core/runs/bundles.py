"""The layout of a bundle: one zip that holds a run, with a manifest of sizes and hashes of all that is in it."""

from __future__ import annotations

import re
from pathlib import Path

MANIFEST = "bundle.json"
FORMAT = 1
NEEDS = "0.1.0"
"""First version of Rankscope that reads this format."""
MEMBER = re.compile(
    r"run\.json|marks\.json|events\.jsonl|ckpt/[0-9]{6,12}\.(?:json|safetensors)|data/manifest\.json"
    r"|data/(?:users|items|below|events|train|validation|test|catalogue|candidates)\.parquet"
    r"|results/(?:validation|test)-(?:model|popularity|random)\.(?:json|parquet)"
)
"""All that a bundle can hold beside its manifest; a member of another name is refused, never put anywhere."""
MOST_MEMBERS = 64
MOST_BYTES = 256 << 30
LARGEST_JSON = 64 << 20
TAIL = 1 << 16
"""Bytes at the end in which the directory of a bundle, or its last part, lies."""


def is_bundle(path: Path) -> bool:
    """Whether a file looks like a bundle: a zip whose directory names the manifest; nothing is unpacked."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            start = file.read(4)
            end = file.seek(0, 2)
            file.seek(max(end - TAIL, 0))
            return start == b"PK\x03\x04" and MANIFEST.encode() in file.read(TAIL)
    except OSError:
        # what cannot be read says so where it is opened
        return False
