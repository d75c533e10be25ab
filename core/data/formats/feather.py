"""Feather and Arrow IPC files: columns by name, integers as their decimal text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO, TYPE_CHECKING, Any

import pyarrow as pa

from core.data.formats.base import Format, Reading, Table
from core.data.formats.columnar import ROWS, UNDECODED, as_text, read_columns, unreadable_table
from core.data.formats.footers import check_footer
from core.data.glance import Glance

if TYPE_CHECKING:
    import pandas as pd

MAGIC, OLD_MAGIC = b"ARROW1", b"FEA1"


def sniff(glance: Glance) -> int:
    """The magic number, whatever the name."""
    return 100 if glance.head.startswith((MAGIC, OLD_MAGIC)) else 0


def read(reading: Reading) -> Table:
    """Rows of a Feather file.

    Raises:
        InputError: damaged, or without columns for user and item.
    """
    from pyarrow import feather

    stream = _seekable(reading)
    old = reading.glance.head.startswith(OLD_MAGIC)
    try:
        # the old kind can only be read whole
        table: Any = feather.read_table(stream, memory_map=False) if old else None
        file: Any = None if old else pa.ipc.open_file(stream)
        schema = (table if old else file).schema
    except UNDECODED as error:
        raise unreadable_table(reading.where, error) from error

    def batches(names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        try:
            if old:
                table.validate(full=True)
                yield from table.select(list(names)).to_batches(max_chunksize=ROWS)
            for number in range(0 if old else file.num_record_batches):
                batch = file.get_batch(number).select(list(names))
                # offsets out of bounds would be read past the end of the memory
                batch.validate(full=True)
                yield from _slices(batch)
        except UNDECODED as error:
            raise unreadable_table(reading.where, error) from error

    return read_columns(reading, schema, batches)


def read_frame(reading: Reading) -> pd.DataFrame:
    """Every column as text, for catalogues."""
    from pyarrow import feather

    try:
        table = feather.read_table(_seekable(reading), memory_map=False)
        table.validate(full=True)
        return as_text(table)
    except UNDECODED as error:
        raise unreadable_table(reading.where, error) from error


def _seekable(reading: Reading) -> IO[bytes]:
    mark = OLD_MAGIC if reading.glance.head.startswith(OLD_MAGIC) else MAGIC
    return reading.seekable(lambda stream: check_footer(stream, mark, reading.where))


def _slices(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    for start in range(0, len(batch), ROWS):
        yield batch.slice(start, ROWS)


FORMAT = Format(
    key="feather",
    label="Feather",
    help="A Feather (Arrow IPC) table; columns by name",
    sniff=sniff,
    read=read,
    names=("*.feather",),
)
