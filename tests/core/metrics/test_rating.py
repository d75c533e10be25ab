from __future__ import annotations

import numpy as np
import pytest

from core.metrics import rating_summary
from core.metrics.rating import RatingEvaluation


def test_that_rmse_and_mae_are_means_over_events() -> None:
    rows = np.zeros(4, np.int32)
    predicted, given = np.array([3, 4, 5, 1], np.float32), np.array([3, 2, 4, 4], np.float32)
    found = rating_summary(RatingEvaluation("test", rows, rows, predicted, given))
    assert found == {"rmse": pytest.approx(np.sqrt((4 + 1 + 9) / 4)), "mae": pytest.approx(6 / 4)}
