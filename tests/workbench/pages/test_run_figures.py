from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

from workbench.pages.runs.metrics import figures_of, part_of, strip_of


def detail(**result: Any) -> Any:
    return SimpleNamespace(record=SimpleNamespace(result=result))


def test_that_a_run_measured_on_the_validation_part_shows_its_intervals() -> None:
    ended = detail(part="validation", metrics={"auc": 0.7}, validation={"auc": 0.7}, intervals={"auc": [0.6, 0.8]})
    assert part_of(ended) == "validation"
    metrics, bounds = figures_of(ended, "validation")
    assert metrics == {"auc": 0.7}
    assert bounds("auc") == (0.6, 0.8)


def test_that_intervals_of_the_test_part_do_not_stand_beside_validation_figures() -> None:
    ended = detail(part="test", metrics={"auc": 0.5}, validation={"auc": 0.7}, intervals={"auc": [0.4, 0.6]})
    assert figures_of(ended, "test")[1]("auc") == (0.4, 0.6)
    metrics, bounds = figures_of(ended, "validation")
    assert metrics == {"auc": 0.7}
    assert all(math.isnan(each) for each in bounds("auc"))
    stopped = detail(part="", metrics={}, validation={"auc": 0.7})
    assert part_of(stopped) == "validation"
    assert figures_of(stopped, "validation")[0] == {"auc": 0.7}


def test_that_sampled_figures_are_called_so() -> None:
    style: Any = SimpleNamespace(colour=0, dash=0)
    full, sampled = (detail(part="test", metrics={"auc": 0.7}, protocol=each) for each in ("full", "sampled"))
    assert strip_of("auc", "test", [(full, style, "one")]).title == "AUC"
    assert strip_of("auc", "test", [(full, style, "one"), (sampled, style, "other")]).title == "AUC (some sampled)"
    assert strip_of("auc", "test", [(sampled, style, "other")]).title == "AUC (sampled)"
    assert strip_of("auc", "validation", [(sampled, style, "other")]).title == "AUC"
