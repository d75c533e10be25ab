"""What cleaning gives: interactions, the parts that came in files of their own, and what was left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.data.interactions import Events, Interactions
from core.data.raw import RawCandidates
from core.data.report import CleaningReport


@dataclass(frozen=True, eq=False)
class Cleaned:
    """A cleaned data set and the parts that came in files of their own.

    Attributes:
        interactions: all that is known: the source and the given parts.
        given: ``train`` (the source), ``validation`` and ``test`` where parts are given, over the same vocabularies.
        candidates: candidate lists as read, still text; ``core.splits.candidates`` matches them.
        reports: what was left out of ``source``, ``validation`` and ``test``.
        notes: plain sentences about what was found and decided.
    """

    interactions: Interactions
    given: Mapping[str, Events]
    candidates: RawCandidates | None
    reports: Mapping[str, CleaningReport]
    notes: tuple[str, ...]
