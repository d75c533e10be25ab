"""The outcome of an evaluation: how many candidates beat each held-out item, and where these stand in the list."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

DEFAULT_KS = (5, 10, 20, 50)


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What was counted for the held-out items of a part; every ranking metric follows from it.

    Candidates are the items that compete with the held-out ones: never held out themselves for that user, never
    hidden. Each ranked user has at least one held-out item and one candidate.

    Attributes:
        protocol: ``full`` (the catalogue but what is hidden) or ``sampled`` (given candidates).
        n_items: size of the item universe.
        users: rows of the ranked users, ``[users]``, ascending.
        indptr: start of each user's held-out items, ``[users + 1]``.
        items: the held-out items, distinct and ascending within a user, ``[held-out]``.
        above: candidates with a higher score, ``[held-out]``.
        equal: candidates with the same score, ``[held-out]``.
        candidates: number of candidates of each user, ``[users]``.
        ks: lengths of list that were asked for.
        excluded: users that are not ranked, by reason.
        counts: what else was counted on the way, such as ``cold held-out items``.
        repeat: the user had met the held-out item before, ``[held-out]``; None unless repeats are kept as events.
        lists: the best items of each user, ``[users, length]``, -1 where there are no more; None unless asked for.
    """

    part: Literal["validation", "test"]
    protocol: Literal["full", "sampled"]
    n_items: int
    users: npt.NDArray[np.int32]
    indptr: npt.NDArray[np.int64]
    items: npt.NDArray[np.int32]
    above: npt.NDArray[np.int32]
    equal: npt.NDArray[np.int32]
    candidates: npt.NDArray[np.int32]
    ks: tuple[int, ...] = DEFAULT_KS
    excluded: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    repeat: npt.NDArray[np.bool_] | None = None
    lists: npt.NDArray[np.int32] | None = None

    @cached_property
    def relevant(self) -> npt.NDArray[np.int64]:
        """Number of held-out items of each user, ``[users]``."""
        return np.diff(self.indptr)

    @cached_property
    def owners(self) -> npt.NDArray[np.int64]:
        """The place in ``users`` that each held-out item belongs to, ``[held-out]``."""
        return np.repeat(np.arange(len(self.users)), self.relevant)

    @cached_property
    def nth(self) -> npt.NDArray[np.int64]:
        """1, 2, ... within each user, ``[held-out]``: the ideal places, and the hits at each of ``places``."""
        return np.arange(1, len(self.items) + 1) - np.repeat(self.indptr[:-1], self.relevant)

    @cached_property
    def places(self) -> npt.NDArray[np.int64]:
        """Places in the list of each user's held-out items from the best to the worst, from 1 on, ``[held-out]``.

        Candidates with an equal score stand before a held-out item (pessimistic). Held-out items follow each other
        in the order of their scores, which is the order of ``above + equal``.
        """
        beaten_by = self.above.astype(np.int64) + self.equal
        if not self.one_each:
            beaten_by = beaten_by[np.lexsort((beaten_by, self.owners))]
        return beaten_by + self.nth

    @property
    def one_each(self) -> bool:
        """Every user has one held-out item: what is summed and averaged within a user is then the one value."""
        return len(self.items) == len(self.users)

    @cached_property
    def gains(self) -> npt.NDArray[np.float64]:
        """1 / log2(1 + place) of each of ``places``, ``[held-out]``."""
        gains: npt.NDArray[np.float64] = 1.0 / np.log2(1.0 + self.places)
        return gains

    @cached_property
    def precisions(self) -> npt.NDArray[np.float64]:
        """Hits so far by place at each of ``places``, ``[held-out]``."""
        return self.nth / self.places

    def within(self, k: int) -> npt.NDArray[np.bool_]:
        """Which of ``places`` are among the first ``k``, ``[held-out]``; kept, since most metrics ask for it."""
        found = self._within.get(k)
        if found is None:
            found = self._within[k] = self.places <= self.length(k)
        return found

    @cached_property
    def _within(self) -> dict[int, npt.NDArray[np.bool_]]:
        return {}

    @cached_property
    def ranks(self) -> npt.NDArray[np.int64]:
        """Rank of the best held-out item of each user, from 1 on, ``[users]``."""
        return self.places if self.one_each else self.places[self.indptr[:-1]]

    def length(self, k: int) -> int:
        """The length of list that stands for ``k``: never more than there are items."""
        return min(k, self.n_items)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the figures has to know."""
        longer = [k for k in self.ks if k > self.n_items]
        notes = [f"k = {k} is more than the {self.n_items} items: computed at {self.n_items}" for k in longer]
        met = self.counts.get("items already met", 0) if self.protocol == "sampled" else 0
        if met:
            notes.append(f"{met:,} candidates are items that their user had met before; they are ranked as given")
        return tuple(notes)

    def select(self, keep: npt.NDArray[np.bool_]) -> Evaluation:
        """The same for some held-out items alone, ``keep`` ``[held-out]``.

        The other held-out items are then neither relevant nor candidates; users without any left are gone.
        """
        left = np.bincount(self.owners[keep], minlength=len(self.users))
        stay = left > 0
        return dataclasses.replace(
            self,
            users=self.users[stay],
            indptr=np.concatenate([np.zeros(1, np.int64), np.cumsum(left[stay])]),
            items=self.items[keep],
            above=self.above[keep],
            equal=self.equal[keep],
            candidates=self.candidates[stay],
            repeat=None if self.repeat is None else self.repeat[keep],
            lists=None if self.lists is None else self.lists[stay],
        )


def repeats_apart(evaluation: Evaluation) -> dict[str, Evaluation]:
    """Held-out items that the user had met before (``repeat``) and those that are ``new``; empty when not known."""
    if evaluation.repeat is None:
        return {}
    parts = {"repeat": evaluation.repeat, "new": ~evaluation.repeat}
    return {name: evaluation.select(keep) for name, keep in parts.items() if keep.any()}
