"""Parquet files of a bundle, looked at before they are read: a small file must not unpack into all of the memory."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from core.durable import printable_path, storing
from core.runs.record import damaged

LEAST_ALLOWED = 1 << 28
"""Bytes that any file may take in memory, 256 MiB; honest data that is much alike packs well."""
RATIO = 100
"""Beyond that, bytes in memory for one byte of the file."""
ROWS = 1 << 16


def check_table(path: Path) -> None:
    """Refuse what would take far more memory than an honest file of its size.

    Texts are read as dictionaries, so that a long one that is repeated stands there once while its length is counted.

    Raises:
        StorageError: it would, or it is no Parquet file of plain columns.
    """
    where = printable_path(path)
    try:
        with storing(path, "read"), path.open("rb") as file:
            size = path.stat().st_size
            allowed = max(LEAST_ALLOWED, RATIO * size)
            meta = pq.ParquetFile(file).metadata
            schema = meta.schema.to_arrow_schema()
            texts = [each.name for each in schema if each.type in (pa.string(), pa.large_string())]
            plain = [each for each in schema if each.name not in texts]
            wrong = [each.name for each in plain if not _plain(each.type)]
            if wrong:
                raise damaged(where, f"The column {wrong[0][:60]!r} is of a type that no run holds")
            groups = [meta.row_group(at) for at in range(meta.num_row_groups)]
            # the values of a column, which for lists are more than its rows
            needed = sum(8 * group.column(at).num_values for group in groups for at in range(group.num_columns))
            packed = sum(group.total_byte_size for group in groups)
            if not all(0 <= each <= allowed for each in (needed, packed, meta.num_rows)):
                raise damaged(where, "It unpacks to far more than an honest file of its size")
            _check_texts(pq.ParquetFile(file, read_dictionary=texts), texts, allowed, where)
    except (pa.ArrowException, OverflowError, ValueError) as error:
        raise damaged(where, (str(error).splitlines() or [""])[0][:200]) from None


def _check_texts(file: pq.ParquetFile, texts: list[str], allowed: int, where: str) -> None:
    counted = 0
    for name in texts:
        for batch in file.iter_batches(ROWS, columns=[name]):
            column = batch.column(0)
            counted += 8 * len(column)
            if pa.types.is_dictionary(column.type):
                lengths = pc.binary_length(column.dictionary.cast(pa.large_string())).cast(pa.int64())
                counted += pc.sum(lengths.take(column.indices.cast(pa.int64()))).as_py() or 0
            else:
                counted += column.nbytes
            if counted > allowed:
                raise damaged(where, "Its texts unpack to far more than an honest file of its size")


def _plain(kind: pa.DataType) -> bool:
    listed = pa.types.is_large_list(kind) or pa.types.is_list(kind)
    kind = kind.value_type if listed else kind
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind))
