"""Item lists without order: ``user item item ...`` a line, as LightGCN has them; never guessed, only asked for."""

from __future__ import annotations

from core.data.formats import sequences
from core.data.formats.base import Format, Reading, Table
from core.data.glance import Glance


def sniff(glance: Glance) -> int:
    """Nothing in the file tells it from a sequence list."""
    return 0


def read(reading: Reading) -> Table:
    """Events of all lists; their order means nothing."""
    return sequences.read(reading, ordered=False)


FORMAT = Format(
    key="item-lists",
    label="Item lists without order",
    help="One user a line: 'user item item ...', in no order; only when asked for",
    sniff=sniff,
    read=read,
)
