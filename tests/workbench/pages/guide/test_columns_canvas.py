"""Both drawings with columns are moved alike, and say where they stand."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from workbench.main_window import MainWindow
from workbench.pages.guide.columns_canvas import ColumnsCanvas
from workbench.pages.guide.paired_drawing import DifferencesCanvas
from workbench.pages.guide.ratings_canvas import RatingsCanvas


@pytest.mark.parametrize("kind", [DifferencesCanvas, RatingsCanvas])
def test_that_values_are_moved_by_keys_and_mouse(
    qtbot: QtBot, window: MainWindow, kind: type[DifferencesCanvas] | type[RatingsCanvas]
) -> None:
    canvas: ColumnsCanvas = kind(window.theme)
    qtbot.addWidget(canvas)
    canvas.resize(400, 300)
    start = list(canvas.values)
    assert canvas.accessibleDescription() == canvas.words()
    QTest.keyClick(canvas, Qt.Key.Key_Left)
    assert canvas.chosen == len(start) - 1
    with qtbot.waitSignal(canvas.changed):
        QTest.keyClick(canvas, Qt.Key.Key_Up)
    assert canvas.values[-1] == pytest.approx(start[-1] + 0.1)
    assert canvas.accessibleDescription() == canvas.words()
    top = round(canvas.width() - canvas.wide / 2)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(top, round(canvas.height_of(0.6))))
    assert canvas.values[-1] == pytest.approx(0.6)
    QTest.mouseMove(canvas, QPoint(top, -500))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton)
    high = canvas.values[-1]
    assert canvas.height_of(high) == 8
    canvas.reset()
    assert canvas.values == start
