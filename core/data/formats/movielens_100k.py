"""MovieLens 100K: u.data, tabs between user, item, rating and seconds; titles in u.item."""

from __future__ import annotations

from core.data.formats.base import Format, Reading, Table
from core.data.formats.delimited import Preset, read_delimited
from core.data.glance import Glance

NAMES = ("user", "item", "rating", "timestamp")


def sniff(glance: Glance) -> int:
    """The name, and four columns parted by tabs."""
    four = bool(glance.lines) and glance.lines[0].count("\t") == len(NAMES) - 1
    return 90 if glance.name == "u.data" and four else 0


def read(reading: Reading) -> Table:
    """Rows of u.data."""
    return read_delimited(reading, Preset("\t", False, NAMES))


FORMAT = Format(
    key="movielens-100k",
    label="MovieLens 100K",
    help="A folder or zip with u.data (user, item, rating, seconds; tabs) and u.item",
    sniff=sniff,
    read=read,
    names=("u.data",),
    catalogue=("u.item",),
)
