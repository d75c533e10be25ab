"""Why an item is on a list: the items of the history that speak for it, and their share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import UsageError
from core.insight.similar import cosines
from core.models.autorec import AutoRec
from core.models.base import RankingModel
from core.models.scorer import scorer_for
from core.scoring import Histories

LEAST = 0.01
"""What speaks for an item by less than this part of the strongest reason is none."""


@dataclass(frozen=True)
class Reason:
    """One item of the history.

    Attributes:
        item: item row.
        share: part of all that speaks for the item, 0..1; the shares of the whole history add up to 1.
        strength: what the share was made of: a cosine, or how far the score falls without the item.
    """

    item: int
    share: float
    strength: float


def reasons(
    model: RankingModel,
    user: int,
    item: int,
    history: npt.NDArray[np.int32],
    most: int = 5,
    weights: npt.NDArray[np.float32] | None = None,
) -> tuple[Reason, ...]:
    """The items of a history that speak most for ``item``, strongest first; none that speak against it or not at all.

    Models that read the history (Caser, user-based AutoRec) are asked again without each item of it: the strength is
    how far the score falls. For the others it is the cosine of the item vectors.

    Args:
        user: user row; -1 for an unknown user.
        history: the user's items, oldest first.
        weights: aligned to ``history``; what a model of ratings reads.

    Raises:
        UsageError: the model has neither.
    """
    distinct = history[np.sort(np.unique(history, return_index=True)[1])]
    distinct = distinct[distinct != item]
    if not len(distinct):
        return ()
    if model.window or (isinstance(model, AutoRec) and model.by_user):
        strength = removal_strengths(model, user, item, history, distinct, weights)
    elif isinstance(model, AutoRec):
        raise UsageError(
            code="insight.no-reasons",
            what="item-based AutoRec has no reasons to give",
            where="--why",
            remedy="Use another model",
        )
    else:
        strength = cosines(model, item, distinct)
    positive = np.maximum(strength, 0)
    total = float(positive.sum())
    order = np.argsort(-strength, kind="stable")[:most]
    least = LEAST * float(positive.max())
    return tuple(
        Reason(int(distinct[at]), float(positive[at]) / total, float(strength[at]))
        for at in order
        if positive[at] > 0 and positive[at] >= least
    )


def removal_strengths(
    model: RankingModel,
    user: int,
    item: int,
    history: npt.NDArray[np.int32],
    asked: npt.NDArray[np.int32],
    weights: npt.NDArray[np.float32] | None = None,
) -> npt.NDArray[np.float32]:
    """How far the score of ``item`` falls when each of ``asked`` is taken out of the history, ``[asked]``."""
    kept = [np.ones(len(history), np.bool_), *(history != each for each in asked)]
    scorer = scorer_for(model)
    users = np.full(len(kept), user, np.int32)
    found = []
    for start in range(0, len(kept), 256):
        block = kept[start : start + 256]
        weighed = None if weights is None else [weights[each] for each in block]
        part = Histories.by_hand([history[each] for each in block], model.n_items, weighed)
        found.append(scorer.scores(users[start : start + 256], part)[:, item].copy())
    scores = np.concatenate(found)
    strengths: npt.NDArray[np.float32] = scores[0] - scores[1:]
    return strengths
