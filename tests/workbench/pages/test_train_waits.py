"""A run that cannot be saved waits, the window says so, and the button tries again."""

from __future__ import annotations

import errno
import os
import threading

import pytest
from pytestqt.qtbot import QtBot

from workbench.main_window import MainWindow
from workbench.pages.train.page import TrainPage
from workbench.session import Opened


def test_that_a_full_disk_is_told_and_the_run_goes_on(
    qtbot: QtBot, window: MainWindow, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.runs.recording.TRY_AGAIN", 60.0)
    window.session.open(opened)
    window.go("train")
    train = window.page("train")
    assert isinstance(train, TrainPage)
    full = {"now": True}
    real = os.replace

    def replace(source: str, target: str) -> None:
        if full["now"] and str(target).endswith(".safetensors"):
            raise OSError(errno.ENOSPC, "No space left on device")
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    train.form.give({"model": {"name": "mf"}, "training": {"epochs": 3}, "evaluation": {"bootstrap": 0}})
    train.form.start.click()

    def waits() -> bool:
        message = window.message_bar.message
        return message is not None and "No space left" in message.text

    qtbot.waitUntil(waits, timeout=60_000)
    job = window.jobs.long
    assert job is not None
    assert "paused" in job.progress.text
    message = window.message_bar.message
    assert message is not None
    assert message.remedy is not None
    assert message.remedy.label == "Try again"
    # still full: what came of the attempt is told, with the button again
    window.message_bar.remedy.click()
    assert window.message_bar.message is None
    qtbot.waitUntil(waits, timeout=60_000)
    full["now"] = False
    window.message_bar.remedy.click()
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=60_000)
    assert job.end is not None
    assert job.end.error is None


def test_that_earlier_runs_are_not_kept_without_end(qtbot: QtBot, window: MainWindow, opened: Opened) -> None:
    from workbench.pages.train.overlay import MOST_EARLIER
    from workbench.trace import Trace

    window.session.open(opened)
    window.go("train")
    train = window.page("train")
    assert isinstance(train, TrainPage)
    traces = [Trace(f"run {number}", window.context.workspace.new_path(), 0) for number in range(MOST_EARLIER + 5)]
    for trace in traces:
        train.live.add_earlier(trace)
    assert train.live.earlier == traces[5:]


def test_that_a_run_that_is_stopped_among_its_baselines_keeps_nothing_and_says_so(
    qtbot: QtBot, window: MainWindow, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = threading.Event()

    def two_when_asked_to_stop(scorer: object) -> int:
        assert asked.wait(60)
        return 2

    # the control is read at each block: the first one waits until the run was told to stop
    monkeypatch.setattr("core.evaluation.users_at_once", two_when_asked_to_stop)
    window.session.open(opened)
    window.go("train")
    train = window.page("train")
    assert isinstance(train, TrainPage)
    train.form.give({"model": {"name": "mf"}, "training": {"epochs": 3, "report_every": 0}})
    train.form.start.click()
    assert window.jobs.long is not None
    window.job_bar.stop.click()
    asked.set()
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=60_000)
    assert window.message_bar.message is not None
    assert "nothing was trained" in window.message_bar.message.text
    assert not list(window.context.workspace.runs())
