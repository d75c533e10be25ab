"""What Interactions hold beside their events, as tables and plain values, and back."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import pyarrow as pa

from core.data.catalogue import Catalogue
from core.data.interactions import Events, Interactions
from core.data.vocabulary import Vocabulary
from core.runs.tables import text_column

PLAIN = ("clock", "repeats", "weights", "ordered", "source")


def tables_beside(data: Interactions) -> dict[str, pa.Table]:
    """The ids, and the catalogue where anything is known of the items."""
    tables = {"users": pa.table({"id": data.users.ids}), "items": pa.table({"id": data.items.ids})}
    if data.catalogue.columns:
        tables["catalogue"] = data.catalogue.table()
    return tables


def plain_values(data: Interactions) -> dict[str, Any]:
    """The rest, for a manifest."""
    return {name: getattr(data, name) for name in PLAIN}


def read_vocabularies(table: Callable[[str], pa.Table], path: Callable[[str], Path]) -> tuple[Vocabulary, Vocabulary]:
    """Users and items.

    Args:
        table: reads a table by its name.
        path: where it lies, for errors.

    Raises:
        StorageError: a table is damaged.
    """
    users, items = (Vocabulary(text_column(table(name), "id", path(name))) for name in ("users", "items"))
    return users, items


def assemble(
    events: Events,
    below: Events,
    vocabularies: tuple[Vocabulary, Vocabulary],
    table: Callable[[str], pa.Table],
    names: Collection[str],
    plain: dict[str, Any],
) -> Interactions:
    """Interactions of what was read back.

    Args:
        table: reads a table by its name.
        names: of all tables that there are.
        plain: what ``plain_values`` gave.

    Raises:
        StorageError: the catalogue is damaged.
        KeyError: a plain value is missing.
    """
    users, items = vocabularies
    catalogue = Catalogue.of_table(table("catalogue")) if "catalogue" in names else Catalogue.empty(len(items))
    kept = {name: plain[name] for name in PLAIN}
    return Interactions(events=events, below=below, users=users, items=items, catalogue=catalogue, **kept)
