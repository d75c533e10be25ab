"""The frame: chips, palette over users, items and runs, the guide by F1, what comes back at the next start."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QSplitter
from pytestqt.qtbot import QtBot

from core.data.vocabulary import Vocabulary
from core.runs.workspace import Workspace
from workbench.jobs.finding import MOST, Hit, finding
from workbench.jobs.job import JobControl
from workbench.last_data import keep_data, last_data
from workbench.main_window import MainWindow
from workbench.page import Message
from workbench.pages import PAGES
from workbench.searching import PaletteSearch
from workbench.session import Opened
from workbench.settings import Settings
from workbench.theme import Theme
from workbench.widgets.chip import Chip
from workbench.widgets.palette import CommandPalette

HOSTILE = "<img src=x onerror=1>\u202e &amp; 😀" + "a" * 10_000


# --- chips and sidebar ------------------------------------------------------------------------------------------


def test_that_chips_share_the_narrow_window_and_keep_their_whole_name(window: MainWindow, opened: Opened) -> None:
    window.resize(1024, 700)
    window.session.open(opened)
    window.session.pin(HOSTILE)
    window.session.pin_item(HOSTILE)
    QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    assert window.width() <= 1024
    for chip in (window.title_row.data, window.title_row.user, window.title_row.item):
        assert chip.geometry().right() <= window.width()
    assert "…" in window.title_row.user.text()
    assert window.title_row.user.whole.startswith("user ")


def test_that_a_chip_cuts_what_does_not_fit(qtbot: QtBot) -> None:
    chip = Chip(lambda: None, "help")
    qtbot.addWidget(chip)
    chip.show_text("neumf & bpr, seed 3")
    chip.show()
    chip.resize(chip.sizeHint())
    assert chip.text() == "neumf && bpr, seed 3"
    chip.resize(70, 24)
    assert chip.text().endswith("…")
    assert chip.accessibleName() == "neumf & bpr, seed 3"


def test_that_all_pages_have_their_button_in_the_lowest_window(window: MainWindow) -> None:
    window.resize(1024, 560)
    QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    assert window.height() == 560
    places = [window.page_bar.buttons[key].geometry() for key in PAGES]
    assert all(first.bottom() < second.top() for first, second in itertools.pairwise(places))
    assert places[-1].bottom() <= window.page_bar.buttons["data"].parentWidget().height()


def test_that_a_key_opens_the_guide_at_the_page(window: MainWindow) -> None:
    window.go("data")
    (action,) = [each for each in window.findChildren(QAction) if each.text() == "About this &page"]
    assert {each.toString() for each in action.shortcuts()} == {"F1", "?"}
    action.trigger()
    assert window.session.topic == "page.data"
    assert window.current == "guide"


# --- palette ----------------------------------------------------------------------------------------------------


def test_that_users_items_and_runs_are_found_and_done(qtbot: QtBot, window: MainWindow, opened: Opened) -> None:
    window.session.open(opened)
    palette = CommandPalette(window, window.commands())
    PaletteSearch(window.context, palette)
    qtbot.keyClicks(palette.search, "u17")
    qtbot.waitUntil(lambda: any(entry.detail == "user" for entry in palette._shown), timeout=30_000)
    assert palette._shown[0].text == "u17"
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.session.user == "u17")
    assert window.current == "users"
    palette = CommandPalette(window, window.commands())
    PaletteSearch(window.context, palette)
    palette.search.setText("i2")
    qtbot.waitUntil(lambda: any(entry.detail == "item" for entry in palette._shown), timeout=30_000)
    row = next(at for at, entry in enumerate(palette._shown) if entry.text == "i2")
    palette.list.setCurrentRow(row)
    palette._do()
    qtbot.waitUntil(lambda: window.session.item == "i2")


def test_that_an_old_answer_does_not_replace_a_new_one(qtbot: QtBot, window: MainWindow, opened: Opened) -> None:
    palette = CommandPalette(window, {"Train\t": lambda: None})
    palette.search.setText("new")
    palette.show_found("old", [])
    assert palette.state.text() == "searching"
    palette.show_found("new", [])
    assert palette.state.text() == "nothing is called so"
    palette.reject()


def test_that_an_equal_id_comes_first_and_few_are_given(opened: Opened) -> None:
    interactions = opened.split.interactions
    found = finding(interactions, "u1")(JobControl(), lambda event: None)
    assert found[0] == Hit("user", "u1")
    assert sum(hit.kind == "user" for hit in found) == MOST
    assert finding(interactions, HOSTILE)(JobControl(), lambda event: None) == ()


def test_that_a_search_among_millions_stops_when_it_is_not_wanted_any_more(opened: Opened) -> None:
    import dataclasses

    many = Vocabulary(pa.array(np.arange(400_000).astype(str).tolist(), pa.large_string()))
    interactions = dataclasses.replace(opened.split.interactions, users=many)
    control = JobControl()
    control.stop()
    assert finding(interactions, "399999")(control, lambda event: None) == ()
    (hit,) = [each for each in finding(interactions, "399999")(JobControl(), lambda event: None) if each.kind == "user"]
    assert hit.id == "399999"
    assert "_rows" not in many.__dict__, "a search must not build the map of all ids"


# --- what comes back --------------------------------------------------------------------------------------------


def test_that_the_data_that_was_open_is_offered_again(
    qtbot: QtBot, window: MainWindow, opened: Opened, settings: Settings, theme: Theme, tmp_path: Path
) -> None:
    window.session.open(opened)
    again = MainWindow(theme, settings, Workspace(tmp_path / "other"))
    qtbot.addWidget(again)
    again.show()
    qtbot.waitUntil(lambda: again.message_bar.message is not None, timeout=30_000)
    message = again.message_bar.message
    assert isinstance(message, Message)
    assert message.remedy is not None
    assert again.session.opened is None
    message.remedy.action()
    qtbot.waitUntil(lambda: again.session.opened is not None and not again.jobs.running, timeout=60_000)
    assert again.session.opened is not None
    assert again.session.opened.plan == opened.plan
    again.close()


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"plan": {"source": "/nowhere"}}', '{"plan": 3, "split": 4}'])
def test_that_damaged_remarks_of_the_last_data_are_as_good_as_none(settings: Settings, text: str) -> None:
    settings.keep("last/data", text)
    assert last_data(settings) is None


def test_that_data_that_is_gone_is_not_offered(settings: Settings, opened: Opened) -> None:
    keep_data(settings, opened)
    assert last_data(settings) is not None
    Path(opened.plan.source).unlink()
    assert last_data(settings) is None


def test_that_turning_to_a_page_waits_for_no_disk(
    qtbot: QtBot, window: MainWindow, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    monkeypatch.setattr(Settings, "write", lambda self: written.append(self.text("page")))
    for key in ("users", "items", "data"):
        window.go(key)
        qtbot.waitUntil(lambda key=key: window.page(key) is not None)  # type: ignore[misc]
    # it is kept soon, and that writes in a thread
    qtbot.waitUntil(lambda: settings.text("page") == "data", timeout=10_000)
    assert written == []
    window.go("items")
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=60_000)
    window.close()
    assert written == ["items"]


def test_that_splitters_stand_where_they_were_left(
    qtbot: QtBot, window: MainWindow, settings: Settings, theme: Theme
) -> None:
    window.go("train")
    splitter = window.page("train").findChild(QSplitter, "train-halves")  # type: ignore[union-attr]
    assert isinstance(splitter, QSplitter)
    splitter.setSizes([400, 500])
    left = splitter.sizes()[0]
    window.close()
    again = MainWindow(theme, settings, Workspace(Path("unused")))
    qtbot.addWidget(again)
    again.resize(1024, 700)
    again.show()
    qtbot.waitUntil(lambda: again.page("train") is not None, timeout=60_000)
    found = again.page("train").findChild(QSplitter, "train-halves")  # type: ignore[union-attr]
    assert isinstance(found, QSplitter)
    assert found.sizes()[0] == left
    qtbot.waitUntil(lambda: not again.jobs.running, timeout=60_000)
    again.close()
