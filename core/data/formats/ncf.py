"""The files of the NCF paper: NAME.train.rating, tabs between user, item, rating and seconds."""

from __future__ import annotations

from core.data.formats.base import Format, Reading, Table
from core.data.formats.delimited import Preset, read_delimited
from core.data.glance import Glance

NAMES = ("user", "item", "rating", "timestamp")


def sniff(glance: Glance) -> int:
    """The suffix, and tabs in the first line."""
    return 90 if glance.name.endswith(".rating") and glance.lines and glance.lines[0].count("\t") in (1, 2, 3) else 0


def read(reading: Reading) -> Table:
    """Rows of a .rating file."""
    return read_delimited(reading, Preset("\t", False, NAMES))


FORMAT = Format(
    key="ncf",
    label="NCF",
    help="NAME.train.rating: user, item, rating, seconds; tabs, no names",
    sniff=sniff,
    read=read,
    names=("*.train.rating", "*.rating"),
)
