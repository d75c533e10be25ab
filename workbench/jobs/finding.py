"""Users and items whose id or title holds what was typed, found off the GUI thread among millions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workbench.jobs.job import JobControl, Tell, Work
from workbench.words import cell

if TYPE_CHECKING:
    import pyarrow as pa

    from core.data.interactions import Interactions

PIECE = 50_000
"""Rows that are looked through between two looks whether the search is still wanted."""
MOST = 8
"""Users, and items, that are offered."""


@dataclass(frozen=True)
class Hit:
    """One user or item.

    Attributes:
        kind: ``user`` or ``item``.
        title: of an item, an empty text where there is none.
    """

    kind: str
    id: str
    title: str = ""


def finding(interactions: Interactions, asked: str, most: int = MOST) -> Work:
    """Work that gives the Hits of a text: ids equal to it first, then ids and titles that hold all its words."""

    def work(control: JobControl, tell: Tell) -> tuple[Hit, ...]:
        catalogue = interactions.catalogue
        found: list[Hit] = []
        for row in _rows(interactions.users.ids, None, asked, most, control):
            found.append(Hit("user", interactions.users.id(row)))
        for row in _rows(interactions.items.ids, _titles(interactions), asked, most, control):
            found.append(Hit("item", interactions.items.id(row), cell(catalogue.title(row))))
        return tuple(found)

    return work


def _titles(interactions: Interactions) -> object:
    """The column of titles as it is; a piece of it is made a column of texts when it is looked through."""
    frame = interactions.catalogue.frame
    return frame["title"] if "title" in frame.columns else None


def _rows(ids: pa.Array, titles: object, asked: str, most: int, control: JobControl) -> list[int]:
    """Rows that match, those with that very id first."""
    exact: list[int] = []
    other: list[int] = []
    for start in range(0, len(ids), PIECE):
        if control.stopped:
            break
        same, holds = _matches(ids.slice(start, PIECE), _piece(titles, start), asked)
        exact += [start + int(row) for row in same]
        other += [start + int(row) for row in holds[:most]]
        if exact and len(other) >= most:
            break
    return list(dict.fromkeys([*exact, *other]))[:most]


def _piece(titles: object, start: int) -> pa.Array | None:
    import pyarrow as pa

    if titles is None:
        return None
    return pa.array(titles.iloc[start : start + PIECE].astype(str), pa.large_string())  # type: ignore[attr-defined]


def _matches(ids: pa.Array, titles: pa.Array | None, asked: str) -> Iterator[npt.NDArray[np.int64]]:
    """Rows of a piece that are equal to the text, then rows that hold all its words."""
    import pyarrow as pa
    import pyarrow.compute as pc

    yield np.flatnonzero(pc.equal(ids, pa.scalar(asked, ids.type)).to_numpy(zero_copy_only=False))
    held = np.ones(len(ids), np.bool_)
    for word in asked.split():
        here = pc.match_substring(ids, word, ignore_case=True).to_numpy(zero_copy_only=False)
        if titles is not None:
            here = here | pc.match_substring(titles, word, ignore_case=True).to_numpy(zero_copy_only=False)
        held &= here
    yield np.flatnonzero(held)
