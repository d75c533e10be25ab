"""Arrow files, read in one piece and checked by size and hash before anything in them is looked at."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from core.durable import opened, printable_path, replacing, storing
from core.runs.record import damaged
from core.runs.seals import seal


def write_arrow(path: Path, table: pa.Table, packed: bool = False, rows: int | None = None) -> dict[str, Any]:
    """Write a table and give what ``read_arrow`` checks: ``size`` in bytes, ``sha256``, ``rows``.

    Args:
        packed: compress it; numbers are read several times as fast as they are.
        rows: in one batch; None for all.

    Raises:
        StorageError: it could not be written.
    """
    options = pa.ipc.IpcWriteOptions(compression="zstd" if packed else None)
    with replacing(path) as temporary:
        with temporary.open("wb") as file, pa.ipc.new_file(file, table.schema, options=options) as writer:
            writer.write_table(table, max_chunksize=rows)
        return {**seal(temporary), "rows": table.num_rows}


def read_arrow(path: Path, sealed: dict[str, Any]) -> pa.Table:
    """Read a table back, each column in one piece.

    Args:
        sealed: what ``write_arrow`` gave.

    Raises:
        StorageError: unreadable, or not what was written.
    """
    where = printable_path(path)
    with storing(path, "read"), opened(path) as file:
        content = file.read() if os.fstat(file.fileno()).st_size == sealed["size"] else b""
    if len(content) != sealed["size"] or hashlib.sha256(content).hexdigest() != sealed["sha256"]:
        raise damaged(where, "Size or checksum are not those that were written")
    try:
        # what was checked is what is parsed: the file may change meanwhile
        table = pa.ipc.open_file(pa.BufferReader(content)).read_all()
    except pa.ArrowException as error:
        raise damaged(where, str(error).splitlines()[0][:200]) from None
    return table.combine_chunks()


def read_batches(path: Path, sealed: dict[str, Any]) -> Iterator[pa.RecordBatch]:
    """Read a large table back batch by batch, in the memory that one of them takes.

    Raises:
        StorageError: unreadable, or not what was written.
    """
    where = printable_path(path)
    try:
        with storing(path, "read"), opened(path) as file:
            if seal(path) != {key: sealed[key] for key in ("size", "sha256")}:
                raise damaged(where, "Size or checksum are not those that were written")
            reader = pa.ipc.open_file(file)
            for number in range(reader.num_record_batches):
                yield reader.get_batch(number)
    except pa.ArrowException as error:
        raise damaged(where, str(error).splitlines()[0][:200]) from None
