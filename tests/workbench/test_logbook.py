"""The log says what went wrong where, and nothing that is the user's own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.errors import InputError
from workbench.excepthook import Catcher
from workbench.jobs.job import Job
from workbench.logbook import CRASHES, KEPT, LARGEST, NAME, Logbook
from workbench.main_window import MainWindow

CANARY = "canary-Blade-Runner-user-4711"


def test_that_an_exception_leaves_its_kind_and_place_and_none_of_its_words(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RANKSCOPE_CANARY", CANARY)
    log = Logbook(tmp_path / CANARY / "logs")
    window.log = log
    catcher = Catcher(window.tell, window, log)
    try:
        raise KeyError(f"{CANARY}\nsecond line")
    except KeyError as error:
        catcher.take(KeyError, error, error.__traceback__)

    def fails(control: object, tell: object) -> None:
        raise InputError("input.canary", f"{CANARY} is wrong", CANARY, CANARY, CANARY)

    def bug(control: object, tell: object) -> None:
        raise ZeroDivisionError(CANARY)

    for work in (fails, bug):
        window.jobs.start(Job(f"Reading {CANARY}", work))
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=60_000)
    text = log.path.read_text("ascii")
    assert "fault KeyError" in text
    assert "test_logbook.py:" in text
    assert "input.canary" in text
    assert "ZeroDivisionError at" in text
    assert CANARY not in text
    assert str(Path.home()) + os.sep not in text
    assert str(tmp_path) not in text


def test_that_line_ends_in_what_is_written_stay_in_one_line(tmp_path: Path) -> None:
    log = Logbook(tmp_path)
    log.write("one\r\n2026-01-01 00:00:00Z 1 forged", "\udc80😀" + "x" * 10_000)
    assert len(log.path.read_bytes().splitlines()) == 1
    assert len(log.latest()) == 1


def test_that_logs_turn_over_and_the_oldest_go(tmp_path: Path) -> None:
    log = Logbook(tmp_path)
    for _ in range(KEPT + 3):
        log.path.write_text("x" * LARGEST, "ascii")
        log.write("next")
    assert sorted(each.name for each in tmp_path.iterdir()) == [NAME, *(f"{NAME}.{each + 1}" for each in range(KEPT))]
    assert log.path.stat().st_size < 1000


def test_that_a_log_that_cannot_be_written_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "ascii")
    log = Logbook(tmp_path / "file")
    log.write("lost")
    log.watch_crashes()
    assert log.latest() == []


def test_that_a_crash_is_logged_at_the_next_start_without_paths(tmp_path: Path) -> None:
    crash = (
        "import sys, faulthandler; from pathlib import Path; from workbench.logbook import Logbook;"
        "Logbook(Path(sys.argv[1])).watch_crashes(); faulthandler._sigsegv()"
    )
    done = subprocess.run([sys.executable, "-c", crash, str(tmp_path)], check=False, capture_output=True)
    assert done.returncode != 0
    assert (tmp_path / CRASHES).stat().st_size
    log = Logbook(tmp_path)
    log.watch_crashes()
    log.close()
    text = log.path.read_text("ascii")
    assert "crash Fatal Python error" in text
    assert str(Path.home()) + os.sep not in text
