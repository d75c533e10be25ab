"""How many positives, windows or rows a step takes when the plan leaves it to the data."""

from __future__ import annotations

import numpy as np

from core.batches import window_starts
from core.data.interactions import Events
from core.models import MODELS
from core.training.plan import Plan, replace

STEPS = {"pair": 64, "window": 64, "row": 6}
"""Steps that an epoch should have at least: with fewer, a model has learned nothing by the time that its validation
metric has stood still for a few epochs. A row holds many events, so fewer rows do."""
SMALLEST = {"pair": 32, "window": 32, "row": 16}


def with_batch_size(plan: Plan, train: Events) -> Plan:
    """The plan with ``batch_size = 0`` replaced by the size that suits the model and the training part.

    It is the largest power of two that leaves an epoch ``STEPS`` steps, within ``SMALLEST`` and what the model takes at
    most: small data gets many small steps rather than a handful of large ones.

    Args:
        train: training events of the first phase; the second one of a refit keeps its size.
    """
    entry = MODELS[plan.model.name]
    if plan.training.batch_size or not entry.losses:
        return plan
    rows = _rows(plan, train)
    size = 1 << max((rows // STEPS[entry.batch]).bit_length() - 1, 0)
    return replace(plan, "training.batch_size", min(max(size, SMALLEST[entry.batch]), entry.largest_batch))


def _rows(plan: Plan, train: Events) -> int:
    """What an epoch of the model walks through."""
    kind = MODELS[plan.model.name].batch
    if kind == "window":
        return len(window_starts(train, plan.model.settings.targets))
    if kind == "row":
        # empty rows are passed over
        counts = np.diff(train.indptr) if plan.model.name == "autorec-user" else train.item_counts
        return int(np.count_nonzero(counts))
    return len(train)
