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
