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

from core.runs.folder import RunFolder, locked
from core.runs.library import mark_run, read_library
from core.runs.marks import read_marks
from core.runs.trash import deleted_runs
from tests.core.runs.shelves import put_run
from tests.workbench.pages.test_train_to_users import trained
from workbench.main_window import MainWindow
from workbench.pages.runs import RunsPage
from workbench.pages.runs.note_dialog import NoteDialog
from workbench.pages.runs.rows import HIT, NAME, STAR, Interval
from workbench.pages.train.page import TrainPage
from workbench.plots.scatter import MOST_DRAWN, Scatter
from workbench.session import Opened
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
    assert len(titles(page)) == 10 + 6 + 3
    assert "more parameters differ" in page.list.count.text()
    page.list.models.setCurrentIndex(page.list.models.findData("mf"))
    page.list.models.activated.emit(0)
    assert page.runs.rowCount() == 3
    differing = titles(page)[10:-3]
    assert differing == ["seed"]
    interval = page.runs.index(0, HIT).data(Qt.ItemDataRole.UserRole)
    assert isinstance(interval, Interval)
    assert 0 < interval.low < interval.value < interval.high <= interval.scale
    page.list.search.setText("no such run")
    qtbot.waitUntil(lambda: page.runs.rowCount() == 0, timeout=5000)
    assert not page.clone.isEnabled()


def test_that_order_and_choice_outlive_another_reading(qtbot: QtBot, window: MainWindow) -> None:
    put(window, 9)
    page = shown(qtbot, window, 9)
    page.table.order_by(HIT, Qt.SortOrder.DescendingOrder)
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


def test_that_a_run_is_renamed_in_place(qtbot: QtBot, window: MainWindow) -> None:
    put(window, 3)
    page = shown(qtbot, window, 3)
    page.table.selectRow(1)
    folder = page._folders(page.chosen())[0]
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
    page.undo()
    qtbot.waitUntil(lambda: page.runs.rowCount() == 4, timeout=30_000)
    settled(qtbot, window)
    assert list(deleted_runs(workspace)) == []
    page.undo()
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
    monkeypatch.setattr(page, "ask_to_empty", lambda number: False)
    page.empty_trash()
    assert len(list(deleted_runs(window.context.workspace))) == 1
    monkeypatch.setattr(page, "ask_to_empty", lambda number: True)
    page.empty_trash()
    qtbot.waitUntil(lambda: not page.list.trash.isEnabled(), timeout=30_000)
    settled(qtbot, window)
    page.undo()
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
        page.delete()
        page.toggle_stars()
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


def test_that_two_runs_are_compared_user_by_user_and_a_user_is_pinned(
    qtbot: QtBot, window: MainWindow, opened: Opened
) -> None:
    trained(qtbot, window, opened, "mf", "gmf")
    page = shown(qtbot, window, 2)
    details = page.details
    window.resize(1024, 700)
    page.table.selectRow(0)
    qtbot.waitUntil(lambda: details.metrics.figures.rowCount() > 3, timeout=30_000)
    qtbot.waitUntil(lambda: "popularity" in details.users.caption.text() or details.users.pairs is not None)
    page.table.selectAll()
    qtbot.waitUntil(lambda: "40 users in common" in details.metrics.caption.text(), timeout=60_000)
    assert details.metrics.figures.rowCount() == 3
    assert len(details.metrics.bars.strips[0].bars) == 2
    pairs = details.users.pairs
    assert pairs is not None
    assert len(pairs.users) == 40
    first, second = (detail.record for detail, _, _ in details.known())
    auc = [float(record.result["metrics"]["auc"]) for record in (first, second)]
    assert [pairs.first.mean(), pairs.second.mean()] == pytest.approx(auc)
    curves = details.curves.plot._curves
    assert set(curves) == {entry.folder for entry in page.chosen()}
    bold = details.parameters.model.marked
    assert bold == set(range(len(bold)))
    assert "model: name" in [details.parameters.model.columns[0].text(row) for row in bold]
    model = details.users.gained if details.users.gained.rowCount() else details.users.lost
    table = details.users.gained_table if model is details.users.gained else details.users.lost_table
    details.tabs.setCurrentWidget(details.users)
    place = table.visualRect(model.index(0, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.session.user == model.columns[0].text(0)
    scatter = details.users.scatter
    pinned: list[int] = []
    scatter.picked.connect(pinned.append)
    point = scatter.getPlotItem().getViewBox().mapViewToScene
    here = scatter.mapFromScene(point(pg_point(pairs.first[7], pairs.second[7])))
    qtbot.mouseClick(scatter.viewport(), Qt.MouseButton.LeftButton, pos=here)
    assert len(pinned) == 1
    assert (pairs.first[pinned[0]], pairs.second[pinned[0]]) == pytest.approx(
        (pairs.first[7], pairs.second[7]), abs=0.05
    )
    details.users.metrics.setCurrentIndex(details.users.metrics.findData("rank"))
    details.users.metrics.activated.emit(0)
    assert details.users.pairs is not None
    assert details.users.pairs.first.min() >= 1
    assert page.open_first.text() == "Open as A and B"
    page.open_first.click()
    assert window.session.run is not None
    assert window.session.other is not None
    assert window.session.run.folder.path.name == page.chosen()[0].folder


def pg_point(x: float, y: float) -> object:
    from PySide6.QtCore import QPointF

    return QPointF(float(x), float(y))


def test_that_a_stopped_run_is_gone_on_with(qtbot: QtBot, window: MainWindow, opened: Opened) -> None:
    window.session.open(opened)
    window.go("train")
    train = window.page("train")
    assert isinstance(train, TrainPage)
    plan = {"model": {"name": "gmf"}, "training": {"epochs": 500, "patience": 0}, "evaluation": {"bootstrap": 20}}
    train.form.give(plan)
    train.form.start.click()
    qtbot.waitUntil(lambda: train.live.trace is not None and len(train.live.trace.epochs) >= 2, timeout=60_000)
    window.job_bar.stop.click()
    settled(qtbot, window)
    page = shown(qtbot, window, 1)
    (entry,) = page.chosen()
    assert (entry.state, page.go_on.text(), page.go_on.isEnabled()) == ("stopped", "Continue", True)
    page.go_on.click()
    assert window.current == "train"
    qtbot.waitUntil(lambda: bool(window.jobs.long) and len(train.live.trace.epochs) > entry.epoch, timeout=60_000)
    window.job_bar.stop.click()
    settled(qtbot, window)
    page = shown(qtbot, window, 1)
    assert page.runs.entries[0].epoch > entry.epoch


def test_that_a_completed_run_is_trained_longer_where_that_equals_a_longer_run(
    qtbot: QtBot, window: MainWindow, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    train = trained(qtbot, window, opened, "gmf", "mf")
    page = shown(qtbot, window, 2)
    answers: list[int | None] = [None, 5, 7]
    monkeypatch.setattr(page, "ask_epochs", lambda entry: answers.pop(0))
    page.list.choose([each.folder for each in page.runs.entries if each.model == "gmf"])
    assert page.go_on.text() == "Train longer…"
    page.go_on.click()
    assert window.current == "runs"
    page.go_on.click()
    assert window.current == "train"
    settled(qtbot, window)
    page = shown(qtbot, window, 2)
    assert {each.model: each.epoch for each in page.runs.entries} == {"gmf": 5, "mf": 3}
    page.list.choose([each.folder for each in page.runs.entries if each.model == "mf"])
    page.go_on.click()
    # the schedule of its learning rate ends with its epochs: another end, so its plan is offered
    assert window.current == "train"
    assert window.message_bar.message is not None
    assert "learning rate" in window.message_bar.message.text
    assert train.form.form.values()["training"]["epochs"] == "7"


def test_that_deleting_an_open_run_lets_it_go(qtbot: QtBot, window: MainWindow, opened: Opened) -> None:
    trained(qtbot, window, opened, "popularity")
    page = shown(qtbot, window, 1)
    page.table.selectRow(0)
    page.open_first.click()
    assert window.session.run is not None
    page.remove.click()
    qtbot.waitUntil(lambda: window.session.run is None, timeout=30_000)
    settled(qtbot, window)


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
    window.resize(1920, 1100)
    QApplication.processEvents()
    assert page.details.tabs.count() == 3
    assert page.details.curves.isVisible()
    window.resize(1024, 700)
    QApplication.processEvents()
    assert page.details.tabs.count() == 4


def measured(action: Callable[[], object]) -> float:
    began = time.thread_time()
    action()
    return time.thread_time() - began


def test_that_a_thousand_runs_are_shown_within_a_fifth_of_a_second(qtbot: QtBot, window: MainWindow) -> None:
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

    assert listing + min(measured(show) for _ in range(3)) < 0.2
    page.list.search.setText("needle")
    qtbot.waitUntil(lambda: page.runs.rowCount() == 1, timeout=5000)
