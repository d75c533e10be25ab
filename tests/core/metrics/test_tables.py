from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from core.errors import PlanError
from core.metrics import ALL_METRICS, BEYOND_METRICS, METRICS, RATING_METRICS, find_metric, ranking_names, user_values
from tests.core.metrics.making import evaluation


def test_that_every_metric_is_fully_declared_under_its_own_key() -> None:
    assert len(ALL_METRICS) == len(METRICS) + len(BEYOND_METRICS) + len(RATING_METRICS)
    for key, metric in ALL_METRICS.items():
        assert metric.key == key
        assert metric.label
        assert metric.formula
        assert metric.help.endswith(".")
        assert find_metric(metric.name(20)) == (metric, 20 if metric.per_k else 0)


@pytest.mark.parametrize("key", METRICS)
def test_that_every_ranking_metric_gives_a_share_for_each_user(key: str) -> None:
    outcome = evaluation([[(0, 0), (30, 4)], [(99, 0)], [(3, 97)]], candidates=100)
    values = METRICS[key].function(outcome, 7)
    assert values.dtype == np.float64
    assert values.shape == (3,)
    assert ((values >= 0) & (values <= 1)).all()
    assert METRICS[key].function(evaluation([[(0, 0)]]), 1).tolist() == [1.0]


def test_that_flat_names_hold_each_k_once_in_order() -> None:
    assert ranking_names([10, 5, 10])[:3] == ("hit@5", "hit@10", "ndcg@5")
    assert ranking_names([3]).count("mrr") == 1


@pytest.mark.parametrize(
    "name", ["ndgc@10", "ndcg", "auc@10", "hit@0", "hit@-1", "hit@1.5", "hit@", "hit@010", "hit@²", ""]
)
def test_that_an_unknown_metric_is_refused_with_the_nearest_names(name: str) -> None:
    with pytest.raises(PlanError, match="no metric is called") as error:
        find_metric(name)
    assert error.value.code == "plan.unknown-metric"
    assert "@10" in error.value.remedy


def test_that_a_metric_of_all_lists_has_no_value_for_a_user() -> None:
    with pytest.raises(PlanError, match="no value for a single user"):
        user_values(evaluation([[(0, 0)]]), ["coverage@10"])


def test_that_the_tables_import_neither_torch_nor_numba() -> None:
    code = "import sys, core.metrics; print([name for name in ('torch', 'numba', 'pandas') if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
