"""Heat maps: colours, cells under the mouse, scrolling, pictures."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from workbench.plots.colour_scale import DIVERGING, VIRIDIS, shades
from workbench.plots.heat import HeatMap
from workbench.plots.heat_layout import Block
from workbench.plots.picture import picture_bytes
from workbench.theme import Theme


def heat(qtbot: QtBot, theme: Theme, diverging: bool = False) -> HeatMap:
    made = HeatMap(theme, "Heat", str, diverging)
    qtbot.addWidget(made)
    made.resize(400, 200)
    made.show()
    return made


def blocks(length: int, rows: int = 4) -> list[Block]:
    values = np.random.default_rng(0).random((rows, length)).astype(np.float32)
    return [
        Block(f"h={height}", values[:, height - 1 :], tuple(f"t{at}" for at in range(length - height + 1)))
        for height in range(1, length + 1)
    ]


def test_that_the_scales_run_from_end_to_end() -> None:
    for anchors in (VIRIDIS, DIVERGING):
        found = shades(anchors)
        assert len(found) == 256
        assert f"#{found[0] & 0xFFFFFF:06X}" == anchors[0]
        assert f"#{found[-1] & 0xFFFFFF:06X}" == anchors[-1]
    assert shades(DIVERGING)[127] & 0xFF > 0xF0


@pytest.mark.parametrize("diverging", [False, True])
def test_that_a_cell_has_the_colour_of_its_value(qtbot: QtBot, theme: Theme, diverging: bool) -> None:
    made = heat(qtbot, theme, diverging)
    made.show_blocks([Block("", np.array([[2.0, 0.0]], np.float32), ("a", "b"))])
    picture = made.grab().toImage()
    ratio = picture.devicePixelRatio()
    expected = [DIVERGING[-1], "#FFFFFF"] if diverging else [VIRIDIS[-1], VIRIDIS[0]]
    for column, wanted in enumerate(expected):
        place = made._rectangle((0, 0, column)).center() * ratio
        shown = picture.pixelColor(place.toPoint())
        assert (
            max(abs(int(wanted[at : at + 2], 16) - part) for at, part in zip((1, 3, 5), shown.getRgb(), strict=False))
            < 6
        )
    assert made.scale.top == 2


def test_that_every_cell_is_found_under_its_place_and_reached_by_keys(qtbot: QtBot, theme: Theme) -> None:
    made = heat(qtbot, theme)
    made.show_blocks(blocks(4))
    for cell in ((0, 0, 0), (0, 3, 3), (2, 1, 1), (3, 2, 0)):
        assert made.cell_at(made._rectangle(cell).center()) == cell
    told: list[object] = []
    made.pointed.connect(told.append)
    for _ in range(6):
        QTest.keyClick(made, Qt.Key.Key_Right)
    assert told[-1] == (1, 0, 1)
    QTest.keyClick(made, Qt.Key.Key_Up)
    assert made.cell == (1, 0, 1)
    made.show_blocks(blocks(1))
    assert made.cell is None


def test_that_many_blocks_scroll_and_keys_bring_cells_into_view(qtbot: QtBot, theme: Theme) -> None:
    made = heat(qtbot, theme)
    made.show_blocks(blocks(40, 100))
    assert made.horizontalScrollBar().maximum() > 1000
    assert made.verticalScrollBar().maximum() > 0
    for _ in range(60):
        QTest.keyClick(made, Qt.Key.Key_Right)
        QTest.keyClick(made, Qt.Key.Key_Down)
    assert made.cell is not None
    assert made.viewport().rect().contains(made._rectangle(made.cell).center().toPoint())


def test_that_pictures_are_made_and_odd_values_do_no_harm(qtbot: QtBot, theme: Theme) -> None:
    made = heat(qtbot, theme)
    made.show_blocks([])
    made.grab()
    made.show_blocks([Block("x", np.full((2, 2), np.nan, np.float32), ("a", "b"))])
    made.grab()
    made.show_blocks(blocks(3))
    starts = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}
    for kind, start in starts.items():
        assert picture_bytes(made, kind).startswith(start)
