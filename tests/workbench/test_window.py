from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.errors import InputError
from core.runs.workspace import Workspace
from core.training.plan import make_plan
from workbench.excepthook import Catcher
from workbench.jobs.job import Job
from workbench.main_window import MainWindow
from workbench.page import Message, Remedy, message_of
from workbench.pages import PAGES
from workbench.session import Opened
from workbench.settings import Settings
from workbench.theme import Theme

HOSTILE = "<img src=x onerror=1>\u202e\u0000 &amp; 😀" + "a" * 10_000


def test_that_every_page_shows_with_nothing_loaded(qtbot: QtBot, window: MainWindow) -> None:
    for number, key in enumerate(PAGES, 1):
        qtbot.keyClick(window, getattr(Qt.Key, f"Key_{number}"), Qt.KeyboardModifier.ControlModifier)
        assert window.current == key
        # a page is made when what it needs is loaded
        qtbot.waitUntil(lambda key=key: window.page(key) is not None, timeout=60_000)  # type: ignore[misc]
        page = window.page(key)
        assert page is not None
        assert page.isVisible()
        assert window.page_bar.buttons[key].isChecked()


def test_that_every_page_shows_with_data_in_both_themes(qtbot: QtBot, window: MainWindow, opened: Opened) -> None:
    window.session.open(opened)
    try:
        for key in PAGES:
            window.go(key)
            for choice in ("dark", "light"):
                window.theme.choose(choice)
                assert not window.grab().isNull()
    finally:
        window.theme.choose("light")


def test_that_the_page_and_the_size_are_kept_soon_whatever_becomes_of_the_window(
    qtbot: QtBot, window: MainWindow, settings: Settings
) -> None:
    window.go("guide")
    window.resize(900, 640)
    qtbot.waitUntil(lambda: settings.text("page") == "guide", timeout=10_000)
    assert settings.state("geometry") == window.saveGeometry()


def test_that_a_message_shows_text_as_it_is_and_copies_its_details(window: MainWindow) -> None:
    window.tell(message_of(InputError("input.test", HOSTILE), "the details"))
    assert window.message_bar.text.textFormat() is Qt.TextFormat.PlainText
    window.message_bar.copy.click()
    assert QGuiApplication.clipboard().text().startswith("input.test: ")
    assert "the details" in QGuiApplication.clipboard().text()


def test_that_a_remedy_is_done_and_the_message_goes(window: MainWindow) -> None:
    done: list[int] = []
    window.tell(Message("Something is missing.", "warning", Remedy("Mend it", lambda: done.append(1))))
    window.message_bar.remedy.click()
    assert done == [1]
    assert window.message_bar.isHidden()


def test_that_what_nobody_foresaw_is_told_in_the_bar(qtbot: QtBot, window: MainWindow) -> None:
    catcher = Catcher(window.tell, window)
    try:
        raise KeyError("surprise")
    except KeyError as error:
        catcher.take(KeyError, error, error.__traceback__)
    qtbot.waitUntil(lambda: window.message_bar.message is not None)
    assert window.message_bar.message is not None
    assert "surprise" in window.message_bar.message.details


def test_that_an_error_that_can_be_mended_is_one_sentence_in_the_terminal(
    qtbot: QtBot, window: MainWindow, capsys: pytest.CaptureFixture[str]
) -> None:
    error = InputError("save.nowhere", "the file cannot be written", "x.csv", "No such folder", "Choose another")
    Catcher(window.tell, window).take(InputError, error, None)
    qtbot.waitUntil(lambda: window.message_bar.message is not None)
    said = capsys.readouterr().err
    assert said.startswith("rankscope: x.csv: the file cannot be written.")
    assert said.count("\n") == 1


def test_that_page_and_geometry_come_back(qtbot: QtBot, window: MainWindow, settings: Settings, theme: Theme) -> None:
    window.go("train")
    window.resize(1000, 640)
    # what is read at the start would put the closing off
    qtbot.waitUntil(lambda: not window.jobs.running)
    window.close()
    again = MainWindow(theme, settings, Workspace(Path("unused")))
    qtbot.addWidget(again)
    assert again.current == "train"
    # the offscreen screen is narrower than the window
    assert again.height() == 640


def test_that_commands_can_be_found_by_their_words(qtbot: QtBot, window: MainWindow) -> None:
    from workbench.widgets.palette import CommandPalette

    palette = CommandPalette(window, window.commands())
    qtbot.keyClicks(palette.search, "train")
    assert palette.list.count() >= 1
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.current == "train")


def test_that_the_keys_of_the_job_menu_work_after_it_was_looked_at_while_nothing_ran(
    qtbot: QtBot, window: MainWindow
) -> None:
    menu = next(each.menu() for each in window.menuBar().actions() if each.text() == "&Job")
    pause, stop = menu.actions()
    menu.aboutToShow.emit()
    assert not pause.isEnabled()
    assert not stop.isEnabled()
    over = threading.Event()
    job = window.jobs.add(Job("Waiting", lambda control, tell: over.wait(60)))
    assert pause.isEnabled()
    qtbot.keyClick(window, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    assert job.stopping
    over.set()
    qtbot.waitUntil(lambda: not window.jobs.running)
    assert not stop.isEnabled()


@pytest.mark.parametrize(("answer", "left"), [("keep", 1), ("discard", 0)])
def test_that_closing_while_training_asks_and_ends_cleanly(
    qtbot: QtBot, window: MainWindow, opened: Opened, monkeypatch: pytest.MonkeyPatch, answer: str, left: int
) -> None:
    window.session.open(opened)
    window.go("train")
    page = window.page("train")
    page.start(make_plan({**outside(opened), "training": {"epochs": 100_000, "patience": 0}}))  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: len(list(window.context.workspace.runs())) == 1, timeout=60_000)
    monkeypatch.setattr(window.closing, "_ask", lambda: "cancel")
    assert not window.close()
    assert window.jobs.long is not None
    monkeypatch.setattr(window.closing, "_ask", lambda: answer)
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=60_000)
    assert len(list(window.context.workspace.runs())) == left


def outside(opened: Opened) -> dict[str, dict[str, object]]:
    return {"data": {"source": opened.plan.source}, "split": {"name": opened.choice.name}}


def test_that_what_a_page_is_for_ends_in_dots_where_there_is_no_room(window: MainWindow, opened: Opened) -> None:
    window.session.open(opened)
    window.session.pin("a user with a long name")
    subtitle = window.title_row.subtitle
    window.resize(1024 - subtitle.width() + 80, 700)
    QApplication.processEvents()
    assert subtitle.text().endswith("…")
    assert subtitle.fontMetrics().horizontalAdvance(subtitle.text()) <= subtitle.width()
    assert subtitle.toolTip()
