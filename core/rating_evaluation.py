"""Predict the ratings of a part and set them beside the given ones."""

from __future__ import annotations

import numpy as np

from core.errors import SplitError, UsageError
from core.metrics.rating import RatingEvaluation
from core.protocols import Part
from core.scoring import Histories, Scorer, known_before, not_a_number, score_block, users_at_once
from core.splits.split import Split


def evaluate_ratings(scorer: Scorer, split: Split, part: Part, *, block_users: int | None = None) -> RatingEvaluation:
    """Take the scores of a part's events for predicted ratings, as they are (no rounding to the scale).

    Args:
        scorer: a model trained on ratings with a squared loss: its scores are on their scale.
        block_users: users scored at once; chosen from the size of the catalogue when None.

    Raises:
        SplitError: the part is empty.
        TrainingError: the model gave NaN.
        UsageError: the interactions have no ratings.
    """
    events = split.test if part == "test" else split.validation
    if split.interactions.weights != "rating" or events.weights is None:
        raise UsageError(
            code="evaluation.no-ratings",
            what="there are no ratings to compare predictions with",
            why="The interactions were read without a rating, or the rating only chose what is positive",
            remedy="Map a rating column and keep the ratings, or use the ranking metrics",
        )
    if not len(events):
        raise SplitError(
            code=f"evaluation.no-{part}",
            what=f"there is nothing to predict: the {part} part is empty",
            remedy="Choose a split that holds something out, or take the other part",
        )
    users = np.unique(events.users)
    known = known_before(split, part)
    predicted = np.empty(len(events), np.float32)
    step = block_users or users_at_once(scorer)
    for start in range(0, len(users), step):
        block = users[start : start + step]
        scores = score_block(scorer, block, Histories(known, block))
        first, last = events.indptr[block[0]], events.indptr[block[-1] + 1]
        rows = np.searchsorted(block, events.users[first:last])
        table = scores if isinstance(scores, np.ndarray) else scores.cpu().numpy()
        predicted[first:last] = table[rows, events.items[first:last]]
    broken = np.flatnonzero(np.isnan(predicted))
    if len(broken):
        raise not_a_number(split.interactions.users.id(int(events.users[broken[0]])))
    return RatingEvaluation(part, events.users, events.items, predicted, events.weights)
