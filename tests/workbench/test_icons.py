"""Pictures are made once: Qt keeps what it scales of each picture that it meets."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from pytestqt.qtbot import QtBot

from tests.workbench.pages.test_runs import put, shown
from workbench.icons import pixmap
from workbench.main_window import MainWindow
from workbench.pages.runs.rows import NAME


def test_that_a_drawing_of_one_colour_and_size_is_one_picture(window: MainWindow) -> None:
    first = pixmap("note", "#123456", 18)
    assert pixmap("note", "#123456", 18).cacheKey() == first.cacheKey()
    assert pixmap("note", "#654321", 18).cacheKey() != first.cacheKey()


def test_that_a_row_in_the_list_of_runs_gives_the_same_picture_of_its_colour_each_time(
    qtbot: QtBot, window: MainWindow
) -> None:
    put(window, 2)
    page = shown(qtbot, window, 2)

    def colour(row: int) -> QIcon:
        found = page.runs.index(row, NAME).data(Qt.ItemDataRole.DecorationRole)
        assert isinstance(found, QIcon)
        return found

    assert colour(0).cacheKey() == colour(0).cacheKey() != colour(1).cacheKey()
    middle = colour(0).pixmap(8, 8).toImage().pixelColor(4, 4).name()
    series = window.context.theme.colours.series
    assert middle == series[window.context.theme.run_colours.of(page.runs.entry(0).folder)].lower()
