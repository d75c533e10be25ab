"""Hostile texts and random hands: the window stays up and shows texts as they are."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QFileDialog, QLabel, QMenu, QWidget
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
SEED = 20_240
HANDS = 500


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


def test_that_random_hands_break_nothing(
    qtbot: QtBot, window: MainWindow, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("getOpenFileName", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *args, **named: ("", ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *args, **named: "")
    monkeypatch.setattr(QDialog, "exec", lambda self: self.deleteLater())
    monkeypatch.setattr(window, "_show_workspace", lambda: None)
    monkeypatch.setattr(window, "_full_screen", lambda: None)
    monkeypatch.setattr(QMenu, "popup", lambda self, *args: self.deleteLater() if self.parent() else None)
    for action in window.findChildren(QAction):
        if action.text() in ("&Quit", "Show the &workspace folder", "&Full screen"):
            action.setEnabled(False)
    window.session.open(opened)
    hand = random.Random(SEED)
    keys = [
        Qt.Key.Key_Tab,
        Qt.Key.Key_Space,
        Qt.Key.Key_Down,
        Qt.Key.Key_Up,
        Qt.Key.Key_Return,
        Qt.Key.Key_A,
        Qt.Key.Key_9,
    ]
    for _ in range(HANDS):
        if hand.random() < 0.1:
            window.go(hand.choice(list(PAGES)))
        target = _target(hand, window)
        if hand.random() < 0.5:
            QTest.keyClick(target, hand.choice(keys))
        else:
            place = QPoint(hand.randrange(max(target.width(), 1)), hand.randrange(max(target.height(), 1)))
            QTest.mouseClick(target, Qt.MouseButton.LeftButton, pos=place)
        for combo in window.findChildren(QComboBox):
            combo.hidePopup()
        popup = QApplication.activePopupWidget()
        if popup is not None:
            popup.close()
        if window.jobs.long is not None:
            window.jobs.stop_all()
    window.theme.choose("light")
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=60_000)
    assert window.isVisible()


def _in_menu(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    return parent is not None and (isinstance(parent, QMenu) or _in_menu(parent))


def _target(hand: random.Random, window: MainWindow) -> QWidget:
    seen = [each for each in window.findChildren(QWidget) if each.isVisible() and each.isEnabled()]
    return hand.choice(seen)
