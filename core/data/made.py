"""Interactions of events that were made up and not read: ids are ``u0``, ``i0`` and so on, and nothing has a title."""

from __future__ import annotations

from typing import Any

from core.data.catalogue import Catalogue
from core.data.interactions import Events, Interactions, no_events
from core.data.vocabulary import Vocabulary


def made_interactions(events: Events, **others: Any) -> Interactions:
    """A data set around events.

    Args:
        others: fields of Interactions in place of the usual ones; without them nothing lies below a threshold, and
            the time of an event is its place in the file.
    """
    usual: dict[str, Any] = {"below": no_events(events.n_users, events.n_items), "clock": "file"}
    return Interactions(
        events=events,
        users=Vocabulary([f"u{row}" for row in range(events.n_users)]),
        items=Vocabulary([f"i{row}" for row in range(events.n_items)]),
        catalogue=Catalogue.empty(events.n_items),
        **{**usual, **others},
    )
