"""What every split gives: three parts, what was counted on the way, and the candidates of the test part."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from core.data.interactions import Events, Interactions


@dataclass(frozen=True, eq=False)
class Candidates:
    """Given candidate lists of the test part, one set a user, as CSR.

    Attributes:
        indptr: ``[users + 1]`` int64; a user without a line has none.
        items: ``[candidates]`` int32, the held-out items not included, no duplicates within a user.
        listed: ``[users]`` bool: the user has a line.
        counts: what was found on the way (duplicates removed, held-out item among the negatives, seen items...).
    """

    indptr: npt.NDArray[np.int64]
    items: npt.NDArray[np.int32]
    listed: npt.NDArray[np.bool_]
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Split:
    """Interactions divided into parts that share vocabularies.

    Attributes:
        kind: key of the SPLITS table.
        train, validation, test: the parts; validation may be empty.
        ordered: events of a user are in a known order (windows make sense).
        hide_seen: seen items are hidden when ranking; by default not where repeats are kept as events.
        refit: after validation chose the epochs, train again on training + validation.
        candidates: given candidate lists, test part only.
        counts: what was counted, such as ``users with one interaction``; plain integers.
    """

    kind: str
    interactions: Interactions
    train: Events
    validation: Events
    test: Events
    ordered: bool = True
    hide_seen: bool = True
    refit: bool = False
    candidates: Candidates | None = None
    counts: dict[str, int] = field(default_factory=dict)
