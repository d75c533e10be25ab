"""The overview of data is made in portions, between which the window has its turn."""

from __future__ import annotations

import itertools

from workbench.main_window import MainWindow
from workbench.pages.data.overview import Overview
from workbench.plots.plot import Plot


def test_that_one_plot_is_made_at_a_time(window: MainWindow) -> None:
    overview = Overview(window.context, lambda: None, lambda: None)
    made = [0]
    for _ in overview._parts:
        made.append(len(overview.findChildren(Plot)))
    assert max(after - before for before, after in itertools.pairwise(made)) == 1
    assert made[-1] == 4
    overview.make_all()
    assert overview.tabs.count() == 5
    overview.deleteLater()
