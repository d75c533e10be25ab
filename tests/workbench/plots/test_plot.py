from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from workbench.plots.plot import Plot, picture_bytes
from workbench.theme import Theme

BEGINNINGS = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}


@pytest.fixture
def plot(qtbot: QtBot, theme: Theme) -> Plot:
    made = Plot(theme, "Loss", "epoch", "loss")
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.line("a", [0, 1, 2], [3, 2, 1])
    made.level("base", 1.5, "Popularity {.02}")
    return made


@pytest.mark.parametrize("kind", BEGINNINGS)
def test_that_a_plot_is_kept_as_a_picture(plot: Plot, kind: str) -> None:
    found = picture_bytes(plot, kind)
    assert found.startswith(BEGINNINGS[kind])
    assert len(found) > 1000


def test_that_names_of_levels_are_neither_cut_off_nor_struck_through(plot: Plot) -> None:
    plot.show()
    plot.getPlotItem().setRange(xRange=(0, 2), yRange=(0, 3), padding=0)
    plot.level("low", 0.1, "low")
    plot.level("lower", 0.05, "lower")
    plot.level("upright", 1.0, "best", upright=True)
    plot.level("high", 2.9, "high")
    plot.grab()
    low, lower, upright, high = (plot._levels[key] for key in ("low", "lower", "upright", "high"))
    view = plot.getPlotItem().getViewBox().sceneBoundingRect()
    for line in (low, lower, high):
        assert view.contains(line.label.sceneBoundingRect().center())
        assert line.label.fill.color().name().upper() == plot.theme.colours.surface
    assert upright.zValue() > lower.zValue() > low.zValue() > high.zValue()


def test_that_a_million_points_are_drawn_as_few(plot: Plot) -> None:
    x = np.arange(1_000_000, dtype=np.float64)
    plot.line("long", x, np.sin(x))
    drawn, _ = plot._curves["long"].getData()
    assert len(drawn) < 5 * plot.width()


def test_that_colours_follow_the_theme(plot: Plot, theme: Theme) -> None:
    before = plot._curves["a"].opts["pen"].color().name()
    theme.choose("dark")
    try:
        assert plot._curves["a"].opts["pen"].color().name() != before
        assert plot.backgroundBrush().color().name().upper() == theme.colours.surface
    finally:
        theme.choose("light")


def test_that_bars_take_another_colour_and_keep_it_when_the_theme_changes(plot: Plot, theme: Theme) -> None:
    plot.bars("bars", [0, 1], [1, 2], 0.9, 0)
    plot.bars("bars", [0, 1], [2, 3], 0.9, 3)
    assert plot._bars["bars"][0].opts["brush"].name() == plot.colour(3).name()
    theme.choose("dark")
    try:
        assert plot._bars["bars"][0].opts["brush"].name() == plot.colour(3).name()
    finally:
        theme.choose("light")
