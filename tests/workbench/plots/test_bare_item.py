from __future__ import annotations

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtWidgets import QCheckBox, QGraphicsTextItem, QGroupBox, QMenu
from pytestqt.qtbot import QtBot

from workbench.plots.plot import Plot
from workbench.theme import Theme


def test_that_a_plot_makes_no_widgets_for_a_menu_that_nobody_sees(qtbot: QtBot, theme: Theme) -> None:
    made = Plot(theme, "Loss", "epoch", "loss")
    qtbot.addWidget(made)
    for kind in (QMenu, QCheckBox, QGroupBox):
        assert made.findChildren(kind) == []


def test_that_other_plots_keep_their_menu(qtbot: QtBot, theme: Theme) -> None:
    qtbot.addWidget(Plot(theme, "Loss"))
    plain = pg.PlotWidget()
    qtbot.addWidget(plain)
    menu = plain.getPlotItem().ctrlMenu
    assert isinstance(menu, QMenu)
    menu.setParent(plain, menu.windowFlags())


def test_that_grid_and_logarithms_work_without_the_menu(qtbot: QtBot, theme: Theme) -> None:
    made = Plot(theme, "Long tail", "rank", "interactions", log=(True, True))
    qtbot.addWidget(made)
    made.line("a", [1, 10, 100], [1000, 100, 10])
    item = made.getPlotItem()
    assert item.getAxis("left").logMode
    assert item.getAxis("bottom").logMode
    # the share of 0.25 of a slider up to 255
    assert item.getAxis("left").grid == 63
    assert item.getAxis("bottom").grid is False
    drawn = made._curves["a"].curve.getData()
    assert np.allclose(drawn[0], [0, 1, 2])
    assert np.allclose(drawn[1], [3, 2, 1])
    item.showGrid(x=True, y=False)
    assert item.getAxis("bottom").grid == 63
    assert item.getAxis("left").grid is False


def test_that_the_title_of_an_axis_is_laid_out_only_when_it_is_another_one(
    qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid: list[str] = []
    set_html = QGraphicsTextItem.setHtml

    def lay_out(item: QGraphicsTextItem, text: str) -> None:
        laid.append(text)
        set_html(item, text)

    monkeypatch.setattr(QGraphicsTextItem, "setHtml", lay_out)
    made = Plot(theme, "Loss", "epoch", "loss")
    qtbot.addWidget(made)
    titles = [text for text in laid if "epoch" in text or "loss" in text]
    assert len(titles) == 2
    laid.clear()
    for high in range(1, 20):
        made.show_range((0.0, float(high)), (0.0, 0.0007 * high))
    made.grab()
    assert laid == []
    # thousandths are shown as they are, not as 700 milli
    assert made.getPlotItem().getAxis("left").autoSIPrefixScale == 1.0
