"""What a trained model ranks, with our protocol for everybody: full ranking over the items not met in training."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.evaluation import evaluate
from core.metrics import summary
from core.models.base import RankingModel
from core.models.scorer import scorer_for
from core.scoring import Histories, Scorer
from core.splits.split import Split

SHOWN = ("hit@10", "hit@50", "ndcg@10", "auc")


class FactorScorer:
    """Scores by the dot products of a peer's factors, biases among them as further columns.

    Args:
        users: ``[users, f]``.
        items: ``[items, f]``.
    """

    def __init__(self, users: npt.NDArray[np.float32], items: npt.NDArray[np.float32]) -> None:
        self.users, self.items = users, items

    @property
    def n_items(self) -> int:
        """Size of the item universe."""
        return len(self.items)

    def scores(self, users: npt.NDArray[np.int32], histories: Histories) -> npt.NDArray[np.float32]:
        """Score every item, ``[users, items]``."""
        found: npt.NDArray[np.float32] = self.users[users] @ self.items.T
        return found


def quality_of(model: RankingModel, split: Split) -> dict[str, float]:
    """The metrics of one of our models."""
    return quality(scorer_for(model), split)


def quality(scorer: Scorer, split: Split) -> dict[str, float]:
    """The metrics of the test part."""
    means = summary(evaluate(scorer, split, "test", ks=(10, 50)))
    return {name: float(means[name]) for name in SHOWN}
