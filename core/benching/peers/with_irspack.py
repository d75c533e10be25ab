"""irspack: its evaluator of full rankings."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from irspack.evaluation import Evaluator
from irspack.recommenders import BaseRecommender
from scipy.sparse import csr_matrix

from core.benching.measuring import Contender, repeated
from core.benching.options import Options
from core.benching.peers.with_implicit import matrix
from core.splits.split import Split
from core.training.plan import Plan


def evaluate(split: Split, plan: Plan, options: Options) -> list[Contender]:
    """Its metrics of the first 10 places, from scores by the product of random factors."""
    events = matrix(split)
    random = np.random.default_rng(1)
    factors = plan.model.settings.factors
    users = random.standard_normal((split.train.n_users, factors)).astype(np.float32)
    items = random.standard_normal((split.train.n_items, factors)).astype(np.float32)

    class Factors(BaseRecommender):  # type: ignore[misc]
        """Scores that were there before."""

        def _learn(self) -> None:
            pass

        def get_score(self, user_indices: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
            scored: npt.NDArray[np.float32] = users[user_indices] @ items.T
            return scored

        def get_score_block(self, begin: int, end: int) -> npt.NDArray[np.float32]:
            return self.get_score(np.arange(begin, min(end, len(users))))

    test = split.test
    held = csr_matrix((np.ones(len(test)), (test.users, test.items)), events.shape)
    evaluator = Evaluator(held, cutoff=10, n_threads=options.threads)
    model = Factors(events.astype(np.float64)).learn()

    def turn() -> float:
        evaluator.get_score(model)
        return float(len(np.unique(test.users)))

    return [Contender("irspack", repeated(turn))]
