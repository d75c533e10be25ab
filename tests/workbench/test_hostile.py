"""Hostile texts: the window stays up and shows them as they are; see test_monkey for random hands on them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot

from core.data.plan import DataPlan
from core.splits import SPLITS
from core.training.plan import Choice
from workbench.jobs.importing import importing
from workbench.jobs.job import JobControl
from workbench.main_window import MainWindow
from workbench.pages import PAGES
from workbench.pages.train.page import TrainPage
from workbench.pages.users import UsersPage
from workbench.session import Opened

TITLES = (
    "<h1>Huge</h1><img src='file:///etc/passwd'>",
    "\u202eright to left\u202c שלום עולם",
    "😀👩‍👩‍👧‍👦 emoji",
    "=HYPERLINK(1)",
    "line\tone",
    "x" * 10_000,
    "{0} %s &amp; &File",
)


@pytest.fixture
def hostile(tmp_path: Path) -> Opened:
    """Thirty users and titles that nobody wants."""
    rows = ["user,item,timestamp"]
    for user in range(30):
        rows += [f"<b>u{user}</b>,i{(user + step) % 14},{1_000_000_000 + step}" for step in range(8)]
    (tmp_path / "views.csv").write_text("\n".join(rows) + "\n", "utf-8")
    titles = ["item,title"] + [f'i{at},"{TITLES[at % len(TITLES)]}"' for at in range(14)]
    (tmp_path / "titles.csv").write_text("\n".join(titles) + "\n", "utf-8")
    plan = DataPlan(source=str(tmp_path / "views.csv"), items=str(tmp_path / "titles.csv"))
    choice = Choice("leave-last-out", SPLITS["leave-last-out"].settings())
    found = importing(plan, choice)(JobControl(), lambda event: None)
    assert isinstance(found, Opened)
    return found


def test_that_hostile_titles_are_shown_as_they_are(qtbot: QtBot, window: MainWindow, hostile: Opened) -> None:
    window.session.open(hostile)
    window.go("train")
    train = window.page("train")
    assert isinstance(train, TrainPage)
    train.form.give({"model": {"name": "mf"}, "training": {"epochs": 2}, "evaluation": {"bootstrap": 0}})
    train.form.start.click()
    qtbot.waitUntil(lambda: not window.jobs.running and window.message_bar.message is not None, timeout=60_000)
    window.message_bar.remedy.click()
    users = window.page("users")
    assert isinstance(users, UsersPage)
    qtbot.waitUntil(lambda: users.view is not None, timeout=60_000)
    for row in range(users.ranked.rowCount()):
        users.ranked_table.choose(row)
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=30_000)
    for key in PAGES:
        window.go(key)
        assert not window.grab().isNull()
        assert window.width() == 1024
    # pyqtgraph's own menus, which are never shown, have labels of their own
    labels = [label for label in window.findChildren(QLabel) if label.text() and not _in_menu(label)]
    assert [label.text() for label in labels if label.textFormat() is not Qt.TextFormat.PlainText] == []


def _in_menu(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    return parent is not None and (isinstance(parent, QMenu) or _in_menu(parent))
