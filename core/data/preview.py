"""The beginning of a source as it would be read: columns, their roles, first rows, what would be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from core.data.formats import FORMATS
from core.data.formats.base import Format, Reading, Table
from core.data.gathering import Batch, Gatherer
from core.data.opening import check_format, find_format, format_called, opened
from core.data.options import ROLES, make_options
from core.data.place import choose, open_place
from core.data.raw import Limits, Watch
from core.data.sample import SAMPLE, open_sample
from core.data.text.delimiters import find_shape
from core.data.times import AMBIGUOUS
from core.errors import InputError, RankscopeError

SHOWN = 100
BLOCK = 1 << 18
"""Bytes that a preview reads at most of a text."""


@dataclass(frozen=True)
class Preview:
    """What a source looks like before it is read.

    Attributes:
        file: the file of the source that holds the interactions.
        format: key of FORMATS.
        names: columns of ``rows``.
        rows: the first rows as text.
        roles: role to the place in ``names``.
        free: the columns are all those of the file, so that any of them can be given a role.
        kept, rejected: rows of the part that was looked at.
        reasons: rejected rows by reason.
        whole: the part is the whole file.
        error: why it cannot be read as it stands.
    """

    file: str
    format: str
    label: str
    names: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    roles: Mapping[str, int] = field(default_factory=dict)
    free: bool = False
    kept: int = 0
    rejected: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    whole: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    error: RankscopeError | None = None


def preview(
    source: str | Path, *, format: str | None = None, columns: Mapping[str, str] | None = None, rows: int = SHOWN
) -> Preview:
    """Look at the beginning of a source.

    Args:
        source, format, columns: as for ``read_rows``.
        rows: how many rows to show.

    Raises:
        InputError: there is nothing that could be looked at.
        UsageError: an option cannot be.
    """
    options = make_options(columns)
    wanted = format_called(format) if format else None
    usual = [name for each in (FORMATS.values() if wanted is None else (wanted,)) for name in each.names]
    companions = [name.replace("{stem}", "*") for each in FORMATS.values() for name in each.catalogue]
    limits = Limits(block=BLOCK)
    with open_sample() if source == SAMPLE else open_place(source, limits) as place:
        file = choose(place, usual, companions)
        with opened(file, options, limits, Watch()) as reading:
            chosen = wanted or find_format(reading.glance)
            if wanted is not None:
                check_format(wanted, reading.glance)
            return _look(reading, chosen, rows)


def _look(reading: Reading, chosen: Format, rows: int) -> Preview:
    seen: dict[str, Any] = {"file": reading.where, "format": chosen.key, "label": chosen.label}
    try:
        if chosen.key == "delimited":
            seen |= _free_columns(reading, rows)
        table = chosen.read(reading)
        batch = next(table.batches, None)
        if batch is not None:
            seen |= _checked(reading, table, batch)
            seen |= _roles(reading, table, batch, rows, seen)
    except RankscopeError as error:
        seen["error"] = error
    seen["facts"], seen["notes"] = dict(reading.facts), tuple(reading.notes)
    return Preview(**seen)


def _free_columns(reading: Reading, rows: int) -> dict[str, Any]:
    shape = find_shape(reading.glance, reading.options)
    width = shape.grammar.columns
    names = shape.header or tuple(str(position) for position in range(1, width + 1))
    return {"names": tuple(names), "rows": tuple(shape.rows[:rows]), "free": True}


def _checked(reading: Reading, table: Table, batch: Batch) -> dict[str, Any]:
    options, whole = reading.options, reading.glance.complete and len(reading.glance.head) <= BLOCK
    gatherer = Gatherer(table.labels, reading.rejects, reading.where, table.order, options.zone, options.dates)
    gatherer.add(batch)
    try:
        kept = len(gatherer.finish().users)
    except InputError as error:
        if whole or error.code != AMBIGUOUS:
            raise
        # the rest of the file may tell
        kept = len(batch.lines) - reading.rejects.total
    rejects = reading.rejects.freeze()
    return {"kept": kept, "rejected": rejects.total, "reasons": dict(rejects.counts), "whole": whole}


def _roles(reading: Reading, table: Table, batch: Batch, rows: int, seen: Mapping[str, Any]) -> dict[str, Any]:
    used = [role for role in ROLES if role in table.labels and batch.column(role) is not None]
    if seen.get("free"):
        names = list(seen["names"])
        return {"roles": {role: names.index(table.labels[role]) for role in used if table.labels[role] in names}}
    columns = [_texts(batch.column(role), rows) for role in used]
    return {
        "names": tuple(table.labels[role] for role in used),
        "rows": tuple(zip(*columns, strict=True)),
        "roles": {role: at for at, role in enumerate(used)},
    }


def _texts(column: pa.Array | None, rows: int) -> list[str]:
    return ["" if each is None else str(each) for each in ([] if column is None else column[:rows].to_pylist())]
