"""Which held-out events show an item that the user had already met: a repeat is easier to predict than a new item."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.data.interactions import Events
from core.kernels.pairs import met_before


def known_already(known: tuple[Events, ...], events: Events) -> npt.NDArray[np.bool_]:
    """True for each event whose item its user has in one of the known parts, ``[events]``."""
    met = np.zeros(len(events), np.bool_)
    for part in known:
        met |= met_before(part.indptr, part.items, events.indptr, events.items, part.n_items)
    return met
