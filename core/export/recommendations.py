"""Batch recommendations as a CSV or Parquet file: one row an item, written block by block."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from core import durable
from core.data.catalogue import Catalogue
from core.data.vocabulary import Vocabulary
from core.errors import UsageError
from core.export.cells import neutralised
from core.ranking import TopItems

SCHEMA = pa.schema(
    [
        ("user", pa.large_string()),
        ("item", pa.large_string()),
        ("rank", pa.int32()),
        ("score", pa.float32()),
        ("title", pa.large_string()),
    ]
)


class Written(NamedTuple):
    """Users and rows that are in the file so far."""

    users: int
    rows: int


def write_recommendations(
    path: Path,
    blocks: Iterable[TopItems],
    users: Vocabulary,
    items: Vocabulary,
    catalogue: Catalogue,
    *,
    raw: bool = False,
) -> Written:
    """Write all blocks in one go; arguments, columns and errors as ``writing_recommendations``."""
    last = deque(writing_recommendations(path, blocks, users, items, catalogue, raw=raw), maxlen=1)
    return last[0] if last else Written(0, 0)


def writing_recommendations(
    path: Path,
    blocks: Iterable[TopItems],
    users: Vocabulary,
    items: Vocabulary,
    catalogue: Catalogue,
    *,
    raw: bool = False,
) -> Iterator[Written]:
    """Write user, item, rank, score and title; tells after each block how far it is, and can be closed there.

    The file appears when the last block is written: closed or failed before, nothing is changed. Ranks start at 1;
    a user without any item has no row.

    Args:
        path: ends in ``.csv`` or ``.parquet``.
        raw: write the texts of a CSV as they are, even those that a spreadsheet would run.

    Raises:
        StorageError: it could not be written; a file that was there before is intact.
        UsageError: the name has another ending.
    """
    opened = WRITERS.get(path.suffix.lower())
    if opened is None:
        raise UsageError(
            code="export.unknown-format",
            what=f"no format is known by the ending {path.suffix!r}",
            where=durable.printable_path(path),
            remedy=f"End the name in {' or '.join(WRITERS)}",
        )
    texts = _Texts(users.ids, items.ids, _titles(catalogue, len(items)))
    if path.suffix.lower() == ".csv" and not raw:
        texts = _Texts(*map(neutralised, texts))
    done = Written(0, 0)
    with durable.replacing(path) as temporary, opened(temporary) as writer:
        for block in blocks:
            table = _table(block, texts)
            writer.write_table(table)
            done = Written(done.users + len(block.users), done.rows + table.num_rows)
            yield done


class _Texts(NamedTuple):
    users: pa.Array
    items: pa.Array
    titles: pa.Array


def _table(block: TopItems, texts: _Texts) -> pa.Table:
    listed = block.items >= 0
    rows = np.nonzero(listed)[0]
    items = pa.array(block.items[listed])
    return pa.table(
        [
            texts.users.take(pa.array(block.users[rows])),
            texts.items.take(items),
            pa.array((np.nonzero(listed)[1] + 1).astype(np.int32)),
            pa.array(block.scores[listed]),
            texts.titles.take(items),
        ],
        schema=SCHEMA,
    )


def _titles(catalogue: Catalogue, n_items: int) -> pa.Array:
    if "title" in catalogue.frame.columns:
        return pa.array(catalogue.frame["title"].astype(str).to_numpy(object), pa.large_string())
    return pa.array([""] * n_items, pa.large_string())


def _csv(path: Path) -> AbstractContextManager[Any]:
    writer: AbstractContextManager[Any] = pyarrow.csv.CSVWriter(str(path), SCHEMA)
    return writer


def _parquet(path: Path) -> AbstractContextManager[Any]:
    writer: AbstractContextManager[Any] = pyarrow.parquet.ParquetWriter(str(path), SCHEMA, compression="zstd")
    return writer


WRITERS: dict[str, Callable[[Path], AbstractContextManager[Any]]] = {".csv": _csv, ".parquet": _parquet}
