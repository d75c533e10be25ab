from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

from pytestqt.qtbot import QtBot

from core.runs.colours import Style
from core.training.events import EpochDone
from workbench.pages.runs.curves import CurvesPanel
from workbench.pages.runs.metrics import MetricsPanel, figures_of, part_of, strip_of
from workbench.theme import Theme
from workbench.trace import Trace


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


def test_that_the_curve_of_one_epoch_stands_among_epochs_that_there_may_be(qtbot: QtBot, theme: Theme) -> None:
    panel = CurvesPanel(theme)
    qtbot.addWidget(panel)
    panel.show()
    trace = Trace("run")
    trace.take([EpochDone(1, 5, 0.5, {"ndcg@10": 0.02}, True, 0.1, 2.0, 400)])
    record = SimpleNamespace(plan={}, result={})
    panel.show_runs([(SimpleNamespace(folder="one", record=record, trace=trace), Style(0), "one")])  # type: ignore[list-item]
    (least, most), _ = panel.plot.getPlotItem().getViewBox().viewRange()
    assert least >= -0.5
    assert most <= 3


def test_that_one_run_says_whether_it_beats_popularity(qtbot: QtBot, theme: Theme) -> None:
    panel = MetricsPanel(theme)
    qtbot.addWidget(panel)
    tested = {"ndcg@10": {"first": 0.1, "second": 0.2, "difference": -0.1, "p": 0.01}}
    ended = detail(model="mf", part="test", metrics={"ndcg@10": 0.1}, against_popularity=tested)
    panel.show_runs([(ended, Style(0), "one")])
    assert panel.caption.text() == (
        "Test part, 95 % intervals\nBy nDCG@10 Popularity ranks better: .200 against .100 (paired test, p 0.010)."
    )
    panel.show_runs([(detail(model="mf", part="test", metrics={"ndcg@10": 0.1}), Style(0), "one")])
    assert panel.caption.text() == "Test part, 95 % intervals"
