"""LightFM: BPR and WARP by AdaGrad, and its ranks of held-out items."""

from __future__ import annotations

from typing import Any

import numpy as np
from lightfm import LightFM
from scipy.sparse import coo_matrix

from core.benching.measuring import Contender, repeated
from core.benching.options import Options
from core.benching.peers.with_implicit import matrix
from core.benching.quality import FactorScorer, quality
from core.splits.split import Split
from core.training.plan import Plan


def _scorer(model: Any) -> FactorScorer:
    item_bias, items = model.get_item_representations()
    _, users = model.get_user_representations()
    ones = np.ones((len(users), 1), np.float32)
    return FactorScorer(np.hstack([users, ones]), np.hstack([items, item_bias[:, None]]))


def train_mf(split: Split, plan: Plan, options: Options) -> list[Contender]:
    """Epochs of BPR or WARP."""
    if plan.loss is None or plan.loss.name not in ("bpr", "warp"):
        return []
    events = matrix(split).tocoo()

    def fresh() -> Any:
        return LightFM(no_components=plan.model.settings.factors, loss=plan.loss.name, random_state=1)  # type: ignore[union-attr]

    model = fresh()

    def epoch() -> float:
        model.fit_partial(events, epochs=1, num_threads=options.threads)
        return float(events.nnz)

    def trained() -> dict[str, float]:
        return quality(_scorer(fresh().fit(events, epochs=options.quality, num_threads=options.threads)), split)

    return [Contender("LightFM", repeated(epoch, asked=options.epochs), quality=trained if options.quality else None)]


def evaluate(split: Split, plan: Plan, options: Options) -> list[Contender]:
    """Ranks of the held-out items, training items left out."""
    events = matrix(split).tocoo()
    model = LightFM(no_components=plan.model.settings.factors, loss="bpr", random_state=1).fit(events, epochs=3)
    test = split.test
    held = coo_matrix((np.ones(len(test), np.float32), (test.users, test.items)), events.shape).tocsr()

    def turn() -> float:
        model.predict_rank(held, train_interactions=events.tocsr(), num_threads=options.threads)
        return float(len(np.unique(test.users)))

    return [Contender("LightFM", repeated(turn))]
