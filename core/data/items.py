"""Catalogue files: what is known of each item, as text columns under the id, with titles and genres found by name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.data.column_names import GENRES, ITEM_KEYS, TITLES, normalised
from core.data.formats import FORMATS, feather, json_lines, parquet
from core.data.formats.base import Reading
from core.data.formats.delimited import read_frame
from core.data.glance import refuse_binary
from core.data.opening import opened
from core.data.options import Options
from core.data.raw import Limits, Watch
from core.data.storage import Stored
from core.data.text.delimiters import check_header, find_shape
from core.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

FALLBACKS = ("cp1252", "latin-1")
PARTED = re.compile(r"\s*[,;]\s*")
UNNAMED = ("item", "title", "genres")


@dataclass(frozen=True, eq=False)
class Items:
    """A catalogue as read.

    Attributes:
        frame: text columns, indexed by distinct item ids.
        notes: plain sentences.
        repeats: rows that name an item again.
    """

    frame: pd.DataFrame
    notes: tuple[str, ...]
    repeats: int = 0


def read_items(file: Stored, limits: Limits, watch: Watch, key: str = "") -> Items:
    """Read a catalogue of any known form.

    Args:
        key: name of the column of items in the interactions, which is looked for first.

    Raises:
        InputError: it cannot be read.
    """
    notes: list[str] = []
    for encoding in (None, *FALLBACKS):
        try:
            with opened(file, Options(encoding=encoding), limits, Watch(cancelled=watch.cancelled)) as reading:
                frame = _frame(reading)
            break
        except InputError as error:
            # the titles of older sets are in the encodings of their time
            if error.code != "input.encoding" or encoding == FALLBACKS[-1]:
                raise
    if encoding is not None:
        notes.append(f"{file.name} is not UTF-8 and was read as {encoding}")
    if reading.rejects.total:
        first = reading.rejects.freeze().first[0]
        notes.append(
            f"{file.name}: {reading.rejects.total:,} lines could not be used ({first.reason}, line {first.line:,})"
        )
    return _keyed(frame, key, file.name, notes)


def _frame(reading: Reading) -> pd.DataFrame:
    glance = reading.glance
    for format_ in FORMATS.values():
        if format_.items is not None and format_.items.sniff(glance):
            return format_.items.read(reading)
    for sniff, read in (
        (parquet.sniff, parquet.read_frame),
        (feather.sniff, feather.read_frame),
        (json_lines.sniff, json_lines.read_frame),
    ):
        if sniff(glance):
            return read(reading)
    refuse_binary(glance)
    shape = find_shape(glance, reading.options)
    if shape.header is not None:
        check_header(shape.header, reading.where)
    names = shape.header or _unnamed(shape.grammar.columns)
    return read_frame(reading, shape.grammar, names, int(shape.header is not None))


def _unnamed(width: int) -> Sequence[str]:
    return [*UNNAMED[:width], *(str(position) for position in range(len(UNNAMED) + 1, width + 1))]


def _keyed(frame: pd.DataFrame, key: str, where: str, notes: list[str]) -> Items:
    """Index by item id and give titles and genres their names."""
    if not len(frame.columns) or not len(frame):
        raise InputError(
            code="input.empty-catalogue", what="there are no items in it", where=where, remedy="Leave it out"
        )
    column = _key_column(list(frame.columns), key)
    ids = frame[column]
    filled = ids.str.strip() != ""
    first = ~ids.duplicated()
    if not filled.all():
        notes.append(f"{where}: {int((~filled).sum()):,} rows without an item were left out")
    repeats = int((~first & filled).sum())
    if repeats:
        notes.append(f"{where}: {repeats:,} rows repeat an item; the first one counts")
    kept = frame[filled & first].set_index(column)
    kept.index.name = "item"
    names = {found: name for name, usual in (("title", TITLES), ("genres", GENRES)) if (found := _named(kept, usual))}
    kept = kept.rename(columns=names)
    if "genres" in kept.columns:
        kept["genres"] = _parted(kept["genres"])
    return Items(kept, tuple(notes), repeats)


def _key_column(names: Sequence[str], key: str) -> str:
    short = [normalised(name) for name in names]
    for usual in (normalised(key), *ITEM_KEYS):
        if usual and usual in short:
            return names[short.index(usual)]
    return names[0]


def _named(frame: pd.DataFrame, usual: Sequence[str]) -> str | None:
    short = {normalised(str(name)): str(name) for name in reversed(frame.columns)}
    return next((short[name] for name in usual if name in short), None)


def _parted(genres: pd.Series[str]) -> pd.Series[str]:
    """Genres parted by ``|``, also where the file has commas or semicolons."""
    if genres.str.contains("|", regex=False).any():
        return genres
    return genres.str.replace(PARTED, "|", regex=True)
