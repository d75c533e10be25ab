"""What an exported model has to know of the data beside its weights: histories, what is hidden, states of columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from core.models.autorec import AutoRec
from core.models.scorer import scorer_for
from core.protocols import hidden_when_recommending
from core.runs.opening import Run
from core.scoring import Histories, known_before


def histories(run: Run) -> dict[str, npt.NDArray[Any]]:
    """What each user has met, oldest first, and what is hidden from each user's list.

    Returns:
        ``history_indptr`` ``[users + 1]``, ``history_items``; ``history_weights`` where the data has any;
        ``hidden_indptr`` ``[users + 1]``, ``hidden_items``.
    """
    split = run.split
    everyone = np.arange(len(run.interactions.users), dtype=np.int32)
    known = Histories(known_before(split, "next"), everyone)
    hidden = hidden_when_recommending(split)
    found: dict[str, npt.NDArray[Any]] = {
        "history_indptr": known.indptr,
        "history_items": known.items,
        "hidden_indptr": hidden.indptr,
        "hidden_items": hidden.items,
    }
    if known.weights is not None:
        found["history_weights"] = known.weights
    return found


@torch.no_grad()
def column_states(run: Run, model: AutoRec) -> npt.NDArray[np.float32]:
    """Hidden layer of every item's column for an item-based AutoRec, with all that is known, ``[items, factors]``."""
    states: npt.NDArray[np.float32] = scorer_for(model).column_states(known_before(run.split, "next")).cpu().numpy()
    return states
