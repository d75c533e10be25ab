"""Parquet tables: columns by name, integers as their decimal text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.parquet

from core.data.formats.base import Format, Reading, Table
from core.data.formats.columnar import ROWS, UNDECODED, read_columns, unreadable_table
from core.data.glance import Glance

MAGIC = b"PAR1"


def sniff(glance: Glance) -> int:
    """The magic number, whatever the name."""
    return 100 if glance.head.startswith(MAGIC) else 0


def read(reading: Reading) -> Table:
    """Rows of a Parquet file.

    Raises:
        InputError: damaged, or without columns for user and item.
    """
    try:
        file = pa.parquet.ParquetFile(reading.seekable())
        schema = file.schema_arrow
    except UNDECODED as error:
        raise unreadable_table(reading.where, error) from error

    def batches(names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        try:
            yield from file.iter_batches(batch_size=ROWS, columns=list(names))
        except UNDECODED as error:
            raise unreadable_table(reading.where, error) from error

    return read_columns(reading, schema, batches)


FORMAT = Format(
    key="parquet",
    label="Parquet",
    help="A Parquet table; columns by name",
    sniff=sniff,
    read=read,
    names=("*.parquet",),
)
