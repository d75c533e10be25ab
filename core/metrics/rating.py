"""How far predicted ratings are from the given ones, one term an event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class RatingEvaluation:
    """Predicted beside given ratings of a part.

    Attributes:
        users, items: rows, ``[events]``.
        predicted, given: ratings on the scale of the data, ``[events]`` float32.
    """

    part: Literal["validation", "test"]
    users: npt.NDArray[np.int32]
    items: npt.NDArray[np.int32]
    predicted: npt.NDArray[np.float32]
    given: npt.NDArray[np.float32]

    @property
    def errors(self) -> npt.NDArray[np.float64]:
        """Predicted minus given, ``[events]``."""
        return self.predicted.astype(np.float64) - self.given


def root_mean_squared_error(evaluation: RatingEvaluation) -> float:
    """Square root of the mean squared error over all events."""
    return float(np.sqrt(np.mean(evaluation.errors**2)))


def mean_absolute_error(evaluation: RatingEvaluation) -> float:
    """Mean absolute error over all events."""
    return float(np.mean(np.abs(evaluation.errors)))
