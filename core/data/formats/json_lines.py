"""JSON lines: one object a line, its keys naming the columns; numbers keep the digits that were written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from core.data.ahead import ahead
from core.data.formats.base import Format, Reading, Table
from core.data.formats.delimited import nothing
from core.data.gathering import Batch
from core.data.glance import Glance
from core.data.raw import Role
from core.data.roles import find_roles
from core.data.text.object_rows import ObjectRows, Refused, Values
from core.data.text.textblocks import TextBlock, text_blocks
from core.data.text.tokens import NUL, Grammar, records
from core.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

# no line holds this: each line is one field
GRAMMAR = Grammar("\0\n", False, 1)
NOT_AN_OBJECT = "not a JSON object"
NOT_PLAIN = "value is a list or an object"
SEEN = 200
ARRAY = re.compile(r"\s*\[\s*[{\[]")


def sniff(glance: Glance) -> int:
    """The first line is an object; an array of objects is told apart, see ``refuse_array``."""
    return 95 if glance.lines and (glance.lines[0].lstrip().startswith("{") or ARRAY.match(glance.text)) else 0


def refuse_array(glance: Glance) -> None:
    """Say what an array of objects is to become.

    Raises:
        InputError: it is one.
    """
    if glance.lines and glance.lines[0].lstrip().startswith("["):
        raise InputError(
            code="input.json-array",
            what="this is one JSON array, not an object on each line",
            where=glance.where,
            remedy="Write one object a line (JSON lines)",
        )


def read(reading: Reading) -> Table:
    """Rows of a file of objects.

    Raises:
        InputError: it is one JSON array, or the keys do not tell user and item.
    """
    lines = reading.glance.lines
    if not lines:
        raise nothing(reading.where)
    refuse_array(reading.glance)
    objects = [each for each in map(parse_object, lines[:SEEN]) if each is not None]
    names = list(dict.fromkeys(name for each in objects for name in each))
    if not names:
        raise InputError(
            code="input.not-json-lines",
            what="no line is a JSON object with names",
            where=f"{reading.where}, line 1",
            why=f"It reads {lines[0][:80]!r}",
            remedy="Name the format with --format",
        )
    columns = [[plain(each.get(name)) or "" for each in objects] for name in names]
    roles = find_roles(names, columns, reading.options, reading.where)
    labels = {role: names[at] for role, at in roles.positions.items()}
    reading.notes.extend(roles.notes)
    reading.facts.update(encoding=reading.glance.encoding, columns=dict(labels))
    return Table(labels, _batches(reading, labels), roles.order)


def parse_object(line: str) -> dict[str, Any] | None:
    """One line; every number is kept as text. None when it is not an object."""
    try:
        value = json.loads(line, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def plain(value: Any) -> str | None:
    """A value as text; None where there is nothing or no plain value."""
    if value is None or isinstance(value, (list, dict)):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    # an escaped half of a surrogate pair is no text
    return str(value).encode("utf-8", "replace").decode("utf-8")


def read_frame(reading: Reading) -> pd.DataFrame:
    """Every key as a column of text, lists parted by ``|``; for catalogues."""
    refuse_array(reading.glance)
    rows: list[dict[str, str]] = []
    with reading.content() as content:
        for block in text_blocks(content, reading.where, reading.glance.encoding, reading.limits):
            for line, text, found in objects_of(block):
                if found is None:
                    reading.rejects.add(NOT_AN_OBJECT, line, value=text)
                else:
                    rows.append({name: _cell(value) for name, value in found.items()})
    import pandas as pd

    return pd.DataFrame(rows, dtype="str").fillna("")


def _cell(value: Any) -> str:
    return "|".join(plain(each) or "" for each in value) if isinstance(value, list) else plain(value) or ""


def objects_of(block: TextBlock) -> Iterator[tuple[int, str, dict[str, Any] | None]]:
    """Line number, text and object of each line of a block."""
    for record in records(block, GRAMMAR):
        text = record.fields[0]
        yield record.line, text, None if record.fault else parse_object(text)


def _batches(reading: Reading, labels: dict[Role, str]) -> Iterator[Batch]:
    # compiled code takes a moment to load, and opening what was kept needs none
    from core.data.text.plain_objects import PlainObjects

    def exactly(line: str) -> Values | Refused:
        return _values(line, labels)

    plain_objects = PlainObjects(list(labels.values()), [labels[role] for role in labels if role == "time"], exactly)

    def work(block: TextBlock) -> ObjectRows:
        rows = plain_objects.split(block.data) if reading.fast else None
        return _split_exactly(block, labels) if rows is None else rows

    with reading.content() as content:
        blocks = text_blocks(content, reading.where, reading.glance.encoding, reading.limits)
        for block, guessed in ahead(work, blocks):
            rows = work(block) if guessed is None else guessed()
            for line, refused in rows.refused:
                reading.rejects.add(refused.reason, block.first_line + line, refused.column, refused.value)
            made = dict(zip(labels, rows.columns, strict=True))
            lines = rows.lines + np.int64(block.first_line)
            yield Batch(made["user"], made["item"], made.get("time"), made.get("rating"), lines)


def _split_exactly(block: TextBlock, labels: dict[Role, str]) -> ObjectRows:
    columns: list[list[str | None]] = [[] for _ in labels]
    lines: list[int] = []
    refused: list[tuple[int, Refused]] = []
    for record in records(block, GRAMMAR):
        found = _values(record.fields[0], labels)
        if isinstance(found, Refused):
            refused.append((record.line - block.first_line, found))
            continue
        lines.append(record.line - block.first_line)
        for column, value in zip(columns, found, strict=True):
            column.append(value)
    return ObjectRows([pa.array(each, pa.string()) for each in columns], np.asarray(lines, np.int32), refused)


def _values(line: str, labels: dict[Role, str]) -> Values | Refused:
    """The values of the roles on one line."""
    found = None if "\0" in line else parse_object(line)
    if found is None:
        return Refused(NUL if "\0" in line else NOT_AN_OBJECT, "", line)
    values = [found.get(name) for name in labels.values()]
    for name, value in zip(labels.values(), values, strict=True):
        if isinstance(value, (list, dict)):
            return Refused(NOT_PLAIN, name, str(value))
    return [plain(value) for value in values]


FORMAT = Format(
    key="json-lines",
    label="JSON lines",
    help="One JSON object a line; columns by key",
    sniff=sniff,
    read=read,
)
