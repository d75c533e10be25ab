"""Random: events drawn by chance, within each user or from all together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.data.interactions import Events
from core.kernels.drawing import draw_parts
from core.splits.parts import Material, Parts, counted, divide
from core.splits.settings import RandomSettings

Places = npt.NDArray[np.int64]


def by_chance(material: Material, settings: RandomSettings) -> Parts:
    """Divide by chance; the same seed gives the same parts.

    Within a user of n events the test gets its share of n, rounded, at least one where n >= 2; the validation
    likewise where n >= 3; one event at least stays in training.
    """
    events = material.interactions.events
    share = settings.validation_share if material.validation else 0.0
    indptr = events.indptr if settings.per_user else np.array([0, len(events)], np.int64)
    sizes = np.diff(indptr)
    test = wanted(sizes, settings.test_share, 2, sizes - 1)
    validation = wanted(sizes, share, 3, sizes - 1 - test)
    part = draw_parts(indptr, material.generator.random(len(events)), test, validation)
    counts = counted(
        users_with_one_interaction=np.count_nonzero(np.diff(events.indptr) == 1),
    )
    return divide(events, part == 2, part == 1, counts)


def wanted(sizes: Places, share: float, smallest: int, most: Places) -> Places:
    """How many events of each group to draw, ``[groups]``: the share rounded half up, one at least, ``most`` at most.

    Args:
        sizes: events of each group, ``[groups]``.
        smallest: size from which a group gives any.
    """
    if share == 0:
        return np.zeros(len(sizes), np.int64)
    numbers = np.maximum(np.floor(sizes * share + 0.5).astype(np.int64), 1)
    return np.where(sizes >= smallest, np.clip(numbers, 0, np.maximum(most, 0)), 0)


def draw_validation(train: Events, share: float, generator: np.random.Generator) -> npt.NDArray[np.bool_]:
    """About ``share`` of the events of each user, ``[events]``; never the last one that is left to a user.

    The number of a user's events is rounded up or down by chance, so that short histories give their share too.
    """
    sizes = np.diff(train.indptr)
    numbers = np.floor(sizes * share + generator.random(len(sizes))).astype(np.int64)
    numbers = np.clip(numbers, 0, np.maximum(sizes - 1, 0))
    none = np.zeros(len(sizes), np.int64)
    return np.asarray(draw_parts(train.indptr, generator.random(len(train)), numbers, none) == 1)
