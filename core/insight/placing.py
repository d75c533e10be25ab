"""Where every item stands for one user: the ranking that an evaluation counts, laid open item by item."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from core.errors import UsageError
from core.scoring import Histories, Scorer, known_before, not_a_number, score_block
from core.splits.split import Split

Rows = npt.NDArray[np.int32]

NEW = np.iinfo(np.int64).min
"""The move of an item that the other ranking does not have."""


@dataclass(frozen=True, eq=False)
class Placing:
    """The ranking of one user on the test part.

    Attributes:
        user: user row.
        scores: of every item, ``[items]`` float32.
        order: the items that are looked at, best first; held-out items after others of the same score (protocol:
            ties count against the model). The whole catalogue, or the candidates and the held-out items.
        hidden: items that are not ranked because the user has met them, ``[items]`` bool.
        known: items that the user has met before the test, ``[items]`` bool.
        held_out: item rows of the test part, distinct.
        sampled: ranked among given candidates.
    """

    user: int
    scores: npt.NDArray[np.float32]
    order: Rows
    hidden: npt.NDArray[np.bool_]
    known: npt.NDArray[np.bool_]
    held_out: Rows
    sampled: bool = False

    @cached_property
    def places(self) -> npt.NDArray[np.int64]:
        """Place of each item among those that are ranked, from 1; 0 for one that is not, ``[items]``."""
        found = np.zeros(len(self.scores), np.int64)
        ranked = self.order[~self.hidden[self.order]]
        found[ranked] = np.arange(1, len(ranked) + 1)
        return found

    @cached_property
    def among_all(self) -> npt.NDArray[np.int64]:
        """Place of each item in ``order``, met ones counted too, from 1; 0 for one that is not there, ``[items]``."""
        found = np.zeros(len(self.scores), np.int64)
        found[self.order] = np.arange(1, len(self.order) + 1)
        return found

    @property
    def ranked(self) -> int:
        """How many items are ranked, the held-out ones included."""
        return len(self.order) - int(np.count_nonzero(self.hidden[self.order]))

    @property
    def rank(self) -> int | None:
        """Place of the best held-out item; None where nothing is held out."""
        return int(self.places[self.held_out].min()) if len(self.held_out) else None

    @property
    def auc(self) -> float | None:
        """Share of the candidates that a held-out item is ahead of, equals for half; mean over the held-out items.

        None where nothing is held out, or nothing competes with it.
        """
        competing = self.order[~self.hidden[self.order]]
        rivals = self.scores[competing[~np.isin(competing, self.held_out)]]
        if not len(rivals) or not len(self.held_out):
            return None
        held = self.scores[self.held_out][:, None]
        return float(((rivals < held).sum(1) + 0.5 * (rivals == held).sum(1)).mean() / len(rivals))

    def hit(self, k: int) -> bool | None:
        """Whether a held-out item is among the first ``k``; None where nothing is held out."""
        return None if self.rank is None else self.rank <= k


def place_user(scorer: Scorer, split: Split, user: int, among_candidates: bool = False) -> Placing:
    """Rank the test part of one user as the evaluation does.

    Args:
        user: user row.
        among_candidates: rank the candidate list of the split alone, as the sampled protocol does.

    Raises:
        UsageError: the user has no candidate list.
        TrainingError: the model gave NaN.
    """
    users = np.array([user], np.int32)
    histories = Histories(known_before(split, "test"), users)
    block = score_block(scorer, users, histories)
    # the scorer may use the buffer again
    scores = np.array(block if isinstance(block, np.ndarray) else block.cpu().numpy(), np.float32)[0]
    if np.isnan(scores).any():
        raise not_a_number(split.interactions.users.id(user))
    held_out = np.unique(split.test.items_of(user))
    known = np.zeros(len(scores), np.bool_)
    known[histories.items] = True
    hidden = np.zeros(len(scores), np.bool_)
    looked_at = np.arange(len(scores), dtype=np.int32)
    if among_candidates:
        looked_at = np.union1d(candidates_of(split, user), held_out).astype(np.int32)
    elif split.hide_seen:
        hidden |= known
        hidden[held_out] = False
    held = np.isin(looked_at, held_out)
    order = looked_at[np.lexsort((held, -scores[looked_at]))]
    return Placing(user, scores, order, hidden, known, held_out, among_candidates)


def candidates_of(split: Split, user: int) -> Rows:
    """The items among which the test part of a user is ranked, the held-out ones not included.

    Raises:
        UsageError: the split has no list for the user.
    """
    lists = split.candidates
    if lists is None or not lists.listed[user]:
        raise UsageError(
            code="insight.no-candidates",
            what="there is no candidate list for this user",
            where=f"user {split.interactions.users.id(user)}",
            remedy="Look at the whole catalogue",
        )
    return lists.items[lists.indptr[user] : lists.indptr[user + 1]]


def moves(
    here: npt.NDArray[np.int64], there: npt.NDArray[np.int64], rows: npt.NDArray[np.integer]
) -> npt.NDArray[np.int64]:
    """How many places higher each item stands here than there, ``[items here]``; NEW where it is not ranked there.

    Args:
        here, there: ``Placing.places`` of two rankings.
        rows: the row in ``there`` of each item of ``here``, -1 for one that is unknown there.
    """
    before = np.where(rows >= 0, there[np.maximum(rows, 0)], 0)
    return np.where((before > 0) & (here > 0), before - here, NEW)


def score_histogram(
    scores: npt.NDArray[np.float32], bins: int = 60
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Edges ``[bins + 1]`` and numbers ``[bins]`` of scores by equal steps from the least to the most."""
    finite = scores[np.isfinite(scores)].astype(np.float64)
    numbers, edges = np.histogram(finite, bins=bins)
    return edges, numbers.astype(np.int64)
