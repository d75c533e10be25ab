"""The Sequences page: a run of Caser stepped through and edited, other models, hostile titles, nothing open."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from core.data.plan import DataPlan
from core.runs.opening import Run, open_run
from core.runs.workspace import Workspace
from core.splits import SPLITS
from core.training.plan import Choice, make_plan
from workbench.jobs.importing import importing
from workbench.jobs.job import JobControl
from workbench.jobs.training import training
from workbench.main_window import MainWindow
from workbench.pages.sequences.page import SequencesPage
from workbench.session import Opened

TITLES = ("<h1>Huge</h1><img src='x'>", "\u202eright to left\u202c שלום", "😀 emoji", "x" * 10_000, "=1+1", "a\tb & c")
LENGTH, TARGETS = 4, 2
SMALL = {"window": LENGTH, "targets": TARGETS, "factors": 6, "horizontal_filters": 3, "vertical_filters": 2}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """Thirty users with 9 items each and one with 3; titles that nobody wants."""
    folder = tmp_path_factory.mktemp("data")
    rows = ["user,item,rating,timestamp"]
    for user in range(30):
        rows += [f"u{user},i{(user * 3 + step * 2) % 24},{1 + step % 5},{1_000_000_000 + step}" for step in range(9)]
    rows += [f"<b>short</b>,i{step},4,{1_000_000_000 + step}" for step in range(3)]
    (folder / "views.csv").write_text("\n".join(rows) + "\n", "utf-8")
    titles = ["item,title,genres"] + [f'i{at},"{TITLES[at % 6]}",{"Drama|War" if at % 2 else ""}' for at in range(24)]
    (folder / "titles.csv").write_text("\n".join(titles) + "\n", "utf-8")
    plan = DataPlan(source=str(folder / "views.csv"), items=str(folder / "titles.csv"))
    choice = Choice("leave-last-out", SPLITS["leave-last-out"].settings())
    found = importing(plan, choice)(JobControl(), lambda event: None)
    assert isinstance(found, Opened)
    return found


def run_of(data: Opened, folder: Path, model: str, **settings: object) -> Run:
    values = {"model": {"name": model, **settings}, "training": {"epochs": 1}, "evaluation": {"bootstrap": 0}}
    workspace = Workspace(folder / model)
    path = workspace.new_path()
    training(replace(make_plan(values), data=data.plan), data, workspace, path)(JobControl(), lambda event: None)
    return open_run(path)


@pytest.fixture(scope="module")
def caser(data: Opened, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A short training."""
    return run_of(data, tmp_path_factory.mktemp("caser"), "caser", **SMALL)


def shown(qtbot: QtBot, window: MainWindow, run: Run, user: str) -> SequencesPage:
    window.session.pin(user)
    window.session.choose_run(run)
    window.go("sequences")
    page = window.page("sequences")
    assert isinstance(page, SequencesPage)
    qtbot.waitUntil(lambda: page.looked is not None and not page.busy, timeout=60_000)
    return page


def settled(qtbot: QtBot, page: SequencesPage) -> None:
    qtbot.waitUntil(lambda: not page._looking.busy, timeout=30_000)


def test_that_the_page_says_what_it_is_for_when_no_run_is_chosen(qtbot: QtBot, window: MainWindow) -> None:
    window.go("sequences")
    page = window.page("sequences")
    assert isinstance(page, SequencesPage)
    assert page.stack.currentWidget() is page.empty
    page.empty.button.click()
    assert window.current == "runs"


def test_that_one_steps_through_the_windows_of_training(qtbot: QtBot, window: MainWindow, caser: Run) -> None:
    page = shown(qtbot, window, caser, "u4")
    followed = page.followed
    assert followed is not None
    # 9 items, the last two held out: 7 - T windows, then validation, test, and what comes next
    assert len(followed.windows) == 7 - TARGETS + 3
    assert "test part" in page.timeline_card.where.text()
    QTest.keyClick(page.strip, Qt.Key.Key_Home)
    assert page.strip.at == 0
    assert "part of training" in page.timeline_card.where.text()
    assert (page.strip.window_.inputs == -1).sum() == LENGTH - 1  # type: ignore[union-attr]
    assert [page.strip.chip(slot).below for slot in range(LENGTH - 1)] == ["padding"] * (LENGTH - 1)
    assert len(page.editor.items) == 1
    for _ in range(2):
        QTest.keyClick(page.strip, Qt.Key.Key_Right)
    page.timeline_card.next.click()
    page.timeline_card.previous.click()
    assert page.strip.at == 2
    settled(qtbot, page)
    assert page.looked is not None
    assert page.looked.at == 2
    QTest.keyClick(page.strip, Qt.Key.Key_End)
    settled(qtbot, page)
    assert page.looked.window.part == "next"
    assert "not known" in page.ranked.words.whole
    page.timeline_card.test.click()
    settled(qtbot, page)
    assert page.looked.window.part == "test"


def test_that_the_bracket_is_dragged(qtbot: QtBot, window: MainWindow, caser: Run) -> None:
    page = shown(qtbot, window, caser, "u4")
    page.go_to(3)
    strip = page.strip

    def middle(slot: int) -> QPoint:
        return strip.area(slot).center().toPoint()

    first = LENGTH - 1 + int(strip.window_.inputs[-1])  # type: ignore[union-attr]
    start, pitch = middle(first), strip.pitch
    QTest.mousePress(strip.viewport(), Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(strip.viewport(), start + QPoint(pitch, 0))
    assert strip.at == 4
    QTest.mouseMove(strip.viewport(), middle(first) - QPoint(pitch, 0))
    assert strip.at == 2
    QTest.mouseRelease(strip.viewport(), Qt.MouseButton.LeftButton, pos=middle(first))
    # a click beside the bracket makes that item the next one
    strip.horizontalScrollBar().setValue(0)
    QTest.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=middle(LENGTH - 1 + 5))
    assert strip.at in (2, 4)


def test_that_the_test_rank_is_that_of_the_run_and_a_point_leads_to_its_window(
    qtbot: QtBot, window: MainWindow, caser: Run
) -> None:
    page = shown(qtbot, window, caser, "u4")
    evaluation = caser.evaluation("test")
    assert evaluation is not None
    row = caser.interactions.users.row("u4")
    expected = evaluation.ranks[evaluation.users == row][0]
    assert page.plot.ranks[-2] == expected
    assert np.isnan(page.plot.ranks[-1])
    assert f"at {int(expected):,} of" in page.ranked.words.whole
    marked = [page.ranked.model.columns[1].value(row) for row in page.ranked.model.marked]
    assert len(marked) == 1
    assert "came next" in marked[0]
    view = page.plot.getPlotItem().getViewBox()
    place = view.mapViewToScene(view.mapToView(view.rect().center()))
    target = view.mapViewToScene(place.__class__(3.0, float(np.log10(page.plot.ranks[2]))))
    assert page.plot.nearest(target) == 2
    page.plot.chosen.emit(2)
    assert page.strip.at == 2


def test_that_filters_are_drawn_and_cover_items(qtbot: QtBot, window: MainWindow, caser: Run) -> None:
    page = shown(qtbot, window, caser, "u4")
    heat = page.filters.horizontal
    assert [block.values.shape for block in heat.blocks] == [(3, LENGTH - at) for at in range(LENGTH)]
    assert page.filters.vertical.blocks[0].values.shape == (2, LENGTH)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down):
        QTest.keyClick(heat, key)
    assert heat.cell == (0, 1, 1)
    assert page.editor._covered == range(1, 2)
    for _ in range(3):
        QTest.keyClick(heat, Qt.Key.Key_Right)
    assert heat.cell == (1, 1, 0)
    assert page.editor._covered == range(0, 2)
    value = heat.blocks[1].values[1, 0]
    assert "Height 2, filter 2, t−4 to t−3" in page.filters.words.whole
    assert ("wins" in page.filters.words.whole) == (heat.blocks[1].outlined[1] == 0 and value > 0)  # type: ignore[index]
    point = heat._rectangle((2, 0, 1)).center()
    assert heat.cell_at(point) == (2, 0, 1)


def test_that_an_edited_window_ranks_again_and_tells_what_moved(qtbot: QtBot, window: MainWindow, caser: Run) -> None:
    page = shown(qtbot, window, caser, "u4")
    QAbstractItemModelTester(page.ranked.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    editor, original = page.editor, list(page.editor.items)
    assert not page.window_card.reset.isEnabled()
    QTest.keyClick(editor, Qt.Key.Key_Left)
    QTest.keyClick(editor, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    assert editor.items == [original[0], original[1], original[3], original[2]]
    QTest.keyClick(editor, Qt.Key.Key_Delete)
    assert editor.items == [original[0], original[1], original[2]]
    settled(qtbot, page)
    looked = page.looked
    assert looked is not None
    assert looked.edited
    assert looked.inputs.tolist() == editor.items
    columns = {column.title: column for column in page.ranked.model.columns}
    before, after = looked.before, looked.prediction
    for row, item in enumerate(after.items):
        up = int(before.every[item]) - int(after.places[row])
        words = "=" if up == 0 else f"▲ {up}" if up > 0 else f"▼ {-up}"
        assert columns["Moved"].text(row) == words
    page.window_card.reset.click()
    settled(qtbot, page)
    assert editor.items == original
    assert not page.looked.edited
    assert "Moved" not in [column.title for column in page.ranked.model.columns]


def test_that_an_item_is_dragged_and_a_full_window_lets_the_oldest_go(
    qtbot: QtBot, window: MainWindow, caser: Run
) -> None:
    page = shown(qtbot, window, caser, "u4")
    editor, original = page.editor, list(page.editor.items)
    places = [editor.area(slot).center().toPoint() for slot in range(LENGTH)]
    QTest.mousePress(editor.viewport(), Qt.MouseButton.LeftButton, pos=places[0])
    QTest.mouseMove(editor.viewport(), places[2])
    QTest.mouseRelease(editor.viewport(), Qt.MouseButton.LeftButton, pos=places[2])
    assert editor.items == [original[1], original[2], original[0], original[3]]
    editor.reset()
    page.ranked.table.choose(0)
    best = int(page.looked.prediction.items[0])  # type: ignore[union-attr]
    page.ranked.table.opened.emit(0)
    assert editor.items == [*original[1:], best]


def test_that_an_item_is_found_by_its_title_and_inserted(qtbot: QtBot, window: MainWindow, caser: Run) -> None:
    page = shown(qtbot, window, caser, "u4")
    finder = page.finder
    QTest.keyClicks(finder, "EMOJI")
    QTest.keyClick(finder, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(finder.rows) == 4, timeout=30_000)
    assert all("emoji" in text for text in finder.offered())
    # the four share a title and are told apart by their ids
    assert len(set(finder.offered())) == 4
    wanted = finder.rows[0]
    QTest.keyClick(finder, Qt.Key.Key_Return)
    assert wanted in page.editor.items
    qtbot.waitUntil(lambda: finder.text() == "", timeout=5_000)


def test_that_hostile_titles_and_short_users_are_shown(qtbot: QtBot, window: MainWindow, caser: Run) -> None:
    page = shown(qtbot, window, caser, "<b>short</b>")
    assert "<b>short</b>" in page.timeline_card.title.text()
    followed = page.followed
    assert followed is not None
    # one item in training: no window is drawn, the three that rank remain
    assert [followed.windows.window(at).part for at in range(len(followed.windows))] == ["validation", "test", "next"]
    texts = [page.strip.words(slot) for slot in range(page.strip.count())]
    assert any(text.startswith("<h1>Huge") for text in texts)
    assert all(len(text) < 400 for text in texts)
    window.theme.choose("dark")
    page.grab()
    window.theme.choose("light")


def test_that_models_without_windows_show_the_timeline_and_what_they_can(
    qtbot: QtBot, window: MainWindow, data: Opened, tmp_path: Path
) -> None:
    page = shown(qtbot, window, run_of(data, tmp_path, "mf", factors=4), "u4")
    assert not page.window_card.isVisible()
    assert page.whole_card.isVisible()
    assert "fitted" in page.whole_words.text()
    assert len(page.strip.window_.inputs) == 8  # type: ignore[union-attr]
    assert (~np.isnan(page.plot.ranks)).sum() == 8
    assert page.ranked.model.rowCount() > 0


def test_that_a_model_that_reads_nothing_offers_a_caser_plan(
    qtbot: QtBot, window: MainWindow, data: Opened, caser: Run, tmp_path: Path
) -> None:
    page = shown(qtbot, window, caser, "u4")
    window.session.choose_run(run_of(data, tmp_path, "popularity"))
    qtbot.waitUntil(lambda: page.below.currentWidget() is page.cannot and page.followed is not None, timeout=30_000)
    assert page.strip.count() > 9
    page.cannot.button.click()
    assert window.current == "train"


def test_that_a_caser_run_of_the_workspace_is_offered_in_place_of_a_plan(
    qtbot: QtBot, window: MainWindow, data: Opened, caser: Run, tmp_path: Path
) -> None:
    window.session.choose_run(run_of(data, tmp_path, "popularity"))
    shutil.copytree(caser.folder.path, window.session.workspace.runs_folder / caser.folder.path.name)
    window.go("sequences")
    page = window.page("sequences")
    assert isinstance(page, SequencesPage)
    qtbot.waitUntil(lambda: page.cannot.button.text() == "Choose a Caser run", timeout=60_000)
    menu = page.caser_runs.menu()
    assert [each.text() for each in menu.actions() if each.text()][-1] == "Plan another"
    menu.actions()[0].trigger()
    qtbot.waitUntil(lambda: window.session.run is not None and window.session.run.plan.model.name == "caser")
    qtbot.waitUntil(lambda: page.below.currentWidget() is not page.cannot and not page.busy, timeout=60_000)
    menu.deleteLater()


def test_that_an_unknown_user_is_told(qtbot: QtBot, window: MainWindow, caser: Run) -> None:
    page = shown(qtbot, window, caser, "u4")
    page.timeline_card.user.setText("nobody")
    page.timeline_card.user.returnPressed.emit()
    assert window.message_bar.message is not None
    assert "nobody" in window.message_bar.message.text
    page.timeline_card.user.setText("u7")
    page.timeline_card.user.returnPressed.emit()
    qtbot.waitUntil(lambda: "u7" in page.timeline_card.title.text(), timeout=30_000)
    assert window.session.user == "u7"


def test_that_words_beside_a_title_do_not_push_the_page_out_of_a_small_window(
    qtbot: QtBot, window: MainWindow, caser: Run
) -> None:
    page = shown(qtbot, window, caser, "u4")
    narrow = page.minimumSizeHint().width()
    for words in (page.ranked.words, page.filters.words, page.plot_words):
        words.show_text("a long story " * 30)
    window.resize(1024, 700)
    qtbot.wait(50)
    assert page.minimumSizeHint().width() == narrow <= 930
    assert page.ranked.words.text().endswith("…")
    assert "a long story" in page.ranked.words.toolTip()
