"""The live plots: one part an event, seldom, and within a share of the time."""

from __future__ import annotations

import dataclasses

import pytest

from core.training.events import RunStopped
from tests.workbench.test_trace import STARTED, done, steps
from workbench.main_window import MainWindow
from workbench.pages.train.live import PARTS, LivePanel
from workbench.pages.train.page import TrainPage
from workbench.session import Opened
from workbench.trace import Trace


@pytest.fixture
def live(window: MainWindow, opened: Opened) -> LivePanel:
    """The panel with all its plots in view, a run drawn, and its timers stopped."""
    window.session.open(opened)
    window.go("train")
    page = window.page("train")
    assert isinstance(page, TrainPage)
    page.live.show_trace(a_run("first"), None)
    page._show()
    page.live.plots.make_all()
    for timer in (page.live._timer, page.live._catching_up):
        timer.stop()
    page.live.draw_all()
    return page.live


def a_run(title: str) -> Trace:
    trace = Trace(title)
    trace.take([dataclasses.replace(STARTED, baseline={"ndcg@10": 0.1}), steps(1, 2, 0.9), done(1, 0.2, True)])
    return trace


def drawn_losses(live: LivePanel) -> int:
    return len(live.plots.loss._raw["own"][0])


def test_that_another_run_is_drawn_part_by_part_until_all_of_it_is_seen(live: LivePanel) -> None:
    before = drawn_losses(live)
    live.plots.loss._zoom()
    trace = a_run("second")
    trace.take([steps(2, 2, 0.7)])
    live.show_trace(trace, None)
    assert live._turns.never_drawn == list(PARTS)
    for count in range(1, len(PARTS) + 1):
        live._catch_up()
        assert len(live._turns.never_drawn) == len(PARTS) - count
    assert drawn_losses(live) == len(trace.loss) == before + 1
    assert not live.plots.loss._zoomed
    live._catch_up()
    assert not live._catching_up.isActive()


def test_that_a_part_is_drawn_seldom(live: LivePanel, monkeypatch: pytest.MonkeyPatch) -> None:
    before, trace = drawn_losses(live), live.trace
    assert trace is not None
    monkeypatch.setattr(live._pace, "allows", lambda: True)
    monkeypatch.setattr(live._turns, "_every", dict.fromkeys(PARTS, 3600.0))
    trace.take([steps(2, 2, 0.8)])
    for _ in PARTS:
        live._look()
    assert drawn_losses(live) == before
    monkeypatch.setattr(live._turns, "_every", dict.fromkeys(PARTS, 1e-9))
    for _ in PARTS:
        live._look()
    assert drawn_losses(live) == before + 1


def test_that_nothing_is_drawn_where_drawing_took_its_share_of_the_time(
    live: LivePanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, trace = drawn_losses(live), live.trace
    assert trace is not None
    monkeypatch.setattr(live._turns, "_every", dict.fromkeys(PARTS, 1e-9))
    trace.take([steps(2, 2, 0.8)])
    for allowed in (False, True):
        monkeypatch.setattr(live._pace, "allows", lambda allowed=allowed: allowed)
        for _ in PARTS:
            live._look()
        assert drawn_losses(live) == before + allowed


def test_that_the_last_of_a_run_is_drawn_however_much_was_drawn_before(
    live: LivePanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = live.trace
    assert trace is not None
    monkeypatch.setattr(live._pace, "allows", lambda: False)
    monkeypatch.setattr(live._turns, "_every", dict.fromkeys(PARTS, 3600.0))
    trace.take([steps(2, 2, 0.8), done(2, 0.3, True), RunStopped(2, 0)])
    for _ in PARTS:
        live._look()
    assert drawn_losses(live) == len(trace.loss)
    assert live.plots.speed._raw["0"][1][-1] == trace.speed.values[-1] / 1000
    assert live.plots.metrics.strips["lists"]._raw["ndcg@10 own"][1].tolist() == [0.2, 0.3]
    assert live.plots.ranks._raw["u1"][1].tolist() == [1, 2]
    assert live.log.toPlainText().splitlines()[-1].endswith("What was trained is kept")


def test_that_all_strips_show_the_same_epochs_when_their_axis_grows_within_one(
    live: LivePanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = live.trace
    assert trace is not None
    monkeypatch.setattr(live._pace, "allows", lambda: True)
    monkeypatch.setattr(live._turns, "_every", dict.fromkeys(PARTS, 1e-9))
    strip = live.plots.metrics.strips["lists"]
    before = strip.getPlotItem().getViewBox().viewRange()[0][1]
    trace.take([steps(2, 2, 0.8)])
    for _ in PARTS:
        live._look()
    assert strip.getPlotItem().getViewBox().viewRange()[0][1] > before + 0.5


def test_that_nothing_is_looked_for_while_the_page_is_not_seen(live: LivePanel, window: MainWindow) -> None:
    window.show()
    window.go("data")
    assert not live._timer.isActive()
    window.go("train")
    assert live._timer.isActive()


def test_that_a_run_without_score_differences_leaves_none_of_the_run_before(live: LivePanel) -> None:
    first = live.trace
    assert first is not None
    first.take([dataclasses.replace(steps(2, 2, 0.8), histogram=(1,) * 64)])
    live.draw_all()
    assert live.plots.difference._bars
    live.show_trace(a_run("second"), None)
    live.draw_all()
    assert not live.plots.difference._bars
