"""MovieLens 1M and 10M: ratings.dat, two colons between user, item, rating and seconds; titles in movies.dat."""

from __future__ import annotations

from core.data.formats.base import Format, Reading, Table
from core.data.formats.delimited import Preset, read_delimited
from core.data.glance import Glance

NAMES = ("user", "item", "rating", "timestamp")
DELIMITER = "::"


def sniff(glance: Glance) -> int:
    """Two colons three times in most lines."""
    fitting = sum(line.count(DELIMITER) == len(NAMES) - 1 for line in glance.lines)
    return 90 if fitting > len(glance.lines) / 2 else 0


def read(reading: Reading) -> Table:
    """Rows of ratings.dat."""
    return read_delimited(reading, Preset(DELIMITER, False, NAMES))


FORMAT = Format(
    key="movielens-1m",
    label="MovieLens 1M or 10M",
    help="A folder or zip with ratings.dat (user::item::rating::seconds) and movies.dat",
    sniff=sniff,
    read=read,
    names=("ratings.dat",),
    catalogue=("movies.dat",),
)
