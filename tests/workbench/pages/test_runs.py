"""The Runs page: list, marks, trash, selection, comparison."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from core.runs.folder import RunFolder
from core.runs.library import mark_run, read_library
from core.runs.marks import read_marks
from core.runs.owner import locked
from core.runs.trash import deleted_runs
from core.training.plan import make_plan, to_values
from tests.core.runs.shelves import put_run
from workbench.main_window import MainWindow
from workbench.pages.runs import RunsPage, details
from workbench.pages.runs.list_panel import stretches
from workbench.pages.runs.note_dialog import NoteDialog
from workbench.pages.runs.rows import HIT, NAME, STAR, Interval
from workbench.plots.scatter import MOST_DRAWN, Scatter
from workbench.theme import Theme

HOSTILE = "<img src=x onerror=alert(1)>\u202eevil\n" + "long " * 400


def shown(qtbot: QtBot, window: MainWindow, number: int) -> RunsPage:
    window.go("runs")
    page = window.page("runs")
    assert isinstance(page, RunsPage)
    qtbot.waitUntil(lambda: page.runs.rowCount() == number and not window.jobs.running, timeout=30_000)
    return page


def put(window: MainWindow, count: int) -> list[RunFolder]:
    window.context.workspace.prepare()
    return [put_run(window.context.workspace, number) for number in range(count)]


def settled(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=30_000)


def titles(page: RunsPage) -> list[str]:
    return [column.title for column in page.runs.columns]


def test_that_few_runs_are_held_once_read_and_each_only_as_it_is_now(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(details, "REMEMBERED", 3)
    put(window, 5)
    page = shown(qtbot, window, 5)
    entries = [page.runs.entry(row) for row in range(5)]
    for entry in [*entries, entries[4]._replace(epoch=7), entries[4]._replace(epoch=8)]:
        page.details.show_runs([entry])
        qtbot.waitUntil(lambda: len(page.details.known()) == 1, timeout=30_000)
    kept = [entries[2], entries[3], entries[4]._replace(epoch=8)]
    assert page.details.held() == [page.details.key(entry) for entry in kept]


def test_that_an_empty_workspace_offers_the_next_step(qtbot: QtBot, window: MainWindow) -> None:
    page = shown(qtbot, window, 0)
    assert page.stack.currentWidget() is page.empty
    page.empty.button.click()
    assert window.current == "train"


def test_that_the_table_shows_rows_and_only_the_parameters_that_differ(qtbot: QtBot, window: MainWindow) -> None:
    put(window, 12)
    page = shown(qtbot, window, 12)
    QAbstractItemModelTester(page.runs, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert titles(page)[:4] == ["★", "Name", "State", "Hit@10"]
    assert len(titles(page)) == 10 + 6 + 4
    assert "more parameters differ" in page.list.count.text()
    page.list.models.setCurrentIndex(page.list.models.findData("mf"))
    page.list.models.activated.emit(0)
    assert page.runs.rowCount() == 3
    differing = titles(page)[10:-4]
    assert differing == ["seed"]
    interval = page.runs.index(0, HIT).data(Qt.ItemDataRole.UserRole)
    assert isinstance(interval, Interval)
    assert 0 < interval.low < interval.value < interval.high <= interval.scale
    page.list.search.setText("no such run")
    qtbot.waitUntil(lambda: page.runs.rowCount() == 0, timeout=5000)
    assert not page.clone.isEnabled()


def test_that_figures_of_the_validation_part_do_not_pass_for_those_of_the_test_part(
    qtbot: QtBot, window: MainWindow
) -> None:
    put(window, 2)
    page = shown(qtbot, window, 2)
    one, other = page.runs.entries
    page.runs.entries = (one, other._replace(part="validation"))
    for row in range(2):
        stopped = page.runs.entry(row).part == "validation"
        for column in (HIT, HIT + 1, HIT + 2):
            index = page.runs.index(row, column)
            assert (index.data(Qt.ItemDataRole.FontRole) is not None) == stopped
            assert ("validation part" in str(index.data(Qt.ItemDataRole.ToolTipRole))) == stopped


def test_that_sampled_figures_do_not_pass_for_those_of_a_full_ranking(qtbot: QtBot, window: MainWindow) -> None:
    put(window, 2)
    page = shown(qtbot, window, 2)
    one, other = page.runs.entries
    page.runs.entries = (one, other._replace(protocol="sampled"))
    for row in range(2):
        sampled = page.runs.entry(row).protocol == "sampled"
        for column in (HIT, HIT + 1, HIT + 2):
            index = page.runs.index(row, column)
            assert (index.data(Qt.ItemDataRole.FontRole) is not None) == sampled
            assert ("(sampled)" in str(index.data(Qt.ItemDataRole.ToolTipRole))) == sampled
    assert titles(page)[-4] == "Measured on"


def test_that_order_and_choice_outlive_another_reading(qtbot: QtBot, window: MainWindow) -> None:
    put(window, 9)
    page = shown(qtbot, window, 9)
    page.table.horizontalHeader().sectionClicked.emit(HIT)
    hits = [page.runs.entry(row).hit for row in range(9)]
    assert hits == sorted(hits, reverse=True)
    page.table.selectRow(4)
    chosen = page.chosen()[0].folder
    put_run(window.context.workspace, 77)
    page.read()
    qtbot.waitUntil(lambda: page.runs.rowCount() == 10, timeout=30_000)
    settled(qtbot, window)
    hits = [page.runs.entry(row).hit for row in range(10)]
    assert hits == sorted(hits, reverse=True)
    assert [entry.folder for entry in page.chosen()] == [chosen]
    page.details.tabs.setCurrentIndex(3)
    again = RunsPage(window.context)
    qtbot.addWidget(again)
    again.details.show_runs = lambda entries: None  # type: ignore[method-assign]
    again.list.show_shelf(page.shelf)
    assert again.details.tabs.currentIndex() == 3
    assert [again.runs.entry(row).hit for row in range(10)] == hits


def test_that_a_run_is_renamed_in_place(qtbot: QtBot, window: MainWindow) -> None:
    put(window, 3)
    page = shown(qtbot, window, 3)
    page.table.selectRow(1)
    folder = page._chosen_runs.folders(page.chosen())[0]
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_F2)
    assert page.table.editing
    editor = page.table.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    qtbot.keyClicks(editor, "my best")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "my best" in [entry.title for entry in page.runs.entries], timeout=30_000)
    assert read_marks(folder).name == "my best"
    assert [entry.title for entry in page.chosen()] == ["my best"]


def test_that_stars_toggle_by_key_and_click_and_filter(qtbot: QtBot, window: MainWindow) -> None:
    put(window, 3)
    page = shown(qtbot, window, 3)
    page.table.selectRow(0)
    first = page.chosen()[0].folder
    qtbot.keyClick(page.table, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: sum(bool(entry.star) for entry in page.runs.entries) == 1, timeout=30_000)
    place = page.table.visualRect(page.runs.index(2, STAR)).center()
    qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: sum(bool(entry.star) for entry in page.runs.entries) == 2, timeout=30_000)
    page.list.starred.setChecked(True)
    assert page.runs.rowCount() == 2
    assert first in {entry.folder for entry in page.runs.entries}


def test_that_a_note_is_written_and_shown(qtbot: QtBot, window: MainWindow) -> None:
    put(window, 1)
    page = shown(qtbot, window, 1)
    page.table.selectRow(0)
    page.note.click()
    dialog = page.findChild(NoteDialog)
    assert dialog is not None
    dialog.text.setPlainText("looked at <b>twice</b>")
    dialog.save.click()
    qtbot.waitUntil(lambda: page.runs.entries[0].note == "looked at <b>twice</b>", timeout=30_000)
    assert "&lt;b&gt;" in page.runs.index(0, NAME).data(Qt.ItemDataRole.ToolTipRole)


def test_that_deleting_can_be_undone_by_the_message_and_by_the_key(qtbot: QtBot, window: MainWindow) -> None:
    put(window, 4)
    page = shown(qtbot, window, 4)
    workspace = window.context.workspace
    page.table.selectRow(1)
    qtbot.keyClick(page.table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: page.runs.rowCount() == 3 and len(page.chosen()) == 1, timeout=30_000)
    settled(qtbot, window)
    assert page.list.trash.text() == "Trash (1)"
    window.message_bar.remedy.click()
    qtbot.waitUntil(lambda: page.runs.rowCount() == 4, timeout=30_000)
    settled(qtbot, window)
    page.table.selectAll()
    page.remove.click()
    qtbot.waitUntil(lambda: page.runs.rowCount() == 0, timeout=30_000)
    settled(qtbot, window)
    page.trash.undo()
    qtbot.waitUntil(lambda: page.runs.rowCount() == 4, timeout=30_000)
    settled(qtbot, window)
    assert list(deleted_runs(workspace)) == []
    page.trash.undo()
    settled(qtbot, window)
    assert page.runs.rowCount() == 4


def test_that_the_trash_is_emptied_only_after_a_question(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(window, 2)
    page = shown(qtbot, window, 2)
    page.table.selectRow(0)
    page.remove.click()
    qtbot.waitUntil(lambda: page.runs.rowCount() == 1, timeout=30_000)
    settled(qtbot, window)
    monkeypatch.setattr(page.trash, "ask_to_empty", lambda number: False)
    page.trash.empty_trash()
    assert len(list(deleted_runs(window.context.workspace))) == 1
    monkeypatch.setattr(page.trash, "ask_to_empty", lambda number: True)
    page.trash.empty_trash()
    qtbot.waitUntil(lambda: not page.list.trash.isEnabled(), timeout=30_000)
    settled(qtbot, window)
    page.trash.undo()
    settled(qtbot, window)
    assert page.runs.rowCount() == 1


def test_that_a_run_of_another_process_is_shown_with_its_owner_and_left_alone(qtbot: QtBot, window: MainWindow) -> None:
    (folder,) = put(window, 1)
    with locked(folder):
        (folder.path / "owner.json").write_text('{"pid": 4711, "host": "elsewhere", "since": "2026"}')
        page = shown(qtbot, window, 1)
        page.table.selectRow(0)
        state = page.runs.index(0, titles(page).index("State"))
        assert state.data() == "running"
        assert "4711 on elsewhere" in state.data(Qt.ItemDataRole.ToolTipRole)
        assert not any(each.isEnabled() for each in (page.rename, page.star, page.note, page.remove))
        assert not page.runs.flags(page.runs.index(0, NAME)) & Qt.ItemFlag.ItemIsEditable
        page.trash.delete()
        page.marks.toggle_stars()
        settled(qtbot, window)
        assert page.runs.rowCount() == 1
    page.left()


def test_that_hostile_names_are_shown_as_they_are(qtbot: QtBot, window: MainWindow) -> None:
    folders = put(window, 2)
    marks = {"format": 1, "needs": "0", "name": HOSTILE, "star": False, "note": "<h1>x</h1>"}
    (folders[0].path / "marks.json").write_text(json.dumps(marks))
    (folders[1].path / "run.json").write_bytes(b"\xff{")
    page = shown(qtbot, window, 2)
    texts = [page.runs.index(row, NAME).data() for row in range(2)]
    assert all("\n" not in text and "\u202e" not in text and len(text) <= 80 for text in texts)
    for row in range(2):
        assert "<img" not in page.runs.index(row, NAME).data(Qt.ItemDataRole.ToolTipRole)
    page.table.selectAll()
    settled(qtbot, window)
    assert window.message_bar.message is not None
    assert "damaged" in window.message_bar.message.text
    qtbot.waitUntil(lambda: len(page.details.known()) == 1, timeout=30_000)
    names = [name for _, _, name in page.details.known()]
    assert "\u202e" not in names[0]
    window.grab()


def test_that_markup_in_a_name_is_no_markup_on_an_axis(qtbot: QtBot, theme: Theme) -> None:
    scatter = Scatter(theme, "Users")
    qtbot.addWidget(scatter)
    scatter.name_axes("A: <img src=x>", "B: <b>b</b>")
    for side, words in (("bottom", "A: <img src=x>"), ("left", "B: <b>b</b>")):
        assert scatter.getPlotItem().getAxis(side).label.toPlainText().strip() == words
    assert scatter.show_points(np.zeros(0), np.zeros(0), str) == 0
    many = np.linspace(0, 1, MOST_DRAWN + 5)
    assert scatter.show_points(many, many, str) == MOST_DRAWN


def test_that_a_workspace_that_may_not_be_written_to_is_view_only(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(window, 2)
    real = os.access
    root = str(window.context.workspace.path)
    monkeypatch.setattr(os, "access", lambda path, mode: not str(path).startswith(root) and real(path, mode))
    page = shown(qtbot, window, 2)
    page.table.selectRow(0)
    assert "View only" in page.list.count.text()
    assert not any(each.isEnabled() for each in (page.rename, page.star, page.note, page.remove))
    assert page.clone.isEnabled()


def test_that_neighbouring_rows_make_one_stretch() -> None:
    assert stretches(np.array([], np.int64)) == []
    assert stretches(np.array([0, 1, 2, 5, 7, 8])) == [(0, 2), (5, 5), (7, 8)]


def test_that_one_run_is_set_beside_the_defaults_of_its_model(qtbot: QtBot, window: MainWindow) -> None:
    window.context.workspace.prepare()
    plan = to_values(make_plan({"model": {"name": "mf", "factors": 7}, "training": {"epochs": 3}}))
    put_run(window.context.workspace, plan=plan)
    page = shown(qtbot, window, 1)
    parameters = page.details.parameters
    qtbot.waitUntil(lambda: parameters.model.rowCount() > 10, timeout=30_000)
    names, own, default = (parameters.model.columns[at] for at in range(3))
    assert {names.text(row): own.text(row) for row in parameters.model.marked} == {
        "model: factors": "7",
        "training: epochs": "3",
    }
    assert default.text(0) == "64"
    parameters.only.setChecked(True)
    assert parameters.model.rowCount() == 2


def test_that_a_run_keeps_its_colour_and_neighbours_differ(qtbot: QtBot, window: MainWindow) -> None:
    put(window, 7)
    page = shown(qtbot, window, 7)
    colours = window.theme.run_colours
    before = {entry.folder: colours.of(entry.folder) for entry in page.runs.entries}
    assert len(set(before.values())) == 7
    page.table.selectRow(0)
    page.remove.click()
    qtbot.waitUntil(lambda: page.runs.rowCount() == 6, timeout=30_000)
    settled(qtbot, window)
    assert all(colours.of(entry.folder) == before[entry.folder] for entry in page.runs.entries)
    assert [style.dash for style in colours.styles(["x", "y", "x"])][2]


def test_that_the_page_fits_small_windows_and_spreads_in_large_ones(qtbot: QtBot, window: MainWindow) -> None:
    put(window, 3)
    page = shown(qtbot, window, 3)
    window.resize(1024, 700)
    QApplication.processEvents()
    assert window.width() == 1024
    assert page.details.tabs.count() == 4
    corner = page.remove.mapTo(window, QPoint(page.remove.width(), page.remove.height()))
    assert corner.x() <= 1024
    assert corner.y() <= 700
    # one run, two, and more, starred as well: each has other words on its buttons
    for rows in (1, 2, 3):
        page.table.setSelectionMode(page.table.SelectionMode.MultiSelection)
        page.table.clearSelection()
        for row in range(rows):
            page.table.selectRow(row)
        settled(qtbot, window)
        page.star.click()
        qtbot.waitUntil(lambda: page.star.text() == "Unstar", timeout=30_000)
        settled(qtbot, window)
        room = window.stack._rooms["runs"]
        assert page.minimumSizeHint().width() <= room.width(), rows
        assert room.horizontalScrollBar().maximum() == 0, rows
        page.star.click()
        qtbot.waitUntil(lambda: page.star.text() == "Star", timeout=30_000)
        settled(qtbot, window)
    window.resize(1920, 1100)
    QApplication.processEvents()
    assert page.details.tabs.count() == 3
    # made when it is asked for, and shown by the layout after that
    qtbot.waitUntil(lambda: page.details.curves.isVisible())
    window.resize(1024, 700)
    QApplication.processEvents()
    assert page.details.tabs.count() == 4


def measured(action: Callable[[], object]) -> float:
    began = time.thread_time()
    action()
    return time.thread_time() - began


def test_that_a_thousand_runs_are_shown_at_once_and_found(qtbot: QtBot, window: MainWindow) -> None:
    folders = put(window, 1000)
    mark_run(window.context.workspace, folders[3], name="needle")
    page = shown(qtbot, window, 1000)
    library = read_library(window.context.workspace)
    assert page.shelf is not None
    shelf = page.shelf
    listing = min(measured(lambda: read_library(window.context.workspace)) for _ in range(3))
    assert len(library.entries) == 1000

    def show() -> None:
        page.list.shelf = None
        page.list.show_shelf(shelf)
        page.table.grab()

    # no more than a guard against work that grows with the runs; `rankscope bench gui` measures it
    assert listing + min(measured(show) for _ in range(3)) < 2
    page.list.search.setText("needle")
    qtbot.waitUntil(lambda: page.runs.rowCount() == 1, timeout=5000)
