"""The layout of a bundle: one zip that holds a run, with a manifest of sizes and hashes of all that is in it."""

from __future__ import annotations

import re

MANIFEST = "bundle.json"
FORMAT = 1
NEEDS = "0.1.0"
"""First version of Rankscope that reads this format."""
MEMBER = re.compile(
    r"run\.json|events\.jsonl|ckpt/[0-9]{6,12}\.(?:json|safetensors)|data/manifest\.json"
    r"|data/(?:users|items|below|events|train|validation|test|catalogue|candidates)\.parquet"
    r"|results/(?:validation|test)-(?:model|popularity|random)\.(?:json|parquet)"
)
"""All that a bundle can hold beside its manifest; a member of another name is refused, never put anywhere."""
MOST_MEMBERS = 64
MOST_BYTES = 256 << 30
LARGEST_JSON = 64 << 20
