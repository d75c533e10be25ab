"""Small splits made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.data.cleaned import Cleaned
from core.data.cleaning import clean
from core.data.interactions import Events, Interactions
from core.data.plan import CleaningPlan
from core.data.raw import RawCandidates
from core.splits import SPLITS
from core.splits.make import make_split
from core.splits.split import Split
from tests.core.data.making import raw_rows

Row = tuple[str, str, int]


def cleaned(rows: Sequence[Row], test: Sequence[Row] = (), validation: Sequence[Row] = (), **plan: Any) -> Cleaned:
    parts = {name: made(part) for name, part in (("test", test), ("validation", validation)) if part}
    return clean(made(rows), CleaningPlan(**plan), parts=parts)


def made(rows: Sequence[Row], **more: Any):  # type: ignore[no-untyped-def]
    users, items, times = zip(*rows, strict=True)
    return raw_rows(users, items, times, **more)


def split_of(
    data: Cleaned,
    kind: str = "leave-last-out",
    *,
    validation: bool = True,
    candidates: RawCandidates | None = None,
    seed: int = 1,
    **settings: Any,
) -> Split:
    return make_split(
        kind,
        SPLITS[kind].settings(**settings),
        data.interactions,
        given=data.given,
        candidates=candidates,
        validation=validation,
        seed=seed,
    )


def as_texts(interactions: Interactions, events: Events) -> dict[str, list[tuple[str, int | None]]]:
    """The events with ids in place of rows; users without any left out."""
    found: dict[str, list[tuple[str, int | None]]] = {}
    for at in range(len(events)):
        user = interactions.users.id(events.users[at])
        time = None if events.times is None else int(events.times[at])
        found.setdefault(user, []).append((interactions.items.id(events.items[at]), time))
    return found


def three(split: Split) -> tuple[dict[str, list[tuple[str, int | None]]], ...]:
    return tuple(as_texts(split.interactions, part) for part in (split.train, split.validation, split.test))
