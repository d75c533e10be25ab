"""What is known of the items of a source: the catalogue that is given, or one that lies beside it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from core.data.column_names import recognised
from core.data.formats.base import Format, Table
from core.data.items import Items, read_items
from core.data.options import NONE, Options
from core.data.place import CATALOGUES, MOST_CATALOGUE, Place, base_name
from core.data.raw import Limits, Watch
from core.data.storage import DiskFile, Stored
from core.data.twins import canonical_ids
from core.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

LEAST_KNOWN = 0.5
"""Share of the items that a catalogue knows for which nobody asked: else it is that of other data."""


@dataclass(frozen=True, eq=False)
class Known:
    """What was found.

    Attributes:
        frame: text columns, indexed by distinct item ids; None where there is no catalogue.
        notes: plain sentences.
    """

    frame: pd.DataFrame | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Asked:
    """The interactions that a catalogue is looked for.

    Attributes:
        file: that holds them.
        items: the distinct ids of their items.
    """

    place: Place
    file: Stored
    format: Format
    table: Table
    items: pa.Array
    options: Options
    limits: Limits
    watch: Watch


def known_items(asked: Asked, given: str | Path | None) -> Known:
    """The catalogue that is given, which must be readable; else one beside, which may fail with a note.

    The one that belongs to the format is taken as it is; one that only has a usual name, where it knows the items.

    Args:
        given: the file; ``none`` for none; None for what lies beside.

    Raises:
        InputError: the catalogue that is given cannot be read.
    """
    if given is not None:
        return Known() if str(given).lower() == NONE else _read(asked, DiskFile(Path(given)))
    notes: list[str] = []
    try:
        own = asked.place.beside(asked.file, asked.format.catalogue)
        if own is not None:
            return _read(asked, own)
    except InputError as error:
        return Known(None, (_unread(error),))
    for each in _usual(asked):
        try:
            found = _fitting(asked, each, notes)
        except InputError as error:
            # another one may still be the right one
            notes.append(_unread(error))
            continue
        if found is not None:
            return found
    return Known(None, tuple(notes))


def _unread(error: InputError) -> str:
    return f"the catalogue beside it was not used: {error.sentence()}"


def _usual(asked: Asked) -> Iterator[Stored]:
    """What lies beside under a name that catalogues have; links that lead nowhere and folders are passed by."""
    here, own = asked.place.neighbours(asked.file), base_name(asked.file.name).lower()
    for name in CATALOGUES:
        if name in here and name != own:
            with contextlib.suppress(InputError):
                yield here[name]()


def _fitting(asked: Asked, file: Stored, notes: list[str]) -> Known | None:
    """What a file of a usual name knows, where it is about these items."""
    name_it = "to use it, name it as the catalogue"
    if file.size > MOST_CATALOGUE:
        notes.append(f"{file.name} beside it is large and was not read; {name_it}")
        return None
    found = read_items(file, asked.limits, asked.watch, asked.table.labels["item"])
    users = any(recognised(str(name)) == "user" for name in found.frame.columns)
    if users or found.repeats > len(found.frame):
        # interactions too, of other users or for another use
        return None
    known = _known(asked, file, found)
    assert known.frame is not None
    hits, items = _hits(known.frame, asked.items), len(asked.items)
    if hits < LEAST_KNOWN * items:
        notes.append(f"{file.name} beside it was not used, for it knows {hits:,} of the {items:,} items; {name_it}")
        return None
    return known


def _read(asked: Asked, file: Stored) -> Known:
    return _known(asked, file, read_items(file, asked.limits, asked.watch, asked.table.labels["item"]))


def _known(asked: Asked, file: Stored, found: Items) -> Known:
    frame = found.frame
    if asked.options.merge:
        frame = frame.set_axis(canonical_ids(pa.array(frame.index, pa.string())).to_pylist(), axis=0)
        frame = frame[~frame.index.duplicated()]
    hits = _hits(frame, asked.items)
    about = f"catalogue {file.name}: {', '.join(map(str, frame.columns)) or 'ids only'}"
    return Known(frame, (about, *found.notes, f"the catalogue knows {hits:,} of the {len(asked.items):,} items"))


def _hits(frame: pd.DataFrame, items: pa.Array) -> int:
    listed = pa.array(frame.index, pa.large_string())
    return int(pc.sum(pc.is_in(items, value_set=listed)).as_py() or 0)
