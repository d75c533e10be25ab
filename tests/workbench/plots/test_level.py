"""Names of levels: none covers another, in any range and size of the plot."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workbench.plots.plot import Plot
from workbench.theme import Theme


@pytest.fixture
def plot(qtbot: QtBot, theme: Theme) -> Plot:
    made = Plot(theme, "Validation", "epoch")
    qtbot.addWidget(made)
    made.resize(420, 220)
    made.show()
    made.line("a", [0, 1, 2, 10], [0.0, 0.2, 0.6, 1.0])
    return made


def names(plot: Plot) -> list[QRectF]:
    QApplication.processEvents()
    plot.grab()
    return [level.label.sceneBoundingRect() for level in plot._levels.values() if level.label.format]


def check(plot: Plot) -> None:
    rects = names(plot)
    view = plot.getPlotItem().getViewBox().sceneBoundingRect().adjusted(-1, -1, 1, 1)
    assert all(view.contains(rect) for rect in rects)
    for one, other in combinations(rects, 2):
        assert not one.intersects(other), (one, other)


@pytest.mark.parametrize("epoch", [0.2, 5, 9.9])
@pytest.mark.parametrize("height", [0.02, 0.07, 0.1, 0.5, 0.97])
def test_that_the_name_of_the_best_epoch_does_not_cover_that_of_the_baseline(
    plot: Plot, epoch: float, height: float
) -> None:
    plot.level("popularity", height, "popularity")
    plot.level("best", epoch, "best nDCG@10", upright=True)
    check(plot)
    # nor goes its line through it
    line = plot._levels["best"]
    across = line.mapToScene(0, 0).x()
    name = plot._levels["popularity"].label.sceneBoundingRect()
    assert not name.left() < across < name.right()


def test_that_names_of_alike_baselines_stand_beside_each_other(plot: Plot) -> None:
    for at, height in enumerate((0.1, 0.11, 0.12)):
        plot.level(f"base {at}", height, f"Popularity {height}")
    plot.level("best", 9.0, "best nDCG@10", upright=True)
    check(plot)


def test_that_names_stay_apart_when_what_is_in_view_changes(plot: Plot) -> None:
    plot.level("popularity", 0.5, "popularity")
    plot.level("best", 9.5, "best nDCG@10", upright=True)
    check(plot)
    for low, high in ((0.45, 0.9), (0.1, 0.52), (-30.0, 40.0)):
        plot.getPlotItem().setRange(xRange=(0, 10), yRange=(low, high), padding=0)
        check(plot)
    plot.resize(260, 140)
    check(plot)


def test_that_a_name_that_covers_none_stands_where_it_should(plot: Plot) -> None:
    plot.level("popularity", 0.5, "popularity")
    plot.level("best", 4.0, "best", upright=True)
    names(plot)
    best, popularity = plot._levels["best"].label, plot._levels["popularity"].label
    assert (best.orthoPos, popularity.orthoPos) == (0.07, 0.98)
    plot.level("popularity", 0.04, "popularity " * 6)
    names(plot)
    assert best.orthoPos > 0.07
    plot.level("popularity", None)
    plot.level("best", 4.1, "best", upright=True)
    assert best.orthoPos == 0.07
