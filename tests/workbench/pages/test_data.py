from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from workbench.main_window import MainWindow
from workbench.pages.data.import_dialog import ImportDialog, columns_text
from workbench.pages.data.page import DataPage


def page_of(window: MainWindow) -> DataPage:
    page = window.page("data")
    assert isinstance(page, DataPage)
    return page


def dialog_of(qtbot: QtBot, window: MainWindow, path: Path) -> ImportDialog:
    page_of(window).take_files([str(path)])
    found = page_of(window).findChildren(ImportDialog)[-1]
    qtbot.waitUntil(lambda: bool(found.status.text()) and found.status.text() != "Looking at the file", timeout=30_000)
    return found


def test_that_a_click_opens_the_sample(qtbot: QtBot, window: MainWindow) -> None:
    page = page_of(window)
    page.welcome.sample.click()
    qtbot.waitUntil(lambda: page.overview is not None, timeout=60_000)
    assert page.overview is not None
    assert page.overview.cards["users"].value.text() == "671"
    assert page.overview.cards["interactions"].value.text() == "100,004"
    assert "MovieLens small" in window.data_chip.text()
    page.overview.users.search.setText("547")
    qtbot.waitUntil(lambda: page.overview.users.model.rowCount() == 1)  # type: ignore[union-attr]


def test_that_a_file_is_previewed_and_imported(qtbot: QtBot, window: MainWindow, ratings: Path) -> None:
    dialog = dialog_of(qtbot, window, ratings)
    assert dialog.import_.isEnabled()
    assert "480 rows" in dialog.status.text()
    assert dialog.model.columns[0].title == "user = user"
    dialog.import_.click()
    qtbot.waitUntil(lambda: window.session.opened is not None, timeout=30_000)
    assert window.session.opened is not None
    assert window.session.opened.summary.users == 40
    assert window.settings.recent() == [str(ratings)]


def test_that_roles_can_be_given_by_hand(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("a,b,c,d,e\n" + "\n".join(f"x,{n % 7},y,{n % 5},z{n}" for n in range(60)), "utf-8")
    dialog = dialog_of(qtbot, window, path)
    assert not dialog.import_.isEnabled()
    assert dialog.model.rowCount() == 60
    for role, column in (("user", "b"), ("item", "d")):
        combo = dialog.roles[role]
        combo.setCurrentIndex(combo.findData(column))
        combo.activated.emit(combo.currentIndex())
    qtbot.waitUntil(dialog.import_.isEnabled, timeout=30_000)
    plan = dialog.plan()
    assert plan.columns == "user=b,item=d"
    dialog.reject()


def test_that_rejected_rows_are_counted_before_the_import(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_text("user,item\n" + "\n".join(f"u{n % 9},i{n % 6}" for n in range(50)) + "\n,i1\nu2,\n", "utf-8")
    dialog = dialog_of(qtbot, window, path)
    assert "2 are not" in dialog.status.text()
    dialog.reject()


def test_that_a_file_that_is_no_data_is_explained(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(b"%PDF-1.7 something")
    dialog = dialog_of(qtbot, window, path)
    assert "PDF" in dialog.status.text()
    assert not dialog.import_.isEnabled()
    dialog.reject()


def test_that_another_split_is_made_without_reading_again(qtbot: QtBot, window: MainWindow, opened: object) -> None:
    window.session.open(opened)  # type: ignore[arg-type]
    page = page_of(window)
    assert page.overview is not None
    panel = page.overview.split
    assert not panel.divide.isEnabled()
    panel.kind.choose("random")
    panel.kind.chosen.emit("random")
    assert panel.divide.isEnabled()
    panel.divide.click()
    qtbot.waitUntil(lambda: window.session.opened.choice.name == "random", timeout=30_000)  # type: ignore[union-attr]
    assert window.session.opened.loaded is opened.loaded  # type: ignore[attr-defined,union-attr]


@pytest.mark.parametrize("columns", [{"user": "a, b", "item": 'x"y'}, {"delimiter": ",", "user": "1"}, {}])
def test_that_columns_survive_their_text(columns: dict[str, str]) -> None:
    from core.data.options import parse_columns

    assert parse_columns(columns_text(columns)) == columns
