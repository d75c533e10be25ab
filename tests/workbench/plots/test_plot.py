from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from workbench.plots.picture import picture, picture_bytes
from workbench.plots.plot import Plot
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


@pytest.mark.parametrize("seen", [True, False])
def test_that_colours_follow_the_theme(plot: Plot, theme: Theme, seen: bool) -> None:
    plot.setVisible(seen)
    before = plot._curves["a"].opts["pen"].color().name()
    theme.choose("dark")
    try:
        # what is not seen costs nothing now
        assert (plot._curves["a"].opts["pen"].color().name() != before) == seen
        plot.show()
        assert plot._curves["a"].opts["pen"].color().name() != before
        assert plot.backgroundBrush().color().name().upper() == theme.colours.surface
    finally:
        theme.choose("light")


def test_that_bars_take_another_colour_and_keep_it_when_the_theme_changes(plot: Plot, theme: Theme) -> None:
    plot.bars("bars", [0, 1], [1, 2], 0.9, 0)
    plot.bars("bars", [0, 1], [2, 3], 0.9, 3)
    assert plot._bars["bars"][0].opts["brush"].name() == plot.colour(3).name()
    plot.show()
    theme.choose("dark")
    try:
        assert plot._bars["bars"][0].opts["brush"].name() == plot.colour(3).name()
    finally:
        theme.choose("light")


def test_that_a_line_that_is_drawn_after_one_was_taken_away_shows_nothing_of_it(plot: Plot, theme: Theme) -> None:
    plot.line("thick", [0, 1, 2], [1, 2, 3], 2, width=2, dash=True)
    before = plot._curves["thick"]
    plot.keep_lines(["a"])
    assert not before.isVisible()
    assert before.getData()[0] is None or not len(before.getData()[0])
    theme.choose("dark")
    try:
        plot.line("thin", [5, 6], [7, 8], 1)
        again = plot._curves["thin"]
        assert again is before
        assert again.isVisible()
        assert again.getData()[0].tolist() == [5, 6]
        pen = again.opts["pen"]
        assert (pen.color().name(), pen.width(), pen.dashPattern()) == (plot.colour(1).name(), 1, [])
    finally:
        theme.choose("light")


def test_that_points_of_a_line_with_symbols_are_not_left_on_the_next_one(plot: Plot) -> None:
    plot.line("dots", [0, 1], [1, 2], symbol="o")
    dots = plot._curves["dots"]
    plot.keep_lines([])
    plot.line("plain", [0, 1], [1, 2])
    assert plot._curves["plain"] is not dots
    assert plot._curves["plain"].opts["symbol"] is None


def test_that_a_level_that_comes_back_is_at_its_new_place_with_its_new_name(plot: Plot, theme: Theme) -> None:
    plot.level("base", 0.5, "Popularity .5")
    line = plot._levels["base"]
    plot.level("base", None)
    assert not line.isVisible()
    assert "base" not in plot._levels
    theme.choose("dark")
    try:
        plot.level("base", 0.7, "Popularity .7")
        assert plot._levels["base"] is line
        assert line.isVisible()
        assert line.value() == 0.7
        assert line.label.toPlainText() == "Popularity .7"
        assert line.label.fill.color().name().upper() == theme.colours.surface
    finally:
        theme.choose("light")


def test_that_a_line_lies_above_bars_and_earlier_lines_also_where_it_was_used_before(plot: Plot) -> None:
    plot.keep_lines([])
    plot.bars("bars", [0, 1], [1, 2], 0.9)
    plot.points("marks", [0, 1], [1, 2], 0, "o")
    plot.line("first", [0, 1], [1, 2])
    plot.line("second", [0, 1], [2, 1])
    bars, marks = plot._bars["bars"][0], plot._points["marks"][0]
    heights = [each.zValue() for each in (bars, marks, plot._curves["first"], plot._curves["second"])]
    assert heights == sorted(set(heights))


def test_that_a_picture_of_a_plot_that_is_not_seen_has_the_colours_of_the_theme(plot: Plot, theme: Theme) -> None:
    theme.choose("dark")
    try:
        assert picture(plot).pixelColor(4, 4).name().upper() == theme.colours.surface
        assert plot._curves["a"].opts["pen"].color().name().upper() == theme.colours.series[0]
    finally:
        theme.choose("light")
