from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from core.errors import SplitError, TrainingError, UsageError
from core.metrics import rating_summary
from core.rating_evaluation import evaluate_ratings
from core.splits.split import Split
from tests.core.rankings import Table, TensorTable, events, split


def rated() -> Split:
    whole = split({0: [0]}, {}, 4, 5)
    test = events({0: [3, 1], 2: [4], 3: [0]}, 4, 5, weights={0: [4, 2], 2: [5], 3: [1]})
    return dataclasses.replace(whole, interactions=dataclasses.replace(whole.interactions, weights="rating"), test=test)


TABLE = np.arange(20).reshape(4, 5) / 4


@pytest.mark.parametrize("scorer", [Table, TensorTable])
@pytest.mark.parametrize("block_users", [None, 1, 2])
def test_that_predictions_stand_beside_the_given_ratings(scorer: type[Table], block_users: int | None) -> None:
    found = evaluate_ratings(scorer(TABLE), rated(), "test", block_users=block_users)
    assert found.users.tolist() == [0, 0, 2, 3]
    assert found.predicted.tolist() == [TABLE[0, 3], TABLE[0, 1], TABLE[2, 4], TABLE[3, 0]]
    assert found.given.tolist() == [4, 2, 5, 1]
    errors = found.predicted - found.given
    assert rating_summary(found) == {"rmse": pytest.approx(np.sqrt((errors**2).mean())), "mae": np.abs(errors).mean()}


def test_that_interactions_without_ratings_are_refused() -> None:
    with pytest.raises(UsageError, match="no ratings") as error:
        evaluate_ratings(Table(TABLE), split({0: [0]}, {0: [1]}, 4, 5), "test")
    assert error.value.remedy


def test_that_an_empty_part_is_refused() -> None:
    empty = dataclasses.replace(rated(), test=events({}, 4, 5, weights={}))
    with pytest.raises(SplitError, match="the test part is empty"):
        evaluate_ratings(Table(TABLE), empty, "test")


def test_that_nan_predictions_are_an_error_that_names_the_user() -> None:
    table = TABLE.copy()
    table[2, 4] = np.nan
    with pytest.raises(TrainingError, match="NaN") as error:
        evaluate_ratings(Table(table), rated(), "test")
    assert error.value.where == "user u2"
