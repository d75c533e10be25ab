"""Ids that look alike: spaces around them, or one text in two Unicode forms; counted, and made one only when asked."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

PART = 1 << 20
"""Ids looked at together, so that many ids take no second copy of themselves."""


def merge_twins(column: pa.DictionaryArray) -> pa.DictionaryArray:
    """Write every id without spaces around it and in Unicode form NFC; the first appearance keeps its place."""
    canonical = canonical_ids(column.dictionary).dictionary_encode()
    codes = canonical.indices.to_numpy()[column.indices.to_numpy()]
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), canonical.dictionary)


def canonical_ids(ids: pa.Array) -> pa.Array:
    """Without spaces around, in form NFC."""
    return pc.utf8_normalize(pc.utf8_trim_whitespace(ids), form="NFC")


def all_plain(ids: pa.Array) -> bool:
    """Whether all are as ``canonical_ids`` would write them; False also for some beyond ASCII that are."""
    return all(
        pc.all(pc.string_is_ascii(part)).as_py() and part.equals(pc.utf8_trim_whitespace(part))
        for part in (ids[start : start + PART] for start in range(0, len(ids), PART))
    )


def twin_notes(kind: str, ids: pa.Array) -> tuple[str, ...]:
    """What looks alike among distinct ids, in plain sentences.

    Args:
        kind: ``user`` or ``item``.
    """
    parts = [ids[start : start + PART] for start in range(0, len(ids), PART)]
    spaced = sum(pc.sum(pc.not_equal(pc.utf8_trim_whitespace(part), part)).as_py() for part in parts)
    plain = not spaced and all(pc.all(pc.string_is_ascii(part)).as_py() for part in parts)
    twins = 0 if plain else len(ids) - len(canonical_ids(ids).unique())
    notes = []
    if spaced:
        notes.append(
            f"{spaced:,} {kind} {'id has' if spaced == 1 else 'ids have'} spaces around; they were kept as written"
        )
    if twins:
        notes.append(twins_in_words(kind, twins))
    return tuple(notes)


def twins_in_words(kind: str, twins: int) -> str:
    """How many ids differ from another only in how they are written."""
    return (
        f"{twins:,} {kind} {'id differs' if twins == 1 else 'ids differ'} from another only in spaces around or in "
        "Unicode form; --columns merge=yes makes them one"
    )
