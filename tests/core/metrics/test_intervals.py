from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import bootstrap

from core.metrics import intervals as module
from core.metrics import summary
from core.metrics.intervals import intervals, resampled_means
from tests.core.metrics.making import evaluation


def test_that_an_interval_lies_around_the_mean_and_widens_with_confidence() -> None:
    random = np.random.default_rng(0)
    outcome = evaluation([[(int(random.integers(0, 30)), 0)] for _ in range(300)])
    narrow, wide = intervals(outcome, [10], confidence=0.5), intervals(outcome, [10], confidence=0.99)
    for name, mean in summary(outcome, [10]).items():
        assert narrow[name].mean == pytest.approx(mean)
        assert wide[name].low < narrow[name].low < mean < narrow[name].high < wide[name].high


def test_that_the_interval_is_that_of_scipy() -> None:
    values = np.random.default_rng(1).random(400)
    low, high = module.percentiles(resampled_means(values[:, None], 4000, 3), 0.9)
    theirs = bootstrap(
        (values,), np.mean, confidence_level=0.9, method="percentile", random_state=5
    ).confidence_interval
    assert (low[0], high[0]) == pytest.approx((theirs.low, theirs.high), abs=0.003)


def test_that_the_same_seed_gives_the_same_interval_and_another_one_another() -> None:
    values = np.random.default_rng(1).random((50, 2))
    assert (resampled_means(values, 20, 1) == resampled_means(values, 20, 1)).all()
    assert (resampled_means(values, 20, 1) != resampled_means(values, 20, 2)).any()


def test_that_memory_is_bounded_by_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(1).random((64, 1))
    monkeypatch.setattr(module, "CHUNK_BYTES", 16 * 64 * 3)
    means = resampled_means(values, 10, 1)
    assert means.shape == (10, 1)
    assert len(np.unique(means)) == 10


def test_that_users_who_are_all_alike_leave_no_doubt() -> None:
    found = intervals(evaluation([[(2, 0)]] * 8), [5], resamples=50)["mrr"]
    assert (found.mean, found.low, found.high) == pytest.approx((1 / 3, 1 / 3, 1 / 3))
