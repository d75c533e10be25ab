"""Random hands on a window that trains on hostile data: nothing is raised, Qt warns of nothing, all ends cleanly."""

from __future__ import annotations

import json
import random
import socket
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QVBoxLayout
from pytestqt.qtbot import QtBot

from workbench.__main__ import main
from workbench.main_window import MainWindow
from workbench.pages import PAGES
from workbench.pages.train.page import TrainPage
from workbench.proving.hands import Hands
from workbench.proving.living import hostile_data, refused
from workbench.proving.witness import Witness

EVENTS = 200


@pytest.fixture
def witness(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> Witness:
    """Sees what leaves a slot; no dialog of the system is opened, nothing is downloaded."""
    found = Witness(window)
    monkeypatch.setattr(sys, "excepthook", found.take)
    for name in ("getOpenFileName", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *args, **named: ("", ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *args, **named: "")
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda *args: True)
    monkeypatch.setattr(socket.socket, "connect", refused)
    return found


@pytest.mark.qt_no_exception_capture
@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 8))])
def test_that_random_hands_break_nothing(
    qtbot: QtBot, window: MainWindow, witness: Witness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    window.session.open(hostile_data(tmp_path, random.Random(seed)))
    window.go("train")
    train = window.page("train")
    assert isinstance(train, TrainPage)

    def begin() -> None:
        train.form.give({"model": {"name": "mf"}, "training": {"epochs": 5}, "evaluation": {"bootstrap": 10}})
        train.form.start.click()

    begin()
    hands = Hands(window, seed, EVENTS if seed == 1 else 10 * EVENTS, [begin, window.jobs.stop_all])
    witness.acts = hands.acts
    with qtbot.waitSignal(hands.finished, timeout=600_000):
        hands.begin()
    window.jobs.stop_all()
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=60_000)
    window.theme.choose("light")
    assert not witness.seen, "\n".join(witness.seen)
    assert hands.done == hands.total
    assert window.isVisible()
    assert QApplication.activeModalWidget() is None


@pytest.mark.qt_no_exception_capture
def test_that_the_witness_hears_what_leaves_a_slot(qtbot: QtBot, window: MainWindow, witness: Witness) -> None:
    def broken() -> None:
        raise ZeroDivisionError("seen by nobody")

    hands = Hands(window, 1, 20, [broken])
    QTimer.singleShot(0, broken)
    with qtbot.waitSignal(hands.finished, timeout=60_000):
        hands.begin()
    assert any("seen by nobody" in each for each in witness.seen)


def test_that_no_page_shows_a_window_of_its_own(
    qtbot: QtBot, window: MainWindow, witness: Witness, tmp_path: Path
) -> None:
    window.session.open(hostile_data(tmp_path, random.Random(1)))
    for key in PAGES:
        window.go(key)
        qtbot.waitUntil(lambda key=key: window.page(key) is not None and not window.jobs.running, timeout=60_000)  # type: ignore[misc]
    assert witness.seen == []
    QLabel("nobody's").show()
    assert any("is a window" in each for each in witness.seen)


def test_that_hands_go_on_in_a_dialog_and_leave_it(qtbot: QtBot, window: MainWindow, witness: Witness) -> None:
    left: list[int] = []

    class Stubborn(QDialog):
        """Neither Escape nor Return closes it."""

        def __init__(self) -> None:
            super().__init__(window)
            QVBoxLayout(self).addWidget(QLabel("stay"))

        def keyPressEvent(self, event: object) -> None:  # noqa: N802
            """Hear no key."""

    def stay() -> None:
        dialog = Stubborn()
        left.append(dialog.exec())
        dialog.deleteLater()

    hands = Hands(window, 3, 90)
    QTimer.singleShot(0, stay)
    with qtbot.waitSignal(hands.finished, timeout=60_000):
        hands.begin()
    assert left == [QDialog.DialogCode.Rejected]
    assert hands.done == 90


@pytest.mark.long
def test_that_the_command_proves_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prove", "monkey", "--events", "4000", "--quick", "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (result["event"], result["events"], result["crashes"], result["exceptions"]) == ("result", 4000, 0, 0)
