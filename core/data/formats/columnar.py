"""Tables with typed columns (Parquet, Feather): batches of typed columns to ids as text, times and ratings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.data.formats.base import Reading, Table
from core.data.gathering import Batch, shown
from core.data.raw import Role
from core.data.roles import find_roles
from core.data.text.delimiters import check_header
from core.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

SEEN = 200
ROWS = 1 << 20
LARGEST_WHOLE = 2.0**53
UNDECODED = (pa.ArrowException, OSError, ValueError, KeyError, EOFError)
UNFIT: tuple[tuple[Callable[[pa.DataType], bool], str], ...] = (
    (pa.types.is_nested, "lists or structures"),
    (pa.types.is_boolean, "yes and no"),
)


def read_columns(
    reading: Reading,
    schema: pa.Schema,
    batches: Callable[[Sequence[str]], Iterator[pa.RecordBatch]],
) -> Table:
    """Decide on columns by their names, then hand over the rows.

    Args:
        batches: the record batches of some columns, in file order.

    Raises:
        InputError: the columns cannot be decided, or hold no plain values.
    """
    check_header(schema.names, reading.where)
    flat = [name for name in schema.names if not pa.types.is_nested(schema.field(name).type)]
    roles = find_roles(schema.names, _first_values(schema, flat, batches), reading.options, reading.where)
    labels: dict[Role, str] = {role: schema.names[at] for role, at in roles.positions.items()}
    for role, name in labels.items():
        _check_type(role, name, schema.field(name).type, reading.where)
    reading.notes.extend(roles.notes)
    reading.facts["columns"] = dict(labels)
    for role in ("user", "item"):
        if pa.types.is_floating(schema.field(labels[role]).type):
            reading.notes.append(
                f"the {role}s in the column {labels[role]!r} are stored as decimals and were read as whole numbers"
            )
    return Table(labels, _batches(reading, labels, batches), roles.order)


def ids_as_text(column: pa.Array) -> pa.Array:
    """Ids of any plain type as text; decimals as whole numbers, null where they are not."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return ids_as_text(column.dictionary_decode())
    if pa.types.is_floating(kind):
        numbers = column.cast(pa.float64())
        whole = pc.and_(pc.equal(pc.floor(numbers), numbers), pc.less_equal(pc.abs(numbers), LARGEST_WHOLE))
        return pc.if_else(whole, numbers, None).cast(pa.int64(), safe=False).cast(pa.string())
    return column.cast(pa.string())


def as_text(table: pa.Table) -> pd.DataFrame:
    """Every column as text, the words of a list parted by ``|``; for catalogues."""
    columns = {
        name: [_cell(value) for value in _plain(table[name]).to_pylist()]
        for name in dict.fromkeys(table.column_names)
        if table.column_names.count(name) == 1
    }
    import pandas as pd

    return pd.DataFrame(columns, dtype="str")


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pa.chunked_array([ids_as_text(chunk) for chunk in column.chunks], pa.string()) if _whole(column) else column


def _whole(column: pa.ChunkedArray) -> bool:
    """Numbers that lose nothing as whole numbers: years beside gaps are often stored as decimals."""
    if not pa.types.is_floating(column.type):
        return False
    return pc.all(pc.or_kleene(pc.equal(pc.floor(column), column), pc.is_nan(column))).as_py() is not False


def _cell(value: object) -> str:
    if value is None or value != value:
        return ""
    return "|".join(map(str, value)) if isinstance(value, list) else str(value)


def _batches(
    reading: Reading, labels: dict[Role, str], batches: Callable[[Sequence[str]], Iterator[pa.RecordBatch]]
) -> Iterator[Batch]:
    row = 1
    for batch in batches(list(labels.values())):
        reading.watch.step(reading.file.size, reading.file.size)
        columns = {role: batch.column(name) for role, name in labels.items()}
        lines = np.arange(row, row + len(batch), dtype=np.int64)
        row += len(batch)
        try:
            users, items = ids_as_text(columns["user"]), ids_as_text(columns["item"])
        except pa.ArrowException as error:
            raise unreadable_table(reading.where, error) from error
        yield Batch(users, items, columns.get("time"), columns.get("rating"), lines)


def unreadable_table(where: str, error: Exception) -> InputError:
    """The error for a table file that does not decode."""
    return InputError(
        code="input.damaged",
        what="the table cannot be decoded",
        where=where,
        why=f"The decoder says: {str(error).splitlines()[0] if str(error) else type(error).__name__}",
        remedy="Write the file again; nothing of it was kept",
    )


def _first_values(
    schema: pa.Schema, flat: Sequence[str], batches: Callable[[Sequence[str]], Iterator[pa.RecordBatch]]
) -> list[list[str]]:
    first = next(batches(flat), None) if len(schema.names) <= 4 else None
    values: dict[str, list[str]] = {name: [] for name in schema.names}
    if first is not None:
        for name in flat:
            column = first.column(name)
            values[name] = [shown(column, row) for row in range(min(len(column), SEEN))]
    return list(values.values())


def _check_type(role: Role, name: str, kind: pa.DataType, where: str) -> None:
    for unfit, words in UNFIT:
        if unfit(kind):
            raise InputError(
                code="input.column-type",
                what=f"the column {name!r} cannot be the {role}",
                where=where,
                why=f"It holds {words}",
                remedy="Name another one with --columns",
            )
