"""Delimited text: one interaction a line, with or without names in the first line."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from core.data.ahead import ahead
from core.data.formats.base import Format, Reading, Table
from core.data.gathering import Batch
from core.data.glance import Glance
from core.data.raw import Role
from core.data.roles import Roles, find_roles
from core.data.text.delimiters import Shape, check_header, delimiter_name, find_shape
from core.data.text.textblocks import text_blocks
from core.data.text.tokens import Fields, Grammar, Tokenizer
from core.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Preset:
    """What a format settles in advance; None is found in the file.

    Attributes:
        names: names of the columns of a file without a header; a wider file has more, which are not used.
    """

    delimiter: str | None = None
    quoting: bool | None = None
    names: tuple[str, ...] | None = None


def read_delimited(reading: Reading, preset: Preset | None = None) -> Table:
    """Decide on columns by the first lines, then read row by row.

    Raises:
        InputError: delimiter, header or columns cannot be decided.
    """
    preset = preset or Preset()
    shape = find_shape(reading.glance, reading.options, preset.delimiter, preset.quoting)
    names, named = _names(shape, preset)
    if shape.header is not None and not _given_by_position(reading):
        asked = all(role in reading.options.roles for role in ("user", "item"))
        check_header(shape.header, reading.where, blank_too=not asked)
    if not names:
        raise nothing(reading.where)
    roles = find_roles(names, shape.columns(), reading.options, reading.where, named)
    note_shape(reading, shape)
    reading.notes.extend(roles.notes)
    reading.facts["columns"] = {role: names[at] for role, at in roles.positions.items()}
    return Table({role: names[at] for role, at in roles.positions.items()}, batches(reading, shape, roles), roles.order)


def batches(reading: Reading, shape: Shape, roles: Roles) -> Iterator[Batch]:
    """The columns of the roles, block by block."""
    used = list(roles.positions.items())
    times = [at for role, at in used if role == "time"]
    for fields in rows_of(reading, shape.grammar, [at for _, at in used], int(shape.header is not None), times):
        columns: dict[Role, pa.Array] = {role: column for (role, _), column in zip(used, fields.columns, strict=True)}
        yield Batch(columns["user"], columns["item"], columns.get("time"), columns.get("rating"), fields.lines)


def rows_of(
    reading: Reading, grammar: Grammar, wanted: Sequence[int], skip: int, numbers: Collection[int] = ()
) -> Iterator[Fields]:
    """Some columns of the whole file, block by block.

    Args:
        skip: rows at the beginning that are a header.
        numbers: those of ``wanted`` that may come as int64.
    """
    tokenizer = Tokenizer(grammar, wanted, reading.rejects, reading.where, reading.limits, skip, reading.fast, numbers)
    with reading.content() as content:
        blocks = text_blocks(content, reading.where, reading.glance.encoding, reading.limits)
        for block, guessed in ahead(tokenizer.guess, blocks):
            yield tokenizer.split(block, guessed)
        tokenizer.finish()


def read_frame(reading: Reading, grammar: Grammar, names: Sequence[str], skip: int) -> pd.DataFrame:
    """The whole file as columns of text; for catalogues."""
    blocks = rows_of(reading, grammar, range(len(names)), skip)
    schema = pa.schema([(name, pa.string()) for name in names])
    tables = [pa.table([column.cast(pa.string()) for column in fields.columns], schema=schema) for fields in blocks]
    return text_frame(pa.concat_tables([schema.empty_table(), *tables]))


def text_frame(table: pa.Table) -> pd.DataFrame:
    """Columns of strings as a frame, nothing missing."""
    import pandas as pd

    return pd.DataFrame({name: table[name].to_pylist() for name in table.column_names}, dtype="str").fillna("")


def note_shape(reading: Reading, shape: Shape) -> None:
    """Write down how the text was read."""
    delimiter = delimiter_name(shape.grammar.delimiter)
    reading.facts.update(delimiter=delimiter, encoding=reading.glance.encoding, header=shape.header is not None)
    header = "the first line names the columns" if shape.header is not None else "no line names the columns"
    reading.notes.append(f"{delimiter} between the columns, {reading.glance.encoding} text, {header}")


def nothing(where: str) -> InputError:
    """The error for a file without a row."""
    return InputError(
        code="input.no-interactions",
        what="there are no interactions in it",
        where=where,
        why="It is empty, or holds nothing but the names of columns",
        remedy="Give the file that holds them",
    )


def sniff(glance: Glance) -> int:
    """Any text will do when nothing else fits."""
    return 0 if glance.binary else 10


def _names(shape: Shape, preset: Preset) -> tuple[Sequence[str], bool]:
    if shape.header is not None:
        return shape.header, True
    width = shape.grammar.columns
    positions = [str(position) for position in range(1, width + 1)]
    if preset.names is not None and width >= min(len(preset.names), 2):
        return [*preset.names[:width], *positions[len(preset.names) :]], True
    return positions, False


def _given_by_position(reading: Reading) -> bool:
    roles = reading.options.roles
    return all(roles.get(role, "").isdigit() for role in ("user", "item"))


FORMAT = Format(
    key="delimited",
    label="Delimited text",
    help="One interaction a line (CSV, TSV and the like); columns by name or position",
    sniff=sniff,
    read=read_delimited,
)
