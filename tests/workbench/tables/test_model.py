from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from core.errors import StorageError
from workbench.jobs.jobs import Jobs
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


def test_that_users_without_a_value_come_last_either_way() -> None:
    model = ColumnsModel([Column("Rank", np.array([np.nan, 3.0, 1.0, np.nan, 3.0]))])
    model.sort(0, Qt.SortOrder.DescendingOrder)
    assert model.order.tolist() == [1, 4, 2, 0, 3]
    model.sort(0, Qt.SortOrder.AscendingOrder)
    assert model.order.tolist() == [2, 1, 4, 0, 3]


def test_that_gaps_are_shown_in_the_order_as_it_came_alone(model: ColumnsModel) -> None:
    model.replace(model.columns, faint=[0], gaps=[2])
    assert model.rowCount() == 5
    model.sort(1)
    assert model.order.tolist() == [1, 4, 3, 0]
    model.sort(-1)
    assert model.order.tolist() == [0, 1, 2, 3, 4]
    model.search("e")
    assert 2 not in model.order
    model.search("")
    greyed = [model.data(model.index(row, 0), Qt.ItemDataRole.ForegroundRole) is not None for row in range(5)]
    assert greyed == [True, False, True, False, False]


@pytest.fixture
def large(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[ColumnsModel, Jobs]]:
    monkeypatch.setattr("workbench.tables.model.LARGE", 4)
    jobs = Jobs()
    counts = np.array([3, 1, 3, 2, 1])
    columns = [Column("Title", pa.array(NAMES)), Column("Count", counts, right=True, first_down=True)]
    yield ColumnsModel(columns, start=jobs.start), jobs
    qtbot.waitUntil(lambda: not jobs.running)


def test_that_many_rows_are_sorted_in_a_thread(qtbot: QtBot, large: tuple[ColumnsModel, Jobs]) -> None:
    model, jobs = large
    table = Table(model, "Films")
    qtbot.addWidget(table)
    table.choose(3)
    told: list[str] = []
    model.busy_changed.connect(told.append)
    table.horizontalHeader().sectionClicked.emit(1)
    assert model.busy
    assert len(jobs.running) == 1
    assert table._busy.text() == "sorting…"
    assert model.order.tolist() == [0, 1, 2, 3, 4]
    qtbot.waitUntil(lambda: not model.busy)
    assert model.order.tolist() == [0, 2, 3, 1, 4]
    assert table.chosen_rows() == [3]
    assert told == ["sorting…", ""]


def test_that_a_later_wish_replaces_one_that_is_under_way(qtbot: QtBot, large: tuple[ColumnsModel, Jobs]) -> None:
    model, _ = large
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.sort(1, Qt.SortOrder.AscendingOrder)
    model.search("heat")
    qtbot.waitUntil(lambda: not model.busy)
    assert shown(model) == ["heat 2", "Heat"]
    model.search("nothing")
    model.replace(model.columns)
    assert not model.busy
    qtbot.wait(1)
    assert model.rowCount() == 5
    assert tester.model() is model


def test_that_a_large_table_is_saved_by_a_job(
    qtbot: QtBot, large: tuple[ColumnsModel, Jobs], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.tables.table.LARGE", 10)
    model, jobs = large
    table = Table(model, "Films")
    qtbot.addWidget(table)
    table.save(tmp_path / "films.csv")
    qtbot.waitUntil(lambda: not jobs.running)
    assert (tmp_path / "films.csv").read_text("utf-8") == table.csv_text().replace("\r\n", "\n")
    assert table.csv_text().count("\r\n") == 6
    with qtbot.capture_exceptions() as raised:
        table.save(tmp_path / "missing" / "films.csv")
        qtbot.waitUntil(lambda: not jobs.running)
    assert [isinstance(error, StorageError) for _, error, _ in raised] == [True]


@pytest.mark.parametrize("spread", [100, 70_000, 2**40])
@pytest.mark.parametrize("descending", [False, True])
def test_that_counts_of_any_size_are_sorted_the_earlier_row_first(spread: int, descending: bool) -> None:
    counts = np.random.default_rng(2).integers(-5, spread, 500)
    counts[250:] = counts[:250]
    expected = sorted(range(500), key=lambda row: (-counts[row] if descending else counts[row], row))
    assert Column("Count", counts).order(descending).tolist() == expected
