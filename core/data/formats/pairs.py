"""Ordered pairs: ``user item`` or ``user item 1`` on each line, the order of the lines being the order in time."""

from __future__ import annotations

from core.data.column_names import recognised
from core.data.formats.base import Format, Reading, Table
from core.data.formats.delimited import Preset, read_delimited
from core.data.glance import Glance

NAMES = ("user", "item", "rating")
EVEN = 0.9
PARTING = (",", ";", "|", "::")


def sniff(glance: Glance) -> int:
    """Two words on nearly every line, or three with a constant 1."""
    rows = [line.split() for line in glance.lines]
    if not rows or any(recognised(word) for word in rows[0]) or any(mark in glance.lines[0] for mark in PARTING):
        return 0
    # a space inside a field that tabs enclose belongs to the id
    if any(" " in field.strip() for line in glance.lines if "\t" in line for field in line.split("\t")):
        return 0
    pairs = sum(len(row) == 2 for row in rows)
    marked = sum(len(row) == 3 and row[2] == "1" for row in rows)
    return 70 if max(pairs, marked) >= EVEN * len(rows) else 0


def read(reading: Reading) -> Table:
    """Rows of a file of pairs."""
    return read_delimited(reading, Preset(" ", False, NAMES))


FORMAT = Format(
    key="pairs",
    label="Ordered pairs",
    help="One 'user item' or 'user item 1' a line; the order of the lines is the order in time",
    sniff=sniff,
    read=read,
)
