from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.workbench.test_trace import STARTED, done
from workbench.pages.train.ranking_plot import (
    RankingPlot,
    by_key,
    chosen_names,
    last_epoch,
    list_lengths,
    marked,
)
from workbench.theme import Theme
from workbench.trace import Trace

NAMES = ("auc", "hit@5", "hit@10", "ndcg@5", "ndcg@10", "rmse")


def traced(colour: int, value: float) -> Trace:
    trace = Trace("run", colour=colour)
    trace.take([dataclasses.replace(STARTED, baseline={"ndcg@10": 0.02, "auc": 0.8})])
    both = dataclasses.replace(done(1, value), metrics={"ndcg@10": value, "hit@10": 2 * value, "auc": 0.9})
    trace.take([both, dataclasses.replace(both, epoch=2)])
    return trace


def test_that_metrics_and_lengths_are_offered_from_what_is_measured() -> None:
    assert by_key(NAMES) == ["ndcg", "hit", "auc", "rmse"]
    assert list_lengths(NAMES) == [5, 10]
    assert chosen_names(NAMES, ["hit", "auc"], ["10", "50"]) == ["hit@10", "auc"]


@pytest.mark.parametrize(("points", "places"), [(0, []), (3, [0, 1, 2]), (17, [1, 4, 7, 10, 13, 16])])
def test_that_a_line_carries_few_symbols_and_one_at_its_end(points: int, places: list[int]) -> None:
    assert marked(points) == places


def test_that_several_metrics_are_drawn_each_with_its_baseline_and_auc_apart(qtbot: QtBot, theme: Theme) -> None:
    plot = RankingPlot(theme)
    qtbot.addWidget(plot)
    shown_at(plot, 600)
    own, other = traced(2, 0.1), traced(5, 0.2)
    entries = plot.draw(own, [other], ["ndcg@10", "hit@10", "auc"], baselines=True)
    lists, auc = plot.strips["lists"], plot.strips["auc"]
    assert set(lists._curves) == {"ndcg@10 own", "hit@10 own", "ndcg@10 0", "hit@10 0"}
    assert set(auc._curves) == {"auc own", "auc 0"}
    assert lists._styles["ndcg@10 own"][0] == 2
    assert lists._styles["ndcg@10 0"][0] == 5
    assert lists._styles["ndcg@10 own"][2] != lists._styles["hit@10 own"][2]
    assert lists._levels["ndcg@10"].label.format == "Popularity nDCG@10 .020"
    assert "hit@10" not in lists._levels
    assert auc._levels["auc"].value() == 0.8
    assert not auc.isHidden()
    assert plot.strips["ratings"].isHidden()
    assert [text for _, text, _ in entries] == ["nDCG@10 .100", "Hit@10 .200", "AUC .900"]
    plot.draw(own, [], ["ndcg@10"], baselines=False)
    assert set(lists._curves) == {"ndcg@10 own"}
    assert not lists._levels
    assert auc.isHidden()


def test_that_names_of_baselines_are_short_and_stay_within_a_narrow_plot(qtbot: QtBot, theme: Theme) -> None:
    plot = RankingPlot(theme)
    qtbot.addWidget(plot)
    shown_at(plot, 190)
    names = ["hit@5", "hit@10", "ndcg@10"]
    trace = Trace("narrow")
    trace.take([dataclasses.replace(STARTED, baseline=dict.fromkeys(names, 0.02))])
    trace.take([dataclasses.replace(done(1, 0.1), metrics=dict.fromkeys(names, 0.1))])
    plot.draw(trace, [], names, baselines=True)
    strip = plot.strips["lists"]
    assert strip._levels["ndcg@10"].label.format == "nDCG@10 .020"
    view = strip.getPlotItem().getViewBox().sceneBoundingRect()
    for name in names:
        label = strip._levels[name].label.sceneBoundingRect()
        assert view.left() <= label.left() + 1
        assert label.right() <= view.right() + 1


def shown_at(plot: RankingPlot, width: int) -> None:
    plot.resize(width, 200)
    plot.show()
    QApplication.processEvents()


def test_that_the_axis_of_epochs_grows_in_steps_up_to_the_plan() -> None:
    assert last_epoch([Trace("told nothing yet")]) == 1
    trace = traced(0, 0.1)
    assert last_epoch([trace]) == 2
    trace.take([done(3, 0.1)])
    assert last_epoch([trace]) == 5
    longer = Trace("longer")
    longer.take([dataclasses.replace(STARTED, epochs=30)])
    for epoch, end in ((2, 2), (3, 5), (6, 10), (11, 20), (21, 30)):
        longer.take([done(epoch, 0.1)])
        assert last_epoch([longer]) == end
