"""Parquet files whose columns come back as they went, written in one step and checked by size and hash when read."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from core.durable import opened, printable_path, replacing, storing
from core.runs.record import damaged
from core.runs.seals import seal

LENGTH = 4
"""Bytes of the length of a text in Parquet."""


def write_table(path: Path, table: pa.Table) -> dict[str, Any]:
    """Write a table and give what ``read_table`` checks: ``size`` in bytes, ``sha256``, ``rows``.

    Raises:
        StorageError: it could not be written.
    """
    # half of the time of an import of this module, and what is kept of data needs no Parquet
    import pyarrow.parquet as pq

    with replacing(path) as temporary:
        with temporary.open("wb") as file:
            # a file object and no name: names with brackets are patterns to the library
            pq.write_table(table, file, compression="zstd", write_statistics=False)
        return {**seal(temporary), "rows": table.num_rows}


def packed(table: pa.Table) -> tuple[bytes, dict[str, Any]]:
    """The bytes of a table as ``write_table`` would write it, and what it would give."""
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", write_statistics=False)
    content = buffer.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    return content, {"size": len(content), "sha256": digest, "rows": table.num_rows}


def read_table(path: Path, sealed: dict[str, Any] | None = None) -> pa.Table:
    """Read a table back, each column in one piece.

    Args:
        sealed: what ``write_table`` gave, to be checked first; None reads unchecked.

    Raises:
        StorageError: unreadable, or not what was written.
    """
    import pyarrow.parquet as pq

    where = printable_path(path)
    try:
        with storing(path, "read"), opened(path) as file:
            if sealed is not None and seal(path) != {key: sealed.get(key) for key in ("size", "sha256")}:
                raise damaged(where, "Size or checksum are not those that were written")
            table = pq.ParquetFile(file).read()
    except pa.ArrowException as error:
        raise damaged(where, str(error).splitlines()[0][:200]) from None
    return table.combine_chunks()


def text_bytes(path: Path) -> dict[str, float]:
    """Mean bytes in UTF-8 of the texts of each column, about, from the end of the file alone; or nothing."""
    import pyarrow.parquet as pq

    found: dict[str, float] = {}
    try:
        with path.open("rb") as file:
            footer = pq.ParquetFile(file).metadata
            groups = [footer.row_group(at) for at in range(footer.num_row_groups)]
            chunks = [group.column(at) for group in groups for at in range(group.num_columns)]
            for chunk in chunks:
                size = chunk.total_uncompressed_size / max(footer.num_rows, 1)
                found[chunk.path_in_schema] = found.get(chunk.path_in_schema, 0.0) + size
    except (pa.ArrowException, OSError):
        return {}
    # each text stands behind its length
    return {name: max(size - LENGTH, 0.0) for name, size in found.items()}


def column(table: pa.Table, name: str, kind: npt.DTypeLike, path: Path) -> npt.NDArray[Any]:
    """A column as an array of its own, writable.

    Raises:
        StorageError: it is not there, has gaps, or has another type.
    """
    array = text_column(table, name, path)
    wanted = pa.from_numpy_dtype(np.dtype(kind))
    if array.type != wanted or array.null_count:
        raise damaged(printable_path(path), f"The column {name} is {array.type} in place of {wanted}, or has gaps")
    # Arrow's memory is read-only: torch warns of it, and compiled kernels would be compiled once more for it
    values: npt.NDArray[Any] = array.to_numpy(zero_copy_only=False).copy()
    return values


def text_column(table: pa.Table, name: str, path: Path) -> pa.Array:
    """A column as one Arrow array.

    Raises:
        StorageError: it is not there.
    """
    if name not in table.column_names:
        raise damaged(printable_path(path), f"The column {name} is missing")
    chunked = table.column(name)
    return (
        chunked.chunk(0)
        if chunked.num_chunks == 1
        else pa.concat_arrays(chunked.chunks)
        if chunked.num_chunks
        else (pa.array([], chunked.type))
    )
