"""RecBole's atomic files: NAME.inter, its first line giving each column a name and a type (``user_id:token``)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from core.data.column_names import GENRES, normalised
from core.data.formats.base import Format, ItemReader, Reading, Table
from core.data.formats.delimited import batches, note_shape, nothing, read_frame
from core.data.glance import Glance
from core.data.roles import find_roles
from core.data.text.delimiters import Shape, check_header, find_shape
from core.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

TYPED = re.compile(r"(?P<name>[^:]+):(?P<type>token|token_seq|float|float_seq)")
DELIMITERS = ("\t", ",", "|", ";", " ")
SINGLE = ("token", "float")


def sniff(glance: Glance) -> int:
    """Every word of the first line has a type."""
    return 95 if glance.lines and _delimiter(glance) else 0


def read(reading: Reading) -> Table:
    """Rows of an .inter file.

    Raises:
        InputError: the first line is not a typed header, or names no user or item.
    """
    shape, types = typed_shape(reading)
    names = shape.header or ()
    usable = [at for at, kind in enumerate(types) if kind in SINGLE]
    columns = shape.columns()
    roles = find_roles([names[at] for at in usable], [columns[at] for at in usable], reading.options, reading.where)
    roles = replace(roles, positions={role: usable[at] for role, at in roles.positions.items()})
    lists = [names[at] for at, kind in enumerate(types) if kind not in SINGLE]
    note_shape(reading, shape)
    reading.notes.extend(roles.notes)
    if lists:
        reading.notes.append(f"columns of lists not used: {', '.join(lists)}")
    labels = {role: names[at] for role, at in roles.positions.items()}
    reading.facts["columns"] = dict(labels)
    return Table(labels, batches(reading, shape, roles), roles.order)


def typed_shape(reading: Reading) -> tuple[Shape, list[str]]:
    """The shape of an atomic file with plain names, and the type of each column.

    Raises:
        InputError: the first line is not a typed header.
    """
    if not reading.glance.lines:
        raise nothing(reading.where)
    delimiter = reading.options.delimiter or _delimiter(reading.glance)
    if not delimiter:
        raise InputError(
            code="input.atomic-header",
            what="the first line does not give each column a name and a type",
            where=f"{reading.where}, line 1",
            why=f"It reads {reading.glance.lines[0][:80]!r}",
            remedy="Write for example user_id:token, item_id:token, timestamp:float, or use --format delimited",
        )
    shape = find_shape(reading.glance, replace(reading.options, header=True), delimiter, quoting=False)
    matches = [TYPED.fullmatch(name.strip()) for name in shape.header or ()]
    names = tuple(match["name"] if match else "" for match in matches)
    check_header(names, reading.where)
    return replace(shape, header=names), [match["type"] if match else "token" for match in matches]


def _delimiter(glance: Glance) -> str | None:
    first = glance.lines[0]
    for delimiter in DELIMITERS:
        words = first.split(delimiter)
        if len(words) > 1 and all(TYPED.fullmatch(word.strip()) for word in words):
            return delimiter
    return None


def read_items(reading: Reading) -> pd.DataFrame:
    """All columns; the words of a list of genres are parted by ``|``, those of a title stay a text."""
    shape, types = typed_shape(reading)
    frame = read_frame(reading, shape.grammar, shape.header or (), skip=1)
    for name, kind in zip(frame.columns, types, strict=True):
        if kind not in SINGLE and normalised(name) in GENRES:
            frame[name] = frame[name].str.replace(" ", "|", regex=False)
    return frame


FORMAT = Format(
    key="recbole",
    label="RecBole atomic files",
    help="NAME.inter with typed names (user_id:token ...), NAME.item beside it",
    sniff=sniff,
    read=read,
    names=("*.inter",),
    catalogue=("{stem}.item",),
    items=ItemReader(lambda glance: sniff(glance) > 0, read_items),
)
