"""Kernels are compiled in another process: shown while it lasts, waited for, and stopped with the window."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from core import compiling
from core.compiling import place
from core.compiling.place import Place
from core.first_use import WORDS, compiling_begins
from core.kernels import keeping
from core.training.plan import make_plan
from workbench import preparation as preparing_window
from workbench.jobs import preparing as module
from workbench.jobs.awaiting import PREPARATION, KernelsAdvanced, Preparation
from workbench.jobs.job import Cancelled, Job, JobControl, Progress
from workbench.jobs.preparing import Prepared, follow_preparing, preparing
from workbench.jobs.training import Follower, be_ready
from workbench.main_window import MainWindow

SPEAKS = [sys.executable, "-c", "print('0 2'); print('reading: odd'); print('1 2'); print('2 2')"]
HANGS = [sys.executable, "-c", "import time; print('0 2', flush=True); time.sleep(600)"]


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Place:
    """A machine on which nothing was compiled."""
    found = Place(tmp_path / "cache", tmp_path / "cache" / "stamp", lasts=True)
    monkeypatch.setattr(place, "find_place", lambda: found)
    return found


def test_that_what_the_other_process_says_is_told_and_its_complaints_are_kept(empty: Place) -> None:
    told: list[Any] = []
    end = preparing(Preparation(), SPEAKS)(JobControl(), told.append)
    assert told == [KernelsAdvanced(0, 2), KernelsAdvanced(1, 2), KernelsAdvanced(2, 2)]
    assert end == Prepared(True, ("reading: odd",))


def test_that_nothing_is_started_where_all_is_compiled(empty: Place) -> None:
    empty.complete_now()
    told: list[Any] = []
    assert preparing(Preparation(), ["no such program"])(JobControl(), told.append) == Prepared(True)
    assert not told


def test_that_the_stamp_of_another_version_goes(empty: Place) -> None:
    empty.folder.mkdir()
    (empty.folder / f"{place.STAMP}-old").touch()
    assert not empty.complete
    empty.complete_now()
    assert empty.complete
    assert not (empty.folder / f"{place.STAMP}-old").exists()


def test_that_a_kernel_that_is_edited_changes_the_stamp(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = place.fingerprint()
    assert place.fingerprint() == before
    for package in (keeping, compiling):
        with monkeypatch.context() as edited:
            (tmp_path / "__init__.py").touch()
            edited.setattr(package, "__file__", str(tmp_path / "__init__.py"))
            assert place.fingerprint() != before
    assert place.fingerprint() == before


def test_that_stopping_ends_the_other_process_and_whoever_waits(empty: Place, qtbot: QtBot) -> None:
    preparation = Preparation()
    job = Job("Preparing", preparing(preparation, HANGS), follow_preparing)
    with qtbot.waitSignal(job.told):
        job.start()
    told: list[Any] = []
    waiting = threading.Thread(target=lambda: preparation.wait_for(["reading"], JobControl(), told.append))
    waiting.start()
    assert job.progress == Progress("first use on this machine: 0 of 2", 0.0)
    with qtbot.waitSignal(job.ended):
        job.stop()
    assert job.end is not None
    assert job.end.cancelled
    waiting.join(5)
    assert not waiting.is_alive()
    assert told == [KernelsAdvanced(0, 1)]


def test_that_work_waits_only_for_what_it_needs() -> None:
    preparation, told = Preparation(), list[Any]()
    preparation.wait_for(["caser"], JobControl(), told.append)
    preparation.advance(2)
    preparation.wait_for(["reading", "ranking"], JobControl(), told.append)
    assert not told
    control = JobControl()
    control.stop()
    with pytest.raises(Cancelled):
        preparation.wait_for(["factorisation"], control, told.append)


def test_that_a_job_says_that_it_compiles(qtbot: QtBot) -> None:
    job = Job("Training", lambda control, tell: compiling_begins())
    shown: list[str] = []
    job.changed.connect(lambda: shown.append(job.progress.text))
    with qtbot.waitSignal(job.ended):
        job.start()
    assert WORDS in shown


def test_that_the_window_shows_what_is_prepared_and_says_where_it_cannot_last(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = Place(tmp_path, tmp_path / "stamp", lasts=False)
    monkeypatch.setattr(place, "find_place", lambda: found)
    monkeypatch.setattr(module, "COMMAND", HANGS)
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=60_000)
    preparing_window.prepare_kernels(window.context)
    qtbot.waitUntil(lambda: window.job_bar.title.text() == module.TITLE, timeout=10_000)
    assert window.job_bar.text.text() == "first use on this machine: 0 of 2"
    window.job_bar.stop_job()
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=10_000)
    assert window.message_bar.message is None
    monkeypatch.setattr(module, "COMMAND", SPEAKS)
    preparing_window.prepare_kernels(window.context)
    qtbot.waitUntil(lambda: window.message_bar.message is not None, timeout=10_000)
    assert window.message_bar.message is not None
    assert window.message_bar.message.text == preparing_window.ANEW
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=10_000)


def test_that_training_waits_for_its_kernels_and_says_so(qtbot: QtBot) -> None:
    plan = make_plan({"model": {"name": "mf"}})
    job = Job("Training", lambda control, tell: be_ready(plan, control, tell), Follower())
    PREPARATION.advance(0)
    try:
        with qtbot.waitSignal(job.told):
            job.start()
        assert job.progress.text.startswith(f"{WORDS}, 0 of ")
        with qtbot.waitSignal(job.ended, timeout=30_000):
            PREPARATION.end()
    finally:
        PREPARATION.end()
    assert job.end is not None
    assert job.end.error is None
