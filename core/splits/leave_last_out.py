"""Leave last out: each user's last event is the test, the one before it the validation."""

from __future__ import annotations

import numpy as np

from core.splits.parts import Material, Parts, counted, divide
from core.splits.settings import LeaveLastOutSettings


def leave_last_out(material: Material, settings: LeaveLastOutSettings) -> Parts:
    """Divide by place: of n events, n >= 3 gives all three parts, n = 2 training and test, n = 1 training.

    Without a validation part n >= 2 gives training and test.
    """
    events = material.interactions.events
    ends = events.indptr[1:]
    sizes = np.diff(events.indptr)
    test = np.zeros(len(events), np.bool_)
    validation = np.zeros(len(events), np.bool_)
    test[ends[sizes >= 2] - 1] = True
    if material.validation:
        validation[ends[sizes >= 3] - 2] = True
    counts = counted(
        users_with_one_interaction=np.count_nonzero(sizes == 1),
        users_with_two_interactions=np.count_nonzero(sizes == 2),
    )
    return divide(events, validation, test, counts)
