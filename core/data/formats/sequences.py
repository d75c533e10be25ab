"""Sequence lists: ``user item item ...`` on each line, in the order in which the user met the items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from core.data.column_names import recognised
from core.data.formats.base import Format, Reading, Table
from core.data.gathering import Batch
from core.data.glance import Glance
from core.data.roles import looks_like_number, looks_like_time
from core.data.text.textblocks import TextBlock, text_blocks
from core.data.text.tokens import NUL, Grammar, Record, records
from core.errors import UsageError

GRAMMAR = Grammar(" ", False, 0)
LABELS = {"user": "1", "item": "2 and on"}
PARTING = (",", ";", "|", "::")
LIKE_ROWS = 4
EVEN = 0.9


def sniff(glance: Glance) -> int:
    """Words in lines of different length, each beginning with a user of its own."""
    rows = [line.split() for line in glance.lines]
    if not rows or any(mark in line for line in glance.lines[:20] for mark in PARTING):
        return 0
    if len({row[0] for row in rows}) < len(rows) or len({recognised(word) for word in rows[0]} - {None}) > 1:
        return 0
    # a space inside a field that tabs enclose belongs to the id
    if any(" " in line.partition("\t")[0].strip() for line in glance.lines if "\t" in line):
        return 0
    widths = Counter(map(len, rows))
    width, count = widths.most_common(1)[0]
    if count >= EVEN * len(rows) and width <= LIKE_ROWS and not _list_of_three(rows, width):
        return 0
    return 60 if max(widths) > 2 else 0


def read(reading: Reading, ordered: bool = True) -> Table:
    """Events of all lists.

    Raises:
        UsageError: columns are named, which lists do not have.
    """
    if reading.options.roles:
        raise UsageError(
            code="input.columns-option",
            what="lists of items have no columns to name",
            where="--columns",
            remedy="Leave user, item, time and rating out, or name another format with --format",
        )
    reading.facts["encoding"] = reading.glance.encoding
    return Table({"user": LABELS["user"], "item": LABELS["item"]}, _batches(reading), ordered=ordered)


def _batches(reading: Reading) -> Iterator[Batch]:
    without = 0
    with reading.content() as content:
        for block in text_blocks(content, reading.where, reading.glance.encoding, reading.limits):
            batch, empty = _events(block, reading)
            without += empty
            yield batch
    if without:
        reading.notes.append(f"{without:,} {'line names' if without == 1 else 'lines name'} a user and no item")


def _events(block: TextBlock, reading: Reading) -> tuple[Batch, int]:
    owners: list[str] = []
    counts: list[int] = []
    lines: list[int] = []
    items: list[str] = []
    empty = 0
    for record in records(block, GRAMMAR):
        if record.fault:
            _refuse(record, reading)
            continue
        empty += len(record.fields) == 1
        owners.append(record.fields[0])
        counts.append(len(record.fields) - 1)
        lines.append(record.line)
        items += record.fields[1:]
    events = np.repeat(np.arange(len(owners)), counts)
    users = pa.array(owners, pa.string()).take(pa.array(events))
    return Batch(users, pa.array(items, pa.string()), None, None, np.asarray(lines, np.int64)[events]), empty


def _refuse(record: Record, reading: Reading) -> None:
    """A line with a NUL byte counts each of its items."""
    for item in record.fields[1:]:
        reading.rejects.add(NUL, record.line, LABELS["item"], item)


def _list_of_three(rows: list[list[str]], width: int) -> bool:
    """Lines of three or four words that are no rows with a rating or a time."""
    if width < 3 or len(rows) < 3:
        return False
    last = [[row[at] for row in rows if len(row) == width] for at in range(2, width)]
    return not any(looks_like_time(column) for column in last) and not any(looks_like_number(column) for column in last)


FORMAT = Format(
    key="sequences",
    label="Sequence lists",
    help="One user a line: 'user item item ...', in the order in time",
    sniff=sniff,
    read=read,
)
