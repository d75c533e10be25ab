"""The parts under the list of runs are made when they are first seen, and then show what is chosen."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from workbench.main_window import MainWindow
from workbench.pages.runs.details import WIDE, DetailsPanel


def test_that_only_the_part_in_view_is_made(window: MainWindow, qtbot: QtBot) -> None:
    panel = DetailsPanel(window.context)
    qtbot.addWidget(panel)
    panel.resize(WIDE - 1, 300)
    panel.show()
    qtbot.waitExposed(panel)
    assert not panel._made
    panel._settled()
    assert list(panel._made) == ["curves"]
    panel.tabs.setCurrentIndex(2)
    assert list(panel._made) == ["curves", "users"]
    panel.resize(WIDE, 300)
    qtbot.waitUntil(lambda: panel.tabs.count() == 3)
    qtbot.waitUntil(panel.curves.isVisible)
    qtbot.waitUntil(panel.users.isVisible)


def test_that_what_was_settled_out_of_sight_is_made_when_it_is_shown(window: MainWindow, qtbot: QtBot) -> None:
    panel = DetailsPanel(window.context)
    qtbot.addWidget(panel)
    panel._settled()
    assert not panel._made
    panel.show()
    assert list(panel._made) == ["curves"]
