"""Predicted ratings of the held-out events, for models whose scores are ratings."""

from __future__ import annotations

import numpy as np

from core.evaluation import Part
from core.metrics.rating import RatingEvaluation
from core.scoring import Histories, Scorer, block_size, known_before, score_block
from core.splits.split import Split


def predict_ratings(scorer: Scorer, split: Split, part: Part) -> RatingEvaluation | None:
    """Predict every held-out event's rating from what is known before it; None when the part has no ratings."""
    events = split.test if part == "test" else split.validation
    if events.weights is None or not len(events):
        return None
    known = known_before(split, part)
    users = np.unique(events.users)
    predicted = np.empty(len(events), np.float32)
    size = block_size(split.train.n_items)
    for start in range(0, len(users), size):
        asked = users[start : start + size]
        block = np.asarray(score_block(scorer, asked, Histories(known, asked)))
        first, last = events.indptr[asked[0]], events.indptr[asked[-1] + 1]
        rows = np.searchsorted(asked, events.users[first:last])
        predicted[first:last] = block[rows, events.items[first:last]]
    return RatingEvaluation(part, events.users, events.items, predicted, events.weights)
