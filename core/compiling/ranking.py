"""Rank tiny data as evaluating, recommending and looking at a user do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from core.compiling.tiny import tiny_split
from core.evaluation import evaluate
from core.models.baselines import Popularity
from core.models.scorer import scorer_for
from core.protocols import hidden_when_recommending
from core.ranking import top_items_in_blocks
from core.splits.split import Candidates, Split


def rank_tiny_data(folder: Path) -> None:
    """Do it for data whose events are merged, and for data whose repeats are kept."""
    for windows in (False, True):
        rank(tiny_split(folder, windows=windows))


def rank(split: Split) -> None:
    """Both parts in full and within lists, and everybody's best items."""
    train = split.train
    model = scorer_for(Popularity(train.n_users, torch.from_numpy(train.item_counts).to(torch.float32)))
    everybody = np.arange(split.train.n_users, dtype=np.int32)
    evaluate(model, split, "validation", candidates=None)
    evaluate(model, split, "test", candidates=candidates_of(split), lists=True)
    known, hidden = (split.train,), hidden_when_recommending(split)
    for excluded in ((), (1, 2)):
        list(top_items_in_blocks(model, everybody, known, hidden, 5, excluded=excluded))


def candidates_of(split: Split) -> Candidates:
    """The first items of the catalogue for everybody."""
    users, each = split.train.n_users, np.arange(5, dtype=np.int32)
    return Candidates(np.arange(users + 1, dtype=np.int64) * len(each), np.tile(each, users), np.ones(users, bool))
