"""Scores for a history given by hand: AutoRec by row, Caser by window, MF and GMF by folding in."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from core.errors import UsageError
from core.models.autorec import AutoRec
from core.models.base import RankingModel
from core.models.baselines import Popularity, RandomScores
from core.models.factorisation import Factorisation
from core.models.neural import NeuralRanking
from core.models.scorer import scorer_for
from core.scoring import Histories

FOLDING_STEPS = 50
"""Steps of L-BFGS; the objective is convex in the user's vector (but for cosine), and 20 are usually enough."""
FOLDED_ITEMS = 500
"""Longest history that is folded in; of longer ones the latest count."""


def history_scores(
    model: RankingModel, items: npt.NDArray[np.int32], *, l2: float = 0.01, temperature: float | None = None
) -> npt.NDArray[np.float32]:
    """Score every item for an unknown user who met ``items``, oldest first.

    Args:
        l2: weight of the L2 on a folded-in vector, as in training.
        temperature: of the softmax that the model was trained with; None: BPR is used to fold in.

    Returns:
        ``[items]`` float32.

    Raises:
        UsageError: the model knows its users only by number, or the history is empty.
    """
    if not len(items):
        raise UsageError(
            code="insight.empty-history",
            what="the history is empty",
            where="--history",
            remedy="Name at least one item",
        )
    if isinstance(model, Factorisation) or (isinstance(model, NeuralRanking) and not model.layers):
        vector = folded_in(model, items, l2, temperature)
        with torch.no_grad():
            scores: npt.NDArray[np.float32] = model.score_shared(vector, None)[0].float().cpu().numpy()
        return scores
    # popularity is the same for everybody, known or not
    if model.window or isinstance(model, Popularity) or (isinstance(model, AutoRec) and model.by_user):
        histories = Histories.by_hand([items], model.n_items)
        found: npt.NDArray[np.float32] = scorer_for(model).scores(np.full(1, -1, np.int32), histories)[0].copy()
        return found
    raise UsageError(
        code="insight.known-users-only",
        what="this model can rank only for users that it was trained on",
        where="--history",
        why=_why_known_only(model),
        remedy="Use Caser, user-based AutoRec, MF or GMF for unknown users",
    )


def _why_known_only(model: RankingModel) -> str:
    if isinstance(model, AutoRec):
        return "It rebuilds the columns of items, and somebody unknown has no row in them"
    if isinstance(model, RandomScores):
        return "Its scores are drawn for each user by number"
    return "It has no way to see a user other than by the user's own factors"


def folded_in(
    model: Factorisation | NeuralRanking, items: npt.NDArray[np.int32], l2: float, temperature: float | None
) -> Tensor:
    """A user's vector ``[1, width]`` for fixed items: the minimum of the ranking loss over all unseen items.

    BPR over every (history item, unseen item) pair, or full softmax where a temperature is given; in both the mean,
    plus (λ/2)|u|². Deterministic: nothing is drawn.
    """
    seen = torch.from_numpy(np.unique(items[-FOLDED_ITEMS:]).astype(np.int64))
    unseen = torch.ones(model.n_items, dtype=torch.bool)
    # also the older items of a long history: they do not pull, and must not push either
    unseen[torch.from_numpy(np.unique(items).astype(np.int64))] = False
    users = model.user_factors.weight.detach()
    vector = users.mean(0, keepdim=True).clone().requires_grad_(True)
    optimiser = torch.optim.LBFGS([vector], max_iter=FOLDING_STEPS, line_search_fn="strong_wolfe")
    cosine = isinstance(model, Factorisation) and model.cosine
    bias = getattr(model, "user_bias", None)

    def encoded() -> Tensor:
        scaled = F.normalize(vector, dim=-1) if cosine else vector
        return scaled if bias is None else torch.cat([scaled, bias.mean().view(1, 1)], 1)

    if temperature is None and not bool(unseen.any()):
        # who has met everything prefers nothing to anything else
        return encoded().detach()

    def objective() -> Tensor:
        optimiser.zero_grad()
        scores = model.score_shared(encoded(), None)[0]
        if temperature is not None:
            loss = -torch.log_softmax(scores / temperature, 0)[seen].mean()
        else:
            loss = F.softplus(scores[unseen].unsqueeze(0) - scores[seen].unsqueeze(1)).mean()
        loss = loss + l2 / 2 * vector.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(objective)  # type: ignore[no-untyped-call]
    return encoded().detach()
