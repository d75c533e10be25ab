"""Chosen runs of the Runs page: compared user by user, opened, gone on with."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from core.comparison import UserValues, paired
from core.insight.changed import user_pairs
from core.runs.entries import Entry
from tests.workbench.pages.test_runs import settled, shown
from tests.workbench.pages.test_train_to_users import trained
from workbench.jobs.job import Cancelled, JobControl
from workbench.jobs.run_details import Pairing, pairing
from workbench.main_window import MainWindow
from workbench.pages.runs.curves import baseline
from workbench.pages.runs.details import MOST, DetailsPanel
from workbench.pages.runs.metrics import MetricsPanel, note_lines
from workbench.pages.runs.users import UsersPanel
from workbench.pages.train.page import TrainPage
from workbench.session import Opened
from workbench.theme import Theme
from workbench.trace import Trace


def test_that_two_runs_are_compared_user_by_user_and_a_user_is_pinned(
    qtbot: QtBot, window: MainWindow, opened: Opened
) -> None:
    trained(qtbot, window, opened, "mf", "gmf")
    page = shown(qtbot, window, 2)
    details = page.details
    window.resize(1024, 700)
    page.table.selectRow(0)
    qtbot.waitUntil(lambda: details.metrics.figures.rowCount() > 3, timeout=30_000)
    qtbot.waitUntil(lambda: "popularity" in details.users.caption.text() or details.users.pairs is not None)
    page.table.selectAll()
    qtbot.waitUntil(lambda: "40 users in common" in details.metrics.caption.text(), timeout=60_000)
    assert details.metrics.figures.rowCount() == 3
    assert len(details.metrics.bars.strips[0].bars) == 2
    pairs = details.users.pairs
    assert pairs is not None
    assert len(pairs.users) == 40
    stopped = JobControl()
    stopped.stop()
    paths = [window.session.workspace.runs_folder / entry.folder for entry in page.chosen()]
    with pytest.raises(Cancelled):
        pairing(paths[0], paths[1])(stopped, lambda event: None)
    first, second = (detail.record for detail, _, _ in details.known())
    auc = [float(record.result["metrics"]["auc"]) for record in (first, second)]
    assert [pairs.first.mean(), pairs.second.mean()] == pytest.approx(auc)
    curves = details.curves.plot._curves
    assert set(curves) == {entry.folder for entry in page.chosen()}
    bold = details.parameters.model.marked
    assert bold == set(range(len(bold)))
    assert "model: name" in [details.parameters.model.columns[0].text(row) for row in bold]
    model = details.users.gained if details.users.gained.rowCount() else details.users.lost
    table = details.users.gained_table if model is details.users.gained else details.users.lost_table
    details.tabs.setCurrentWidget(details.users)
    place = table.visualRect(model.index(0, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.session.user == model.columns[0].text(0)
    scatter = details.users.scatter
    pinned: list[int] = []
    scatter.picked.connect(pinned.append)
    point = scatter.getPlotItem().getViewBox().mapViewToScene
    here = scatter.mapFromScene(point(QPointF(pairs.first[7], pairs.second[7])))
    qtbot.mouseClick(scatter.viewport(), Qt.MouseButton.LeftButton, pos=here)
    assert len(pinned) == 1
    assert (pairs.first[pinned[0]], pairs.second[pinned[0]]) == pytest.approx(
        (pairs.first[7], pairs.second[7]), abs=0.05
    )
    details.users.metrics.setCurrentIndex(details.users.metrics.findData("rank"))
    details.users.metrics.activated.emit(0)
    assert details.users.pairs is not None
    assert details.users.pairs.first.min() >= 1
    assert page.open_first.text() == "Open as A and B"
    page.open_first.click()
    assert window.session.run is not None
    assert window.session.other is not None
    assert window.session.run.folder.path.name == page.chosen()[0].folder
    told = window.message_bar.message
    assert told is not None
    assert told.remedy is not None
    told.remedy.action()
    assert window.current == "users"


def test_that_what_makes_two_runs_hard_to_compare_is_said_beside_the_figures(
    qtbot: QtBot, theme: Theme, window: MainWindow
) -> None:
    values = [UserValues(("a", "b"), {"auc": np.array(each)}) for each in ([0.5, 0.7], [0.4, 0.9])]
    pairs = {"auc": user_pairs(values[0], values[1], ("auc",))["auc"]}
    known = Pairing("x", "y", "test", (paired(*values, "auc"),), pairs, ("Only the first ranks met items",))
    metrics, users = MetricsPanel(theme), UsersPanel(theme, window.session)
    for panel in (metrics, users):
        qtbot.addWidget(panel)
    metrics.show_pairings([known], {"x": "One", "y": "Two"})
    assert "Only the first ranks met items" in metrics.caption.text()
    users.show_pairing(known, "One", "Two")
    assert "Only the first ranks met items" in users.caption.text()


def test_that_what_is_true_of_one_of_several_comparisons_is_said_of_it_alone() -> None:
    met, apart = "Only the second ranks met items", "The runs were made from different data"
    pairings = [
        Pairing("x", "y", "test", (), {}, (apart,)),
        Pairing("x", "z", "test", (), {}, (apart, met)),
    ]
    assert note_lines(pairings, {"x": "One", "y": "Two", "z": "Three"}) == [
        "The runs were made from different data.",
        "Three: only the second ranks met items.",
    ]
    assert note_lines(pairings[1:], {"z": "Three"})[1] == "Only the second ranks met items."


@pytest.mark.parametrize("width", [300, 1200])
def test_that_the_names_of_compared_runs_keep_their_room_and_take_what_is_left(
    qtbot: QtBot, theme: Theme, width: int
) -> None:
    values = [UserValues(("a", "b"), {"ndcg@10": np.array(each)}) for each in ([0.5, 0.7], [0.4, 0.9])]
    several = [Pairing("x", each, "test", (paired(*values, "ndcg@10"),), {}) for each in "yz"]
    metrics = MetricsPanel(theme)
    qtbot.addWidget(metrics)
    metrics.show_pairings(several, {"x": "One", "y": "Two", "z": "Three"})
    metrics.table.setParent(None)
    qtbot.addWidget(metrics.table)
    metrics.table.resize(width, 200)
    metrics.table.show()
    against = metrics.table.columnWidth(1)
    assert against == 120 if width == 300 else against > 400
    metrics.table.resize(300, 200)
    assert metrics.table.columnWidth(1) == 120
    metrics.table.resize(1200, 200)
    assert metrics.table.columnWidth(1) > 400


def test_that_popularity_of_other_data_is_no_line_for_all() -> None:
    def trace(*reached: float) -> Trace:
        return cast(Trace, SimpleNamespace(started=SimpleNamespace(baseline={"auc": reached[0]}) if reached else None))

    assert baseline([trace(0.5), trace(), trace(0.5)], "auc") == 0.5
    assert baseline([trace(0.5), trace(0.6)], "auc") is None
    assert baseline([], "auc") is None


def test_that_more_runs_than_can_be_shown_are_told(qtbot: QtBot, window: MainWindow) -> None:
    panel = DetailsPanel(window.context)
    qtbot.addWidget(panel)
    blank = Entry._make([""] * len(Entry._fields))
    runs = [blank._replace(folder=f"run{at}", state="completed", number=at) for at in range(MOST + 1)]
    panel.show_runs(runs[:MOST])
    assert panel.left_out.isHidden()
    panel.show_runs(runs)
    assert not panel.left_out.isHidden()
    assert "9 runs are chosen; the first 8" in panel.left_out.text()


def test_that_a_stopped_run_is_gone_on_with(qtbot: QtBot, window: MainWindow, opened: Opened) -> None:
    window.session.open(opened)
    window.go("train")
    train = window.page("train")
    assert isinstance(train, TrainPage)
    plan = {"model": {"name": "gmf"}, "training": {"epochs": 500, "patience": 0}, "evaluation": {"bootstrap": 20}}
    train.form.give(plan)
    train.form.start.click()
    qtbot.waitUntil(lambda: train.live.trace is not None and len(train.live.trace.epochs) >= 2, timeout=60_000)
    window.job_bar.stop.click()
    settled(qtbot, window)
    page = shown(qtbot, window, 1)
    (entry,) = page.chosen()
    assert (entry.state, page.go_on.text(), page.go_on.isEnabled()) == ("stopped", "Continue", True)
    page.go_on.click()
    assert window.current == "train"
    qtbot.waitUntil(lambda: bool(window.jobs.long) and len(train.live.trace.epochs) > entry.epoch, timeout=60_000)
    window.job_bar.stop.click()
    settled(qtbot, window)
    page = shown(qtbot, window, 1)
    assert page.runs.entries[0].epoch > entry.epoch


def test_that_a_completed_run_is_trained_longer_where_that_equals_a_longer_run(
    qtbot: QtBot, window: MainWindow, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    train = trained(qtbot, window, opened, "gmf", "mf")
    page = shown(qtbot, window, 2)
    answers: list[int | None] = [None, 5, 7]
    monkeypatch.setattr(page.opening, "ask_epochs", lambda entry: answers.pop(0))
    page.list.choose([each.folder for each in page.runs.entries if each.model == "gmf"])
    assert page.go_on.text() == "Train longer…"
    page.go_on.click()
    assert window.current == "runs"
    page.go_on.click()
    assert window.current == "train"
    settled(qtbot, window)
    page = shown(qtbot, window, 2)
    assert {each.model: each.epoch for each in page.runs.entries} == {"gmf": 5, "mf": 3}
    page.list.choose([each.folder for each in page.runs.entries if each.model == "mf"])
    page.go_on.click()
    # the schedule of its learning rate ends with its epochs: another end, so its plan is offered
    assert window.current == "train"
    assert window.message_bar.message is not None
    assert "learning rate" in window.message_bar.message.text
    assert train.form.form.values()["training"]["epochs"] == "7"


def test_that_deleting_an_open_run_lets_it_go(qtbot: QtBot, window: MainWindow, opened: Opened) -> None:
    trained(qtbot, window, opened, "popularity")
    page = shown(qtbot, window, 1)
    page.table.selectRow(0)
    page.open_first.click()
    assert window.session.run is not None
    page.remove.click()
    qtbot.waitUntil(lambda: window.session.run is None, timeout=30_000)
    settled(qtbot, window)
