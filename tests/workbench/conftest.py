"""A window of its own for each test, offscreen; warnings of Qt, leaked widgets and leaked threads fail the test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ["QT_QPA_PLATFORM"] = "offscreen"
pytest.importorskip("PySide6.QtWidgets")

from PySide6.QtCore import QCoreApplication, QEvent, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.plan import DataPlan
from core.runs.workspace import Workspace
from core.splits import SPLITS
from core.training.plan import Choice
from workbench.jobs.importing import importing
from workbench.jobs.job import JobControl, Worker
from workbench.main_window import MainWindow
from workbench.session import Opened
from workbench.settings import Settings
from workbench.theme import Theme

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A warning that Qt logs is a failure; the offscreen platform's own remark is not ours."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.qt_log_level_fail("WARNING"))
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support"))


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    """One theme; a test that changes it puts it back."""
    return Theme(qapp, "light")


@pytest.fixture(autouse=True)
def no_leaks(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Threads have ended and windows are gone when the test is over."""
    workers: list[Worker] = []
    begin = Worker.start

    def start(self: Worker) -> None:
        workers.append(self)
        begin(self)

    monkeypatch.setattr(Worker, "start", start)
    before = set(map(id, QApplication.topLevelWidgets()))
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    running = [worker for worker in workers if worker.isRunning()]
    for worker in running:
        worker.wait(5000)
    assert not running, "a thread outlived the test"
    left = [each for each in QApplication.topLevelWidgets() if id(each) not in before]
    assert not left, f"widgets outlived the test: {left}"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings that nobody else has."""
    return Settings(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))


@pytest.fixture
def window(no_leaks: None, qtbot: QtBot, theme: Theme, settings: Settings, tmp_path: Path) -> Iterator[MainWindow]:
    """The main window, shown, with all libraries loaded."""
    made = MainWindow(theme, settings, Workspace(tmp_path / "workspace"))
    made.resize(1024, 700)
    made.show()
    # random hands may have left Ctrl or Shift down, and rows are chosen by what is held
    QTest.keyRelease(made, Qt.Key.Key_Control, Qt.KeyboardModifier.NoModifier)
    qtbot.waitUntil(lambda: "training" in made.warm, timeout=60_000)
    yield made
    made.jobs.stop_all()
    qtbot.waitUntil(lambda: not made.jobs.running, timeout=60_000)
    made.close()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def ratings(tmp_path: Path) -> Path:
    """A CSV of 40 users who each met 12 of 25 items, with ratings and times."""
    lines = ["user,item,rating,timestamp"]
    for user in range(40):
        lines += [
            f"u{user},i{(user + step * 2) % 25},{1 + step % 5},{1_000_000_000 + 1000 * step}" for step in range(12)
        ]
    path = tmp_path / "ratings.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.fixture
def opened(ratings: Path) -> Opened:
    """The CSV, read and divided."""
    choice = Choice("leave-last-out", SPLITS["leave-last-out"].settings())
    found = importing(DataPlan(source=str(ratings)), choice)(JobControl(), lambda event: None)
    assert isinstance(found, Opened)
    return found
