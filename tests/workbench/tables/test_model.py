from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from workbench.tables.model import Column, ColumnsModel
from workbench.tables.table import Table

NAMES = ["Heat", "<b>Fargo</b>", "=1+1", "שלום", "heat 2"]


@pytest.fixture
def model() -> ColumnsModel:
    counts = np.array([3, 1, 3, 2, 1])
    return ColumnsModel([Column("Title", pa.array(NAMES)), Column("Count", counts, right=True, first_down=True)])


def shown(model: ColumnsModel) -> list[str]:
    return [model.data(model.index(row, 0)) for row in range(model.rowCount())]


def test_that_the_model_keeps_qts_contract(qapp: object, model: ColumnsModel) -> None:
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.sort(1, Qt.SortOrder.DescendingOrder)
    model.search("heat")
    model.search("")
    model.replace([])
    model.replace([Column("One", np.arange(3))])
    assert tester.model() is model


def test_that_sorting_keeps_the_earlier_row_first_among_equals(model: ColumnsModel) -> None:
    model.sort(1, Qt.SortOrder.AscendingOrder)
    assert shown(model) == ["<b>Fargo</b>", "heat 2", "שלום", "Heat", "=1+1"]
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert shown(model) == ["Heat", "=1+1", "שלום", "<b>Fargo</b>", "heat 2"]


def test_that_search_ignores_capitals_and_keeps_the_order(model: ColumnsModel) -> None:
    model.sort(1, Qt.SortOrder.AscendingOrder)
    model.search("HEAT")
    assert shown(model) == ["heat 2", "Heat"]
    assert model.row_at(0) == 4
    assert model.shown_at(3) == -1


def test_that_a_chosen_row_stays_chosen_when_the_order_changes(qtbot: QtBot, model: ColumnsModel) -> None:
    table = Table(model, "Films")
    qtbot.addWidget(table)
    table.choose(3)
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert table.chosen_rows() == [3]
    model.search("Fargo")
    assert table.chosen_rows() == []


def test_that_tooltips_show_markup_as_text(model: ColumnsModel) -> None:
    text = model.data(model.index(1, 0), Qt.ItemDataRole.ToolTipRole)
    assert "&lt;b&gt;Fargo" in text


def test_that_a_table_copies_tabs_and_saves_harmless_csv(qtbot: QtBot, model: ColumnsModel) -> None:
    table = Table(model, "Films")
    qtbot.addWidget(table)
    table.choose(0)
    table.copy()
    assert QGuiApplication.clipboard().text() == "Title\tCount\nHeat\t3\n"
    assert "'=1+1,3" in table.csv_text()


def test_that_a_header_click_sorts_counts_largest_first(qtbot: QtBot, model: ColumnsModel) -> None:
    table = Table(model, "Films")
    qtbot.addWidget(table)
    table.horizontalHeader().sectionClicked.emit(1)
    assert shown(model)[0] == "Heat"
    table.horizontalHeader().sectionClicked.emit(1)
    assert shown(model)[0] == "<b>Fargo</b>"
