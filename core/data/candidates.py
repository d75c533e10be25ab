"""Candidate files: the items among which a held-out item is to be ranked, one line a user or a (user,item) pair."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa

from core.data.formats.base import Reading
from core.data.glance import Glance, refuse_binary
from core.data.opening import opened
from core.data.options import make_options
from core.data.place import choose, open_place
from core.data.raw import Limits, Progress, RawCandidates, Watch
from core.data.text.delimiters import delimiter_name
from core.data.text.textblocks import text_blocks
from core.data.text.tokens import Grammar, Record, records
from core.errors import InputError

PAIR_START, PAIR_END = "(", ")"
BAD_KEY = "the line does not begin with (user,item)"
BLANK = "blank id"


def read_candidates(
    path: str | Path,
    *,
    encoding: str | None = None,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    limits: Limits | None = None,
) -> RawCandidates:
    """Read candidate lists: NCF's ``(user,item)<tab>item...`` or S3-Rec's ``user item item ...``.

    Args:
        path: the file; it may be packed.
        on_progress, cancelled: as for read_rows().

    Raises:
        InputError: it cannot be read, or holds no list.
        ReadingCancelled: ``cancelled`` said so.
    """
    limits, watch = limits or Limits(), Watch(on_progress, cancelled)
    with open_place(path, limits) as place:
        file = choose(place, ("*.test.negative", "*.negative"), ())
        with opened(file, make_options(encoding=encoding), limits, watch) as reading:
            refuse_binary(reading.glance)
            found = _read(reading, place.name)
    return found


def _read(reading: Reading, name: str) -> RawCandidates:
    glance = reading.glance
    grammar = Grammar(_delimiter(glance), False, 0)
    key: Literal["user", "pair"] = "pair" if glance.text.lstrip().startswith(PAIR_START) else "user"
    users: list[str] = []
    held_out: list[str] = []
    counts: list[int] = [0]
    chunks: list[pa.DictionaryArray] = []
    lines = 0
    for block in _blocks(reading, grammar):
        items: list[str] = []
        for record in block:
            lines += 1
            owner = _key(record.fields[0], key)
            if record.fault or owner is None:
                reading.rejects.add(record.fault or BAD_KEY, record.line, "1", record.text.rstrip("\r\n"))
                continue
            users.append(owner[0])
            held_out.append(owner[1])
            kept = [item for item in record.fields[1:] if item.strip()]
            for position, item in enumerate(record.fields[1:], 2):
                if not item.strip():
                    reading.rejects.add(BLANK, record.line, str(position), item)
            items += kept
            counts.append(len(kept))
        chunks.append(pa.array(items, pa.large_string()).dictionary_encode())
    if not users:
        raise _no_lists(reading)
    unified = pa.chunked_array(chunks).unify_dictionaries().combine_chunks()
    indptr = np.cumsum(np.asarray(counts, np.int64))
    kind = "a user and its held-out item" if key == "pair" else "a user"
    return RawCandidates(
        key=key,
        users=pa.array(users, pa.large_string()),
        held_out=pa.array(held_out, pa.large_string()) if key == "pair" else None,
        indptr=indptr,
        items=unified.chunk(0) if isinstance(unified, pa.ChunkedArray) else unified,
        rejects=reading.rejects.freeze(),
        notes=(f"candidate lists keyed by {kind}, {delimiter_name(grammar.delimiter)} between the items",),
        source={"name": name, "lines": lines, "lists": len(users), "candidates": int(indptr[-1]), **reading.facts},
    )


def _blocks(reading: Reading, grammar: Grammar) -> Iterator[Iterator[Record]]:
    with reading.content() as content:
        for block in text_blocks(content, reading.where, reading.glance.encoding, reading.limits):
            yield records(block, grammar)


def _key(text: str, key: str) -> tuple[str, str] | None:
    """User and held-out item of a line; None when they cannot be told."""
    if key == "user":
        return (text, "") if text.strip() else None
    text = text.strip()
    if not (text.startswith(PAIR_START) and text.endswith(PAIR_END)) or text.count(",") != 1:
        return None
    user, item = (part.strip() for part in text[1:-1].split(","))
    return (user, item) if user and item else None


def _delimiter(glance: Glance) -> str:
    first = glance.lines[0] if glance.lines else ""
    if "\t" in first:
        return "\t"
    outside = first[first.find(PAIR_END) + 1 :]
    return "," if "," in outside and " " not in outside.strip() else " "


def _no_lists(reading: Reading) -> InputError:
    rejects = reading.rejects.freeze()
    return InputError(
        code="input.no-candidates",
        what="there is no candidate list in it",
        where=reading.where,
        why=rejects.summary() if rejects.total else "It is empty",
        remedy="Each line is 'user item item ...' or '(user,item)<tab>item<tab>item...'",
    )
