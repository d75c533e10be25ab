"""Text cells that a spreadsheet would run as a formula, made harmless."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

RUNS = r"^[=+\-@\t\r\n\x00]"
"""First characters that make a spreadsheet run a cell, or that hide one that does (OWASP, CSV injection)."""


def neutralised(texts: pa.Array) -> pa.Array:
    """The texts with an apostrophe before each that a spreadsheet would run; all others as they are."""
    texts = texts.cast(pa.large_string())
    dangerous = pc.fill_null(pc.match_substring_regex(texts, RUNS), False)
    marked = pc.binary_join_element_wise(pa.scalar("'", pa.large_string()), texts, pa.scalar("", pa.large_string()))
    return pc.if_else(dangerous, marked, texts)
