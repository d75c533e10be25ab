from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from core.comparison import UserValues, paired
from core.metrics.verdict import beside_popularity


def result(first: list[float], second: list[float], model: str = "mf", metric: str = "ndcg@10") -> dict[str, Any]:
    users = [str(row) for row in range(len(first))]
    mine, its = (UserValues(users, {metric: np.array(each)}) for each in (first, second))
    return {"model": model, "against_popularity": {metric: asdict(paired(mine, its, metric))}}


def test_that_a_difference_is_only_called_one_where_the_test_shows_it() -> None:
    good, poor = [0.5] * 20, [0.25] * 20
    assert beside_popularity(result(good, poor)) == (
        "By nDCG@10 it ranks better than Popularity: 0.500 against 0.250 (paired test, p < 0.001)"
    )
    assert beside_popularity(result(poor, good)) == (
        "By nDCG@10 Popularity ranks better: 0.500 against 0.250 (paired test, p < 0.001)"
    )
    # higher in the mean of three users: all signs alike is one pattern of eight, and its mirror
    assert beside_popularity(result(good[:3], poor[:3])) == (
        "By nDCG@10 it is not shown to rank better than Popularity: 0.500 against 0.250 (paired test, p 0.250)"
    )
    assert "not shown to rank better" in beside_popularity(result(good, good))


def test_that_ndcg_speaks_before_other_metrics() -> None:
    several = result([0.9] * 9, [0.1] * 9, metric="hit@50")
    assert beside_popularity(several).startswith("By Hit@50 it ranks")
    several["against_popularity"].update(result([0.1] * 9, [0.9] * 9)["against_popularity"])
    assert beside_popularity(several).startswith("By nDCG@10 Popularity ranks")


@pytest.mark.parametrize(
    "without",
    [
        {},
        {"model": "mf", "against_popularity": {}},
        {"model": "mf", "against_popularity": [1]},
        {"model": "mf", "against_popularity": {"ndcg@10": 3}},
        {"model": "mf", "against_popularity": {"ndcg@10": {"p": "0.1"}}},
        {"model": "mf", "against_popularity": {"made-up": {"p": 0.1}}},
        result([0.5] * 9, [0.5] * 9, model="popularity"),
    ],
)
def test_that_a_result_without_a_test_has_no_sentence(without: dict[str, Any]) -> None:
    assert beside_popularity(without) == ""
