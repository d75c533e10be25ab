"""The words on throughput suit what is beside them: a plot where there is room, else nothing."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from workbench.main_window import MainWindow
from workbench.pages.train.live import TALL
from workbench.pages.train.page import TrainPage
from workbench.session import Opened


def test_that_a_caption_does_not_outlive_its_plot(qtbot: QtBot, window: MainWindow, opened: Opened) -> None:
    window.resize(1400, 1200)
    window.show()
    window.session.open(opened)
    window.go("train")
    train = window.page("train")
    assert isinstance(train, TrainPage)
    train.form.give({"model": {"name": "mf"}, "training": {"epochs": 2}, "evaluation": {"bootstrap": 0}})
    train.form.start.click()
    live = train.live
    qtbot.waitUntil(lambda: "Thousand" in live.speed_words.text() and "now" in live.speed_words.text(), timeout=60_000)
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=60_000)
    assert live.height() >= TALL
    # as when a message takes its place
    live.setMaximumHeight(TALL - 10)
    qtbot.waitUntil(lambda: "Thousand" not in live.speed_words.text(), timeout=10_000)
    assert "/s" in live.speed_words.text()
    assert not live.plots.speed.isVisible()
    live.setMaximumHeight(5000)
    qtbot.waitUntil(lambda: "Thousand" in live.speed_words.text(), timeout=10_000)
