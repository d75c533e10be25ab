"""Parquet tables: columns by name, integers as their decimal text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from core.data.formats.base import Format, Reading, Table
from core.data.formats.columnar import ROWS, UNDECODED, as_text, read_columns, unreadable_table
from core.data.formats.footers import check_footer
from core.data.glance import Glance

if TYPE_CHECKING:
    import pandas as pd

MAGIC = b"PAR1"


def sniff(glance: Glance) -> int:
    """The magic number, whatever the name."""
    return 100 if glance.head.startswith(MAGIC) else 0


def read(reading: Reading) -> Table:
    """Rows of a Parquet file.

    Raises:
        InputError: damaged, or without columns for user and item.
    """
    file = _open(reading)

    def batches(names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        try:
            yield from file.iter_batches(batch_size=ROWS, columns=list(names))
        except UNDECODED as error:
            raise unreadable_table(reading.where, error) from error

    return read_columns(reading, file.schema_arrow, batches)


def read_frame(reading: Reading) -> pd.DataFrame:
    """Every column as text, for catalogues."""
    try:
        return as_text(_open(reading).read())
    except UNDECODED as error:
        raise unreadable_table(reading.where, error) from error


def _open(reading: Reading) -> Any:
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(reading.seekable(lambda stream: check_footer(stream, MAGIC, reading.where)))
    except UNDECODED as error:
        raise unreadable_table(reading.where, error) from error


FORMAT = Format(
    key="parquet",
    label="Parquet",
    help="A Parquet table; columns by name",
    sniff=sniff,
    read=read,
    names=("*.parquet",),
)
