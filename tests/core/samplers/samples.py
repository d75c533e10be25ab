"""Small training parts for the tests of samplers."""

from __future__ import annotations

import numpy as np

from core.data.interactions import Events

N_ITEMS = 30
HELD_OUT = 29
"""An item that user 0 has not met in training."""
FULL, DENSE, SPARSE, NONE = 4, 3, 0, 5
"""Users who have met everything, all but items 7 and 19, five items, and nothing."""


def training(weights: bool = False) -> Events:
    """Six users, thirty items; item 0 is the most popular, item 29 has one event."""
    histories = [
        [0, 1, 2, 3, 4],
        list(range(0, 30, 2)),
        [0, 0, 1, 5, 5, 5, 6],
        [item for item in range(N_ITEMS) if item not in (7, 19)],
        list(range(N_ITEMS)),
        [],
    ]
    users = np.concatenate([np.full(len(items), user, np.int32) for user, items in enumerate(histories)])
    items = np.concatenate([np.array(items, np.int32) for items in histories])
    given = (np.arange(len(items)) % 5 + 1).astype(np.float32) if weights else None
    return Events(users, items, None, given, len(histories), N_ITEMS)
