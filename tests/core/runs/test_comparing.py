"""What is said of two runs that stand side by side."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from core.runs.comparing import remarks

SAME: Any = SimpleNamespace(record=SimpleNamespace(data={"hash": "1"}), split=SimpleNamespace(hide_seen=True))
SHOWING: Any = SimpleNamespace(record=SAME.record, split=SimpleNamespace(hide_seen=False))


def evaluation(candidates: list[int], protocol: str = "full") -> Any:
    return SimpleNamespace(protocol=protocol, candidates=np.array(candidates, np.int32))


def test_that_runs_measured_alike_need_no_remark() -> None:
    assert remarks(SAME, evaluation([5, 9, 7]), SAME, evaluation([5, 9, 7])) == []


def test_that_a_run_that_ranks_met_items_too_is_not_held_against_one_that_does_not_without_a_word() -> None:
    (note,) = remarks(SAME, evaluation([5, 9, 7]), SHOWING, evaluation([20, 20, 20]))
    assert "Only the second also ranks items that the user has met" in note
    (note,) = remarks(SHOWING, evaluation([20, 20, 20]), SAME, evaluation([5, 9, 7]))
    assert "Only the first" in note
    # given lists are ranked as they are
    assert remarks(SHOWING, evaluation([9, 9], "sampled"), SAME, evaluation([9, 9], "sampled")) == []


def test_that_another_number_of_items_to_rank_is_told() -> None:
    (note,) = remarks(SAME, evaluation([5, 9, 7]), SAME, evaluation([50, 90, 70]))
    assert "7 items to rank in the first and 70 in the second" in note
