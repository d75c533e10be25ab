"""What goes into a split function and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import SupportsInt

import numpy as np
import numpy.typing as npt

from core.data.interactions import Events, Interactions


@dataclass(frozen=True, eq=False)
class Material:
    """What a split function divides.

    Attributes:
        interactions: cleaned data.
        given: ``train``, ``validation`` and ``test`` parts where they came in files of their own.
        validation: False when no validation part is wanted.
        generator: source of chance, seeded.
    """

    interactions: Interactions
    given: Mapping[str, Events]
    validation: bool
    generator: np.random.Generator


@dataclass(frozen=True, eq=False)
class Parts:
    """The three parts, and what was counted on the way, by what it is in plain words."""

    train: Events
    validation: Events
    test: Events
    counts: dict[str, int] = field(default_factory=dict)


def divide(
    events: Events, validation: npt.NDArray[np.bool_], test: npt.NDArray[np.bool_], counts: dict[str, int]
) -> Parts:
    """Parts by two masks ``[events]`` that do not overlap; the rest is training."""
    return Parts(events.select(~(validation | test)), events.select(validation), events.select(test), counts)


def counted(**numbers: SupportsInt) -> dict[str, int]:
    """Counts in plain words: underscores become spaces, zeros are left out."""
    return {name.replace("_", " "): int(number) for name, number in numbers.items() if int(number)}
