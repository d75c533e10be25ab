"""Rows glide from where they stood to where they are."""

from __future__ import annotations

import numpy as np
from pytestqt.qtbot import QtBot

from workbench.tables.model import Column, ColumnsModel
from workbench.tables.motion import RowMotion
from workbench.tables.table import Table


def test_that_rows_glide_from_their_old_places_and_new_ones_come_from_below(qtbot: QtBot) -> None:
    model = ColumnsModel([Column("Item", np.array([5, 6, 7]))])
    table = Table(model, "Items")
    qtbot.addWidget(table)
    table.resize(200, 300)
    table.show()
    motion = RowMotion(table)
    height = table.rowHeight(0)
    motion.before([5, 6, 7])
    model.replace([Column("Item", np.array([7, 5, 9]))])
    motion.after([7, 5, 9])
    assert motion.moving
    bottom = table.viewport().height()
    assert motion._rows == [(2 * height, 0, height), (0, height, height), (bottom, 2 * height, height)]
    table.grab()
    qtbot.waitUntil(lambda: not motion.moving, timeout=5_000)


def test_that_nothing_moves_when_nothing_has_moved(qtbot: QtBot) -> None:
    model = ColumnsModel([Column("Item", np.array([5, 6]))])
    table = Table(model, "Items")
    qtbot.addWidget(table)
    table.show()
    motion = RowMotion(table)
    motion.before([5, 6])
    motion.after([5, 6])
    assert not motion.moving
