"""Batch recommendations as CSV, Parquet, JSON lines or a TREC run: one row an item, written block by block."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NamedTuple, Self

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from core import durable
from core.data.catalogue import Catalogue
from core.data.vocabulary import Vocabulary
from core.errors import UsageError
from core.export.cells import neutralised
from core.export.embeddings import without_spaces
from core.export.request import Request
from core.models.scorer import scorer_for
from core.protocols import hidden_when_recommending
from core.ranking import TopItems, top_items_in_blocks
from core.scoring import known_before

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
        path: ends in ``.csv``, ``.parquet``, ``.jsonl`` or ``.run``.
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
    if path.suffix.lower() == ".run":
        texts = texts._replace(users=_tokens(users.ids), items=_tokens(items.ids))
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


def write_for_all(request: Request) -> tuple[str, ...]:
    """Write the lists of all users of a run to a file whose ending says how."""
    run, options = request.run, request.options
    data, split = run.interactions, run.split
    everyone = np.arange(len(data.users), dtype=np.int32)
    blocks = top_items_in_blocks(
        scorer_for(run.model),
        everyone,
        known_before(split, "next"),
        hidden_when_recommending(split),
        options.k,
        threads=run.plan.training.threads,
    )
    # the ending is that of the final name; the place to write to has none
    place = request.place.with_name(request.place.name + Path(request.name).suffix.lower())
    try:
        request.tell("ranking", 0, len(everyone))
        for done in writing_recommendations(place, blocks, data.users, data.items, data.catalogue, raw=options.raw):
            request.tell("ranking", done.users, len(everyone))
        place.replace(request.place)
    finally:
        durable.remove(place)
    notes = list(run.loaded.notes)
    if Path(request.name).suffix.lower() == ".run":
        changed = sum(without_spaces(each.ids.to_pylist())[1] for each in (data.users, data.items))
        if changed:
            notes.append(f"{changed:,} ids hold spaces, which a TREC run cannot: they are _ in the file")
    return tuple(notes)


def _tokens(ids: pa.Array) -> pa.Array:
    return pa.array(without_spaces(ids.to_pylist())[0], pa.large_string())


@contextmanager
def _csv(path: Path) -> Iterator[Any]:
    # opened here: Arrow takes no path with bytes that are no UTF-8
    with path.open("wb") as file, pyarrow.csv.CSVWriter(file, SCHEMA) as writer:
        yield writer


@contextmanager
def _parquet(path: Path) -> Iterator[Any]:
    with path.open("wb") as file, pyarrow.parquet.ParquetWriter(file, SCHEMA, compression="zstd") as writer:
        yield writer


class _Lines:
    """Writes tables line by line."""

    def __init__(self, path: Path) -> None:
        self._file: IO[bytes] = path.open("wb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        self._file.close()

    def write_table(self, table: pa.Table) -> None:
        """Add the rows."""
        lines = "".join(self.lines(table))
        self._file.write(lines.encode("utf-8", "backslashreplace"))

    def lines(self, table: pa.Table) -> Iterable[str]:
        """The rows as lines."""
        raise NotImplementedError


class _JsonLines(_Lines):
    """One object a line with the names of the columns."""

    def lines(self, table: pa.Table) -> Iterable[str]:
        """Numbers keep the digits that give the same float32 back."""
        for row in table.to_pylist():
            row["score"] = float(f"{row['score']:.9g}")
            yield json.dumps(row, ensure_ascii=False) + "\n"


class _TrecRun(_Lines):
    """``user Q0 item rank score rankscope``.

    Evaluators sort by score and break ties by id, so among equal scores each next one is lowered by the least step
    that a float32 has: the order in the file is the order of the list.
    """

    def lines(self, table: pa.Table) -> Iterable[str]:
        """One line an item."""
        columns = (table.column(name).to_pylist() for name in ("user", "item", "rank", "score"))
        last = np.float32(0)
        for user, item, rank, score in zip(*columns, strict=True):
            value = np.float32(score)
            if rank > 1 and value >= last:
                value = np.nextafter(last, np.float32(-np.inf))
            last = value
            yield f"{user} Q0 {item} {rank} {value:.9g} rankscope\n"


WRITERS: dict[str, Callable[[Path], AbstractContextManager[Any]]] = {
    ".csv": _csv,
    ".parquet": _parquet,
    ".jsonl": _JsonLines,
    ".run": _TrecRun,
}
