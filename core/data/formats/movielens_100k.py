"""MovieLens 100K: u.data, tabs between user, item, rating and seconds; titles in u.item."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from core.data.formats.base import Format, ItemReader, Reading, Table
from core.data.formats.delimited import Preset, read_delimited, read_frame
from core.data.glance import Glance
from core.data.text.tokens import Grammar

if TYPE_CHECKING:
    import pandas as pd

NAMES = ("user", "item", "rating", "timestamp")
GENRES = (
    *(
        "unknown",
        "Action",
        "Adventure",
        "Animation",
        "Children's",
        "Comedy",
        "Crime",
        "Documentary",
        "Drama",
        "Fantasy",
    ),
    *("Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western"),
)
ITEM_NAMES = ("item", "title", "release date", "video release date", "link", *GENRES)


def sniff(glance: Glance) -> int:
    """The name, and four columns parted by tabs."""
    four = bool(glance.lines) and glance.lines[0].count("\t") == len(NAMES) - 1
    return 90 if glance.name == "u.data" and four else 0


def read(reading: Reading) -> Table:
    """Rows of u.data."""
    return read_delimited(reading, Preset("\t", False, NAMES))


def sniff_items(glance: Glance) -> bool:
    """The name, and the columns of u.item."""
    return glance.name == "u.item" and bool(glance.lines) and glance.lines[0].count("|") == len(ITEM_NAMES) - 1


def read_items(reading: Reading) -> pd.DataFrame:
    """Titles and dates; the columns of 0 and 1 become one of genres."""
    frame = read_frame(reading, Grammar("|", False, len(ITEM_NAMES)), ITEM_NAMES, skip=0)
    flags = frame[list(GENRES)].to_numpy() == "1"
    genres = ["|".join(itertools.compress(GENRES, row)) for row in flags]
    return frame.drop(columns=list(GENRES)).assign(genres=genres)


FORMAT = Format(
    key="movielens-100k",
    label="MovieLens 100K",
    help="A folder or zip with u.data (user, item, rating, seconds; tabs) and u.item",
    sniff=sniff,
    read=read,
    names=("u.data",),
    catalogue=("u.item",),
    items=ItemReader(sniff_items, read_items),
)
