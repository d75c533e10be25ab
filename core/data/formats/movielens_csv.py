"""MovieLens latest, 20M, 25M and 32M: ratings.csv with names in its first line; titles in movies.csv."""

from __future__ import annotations

from core.data.formats.base import Format, Reading, Table
from core.data.formats.delimited import Preset, read_delimited
from core.data.glance import Glance

HEADER = "userid,movieid,rating,timestamp"


def sniff(glance: Glance) -> int:
    """The names of its columns."""
    return 90 if glance.lines and glance.lines[0].strip().replace('"', "").lower() == HEADER else 0


def read(reading: Reading) -> Table:
    """Rows of ratings.csv."""
    return read_delimited(reading, Preset(",", True))


FORMAT = Format(
    key="movielens-csv",
    label="MovieLens latest, 20M, 25M or 32M",
    help="A folder or zip with ratings.csv (userId,movieId,rating,timestamp) and movies.csv",
    sniff=sniff,
    read=read,
    names=("ratings.csv",),
    catalogue=("movies.csv",),
)
