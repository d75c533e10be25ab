"""implicit: BPR by Hogwild on the CPU, and its list of the best items."""

from __future__ import annotations

from typing import Any

import implicit
import numpy as np
from scipy.sparse import csr_matrix

from core.benching.measuring import Contender, repeated
from core.benching.options import Options
from core.benching.quality import FactorScorer, quality
from core.splits.split import Split
from core.training.plan import Plan


def matrix(split: Split) -> csr_matrix:
    """Training pairs as ones, ``[users, items]``."""
    pairs = split.train.pairs
    ones = np.ones(len(pairs.items), np.float32)
    return csr_matrix((ones, pairs.items, pairs.indptr), (split.train.n_users, split.train.n_items))


def _model(plan: Plan, threads: int, epochs: int) -> Any:
    return implicit.bpr.BayesianPersonalizedRanking(
        factors=plan.model.settings.factors,
        learning_rate=0.01,
        regularization=0.01,
        iterations=epochs,
        num_threads=threads,
        random_state=1,
        use_gpu=False,
    )


def train_mf(split: Split, plan: Plan, options: Options) -> list[Contender]:
    """Epochs of BPR; its negatives are drawn by popularity, and a draw that the user has met is skipped."""
    if plan.loss is None or plan.loss.name != "bpr":
        return []
    events = matrix(split)
    found = []
    for threads in dict.fromkeys((options.threads, 1)):
        model = _model(plan, threads, 1)

        def epoch(model: Any = model) -> float:
            # a second fit goes on with the factors of the first
            model.fit(events, show_progress=False)
            return float(events.nnz)

        def trained(threads: int = threads) -> dict[str, float]:
            fresh = _model(plan, threads, options.quality)
            fresh.fit(events, show_progress=False)
            return quality(FactorScorer(np.asarray(fresh.user_factors), np.asarray(fresh.item_factors)), split)

        found.append(
            Contender(
                f"implicit {implicit.__version__}, {threads} thread{'s' if threads > 1 else ''}",
                repeated(epoch, asked=options.epochs),
                quality=trained if options.quality else None,
            )
        )
    return found


def recommend(split: Split, plan: Plan, options: Options) -> list[Contender]:
    """The best 10 of all users."""
    events = matrix(split)
    model = _model(plan, options.threads, 3)
    model.fit(events, show_progress=False)
    users = np.arange(split.train.n_users)

    def turn() -> float:
        model.recommend(users, events, N=10, filter_already_liked_items=True)
        return float(len(users))

    return [Contender(f"implicit {implicit.__version__}", repeated(turn))]
