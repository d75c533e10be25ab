"""Train a model in the window, find it among the runs, look at a user."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from core.runs.trash import delete_run
from workbench.main_window import MainWindow
from workbench.pages.runs import RunsPage
from workbench.pages.train.page import TrainPage
from workbench.pages.users import UsersPage
from workbench.session import Opened


def trained(qtbot: QtBot, window: MainWindow, opened: Opened, *models: str) -> TrainPage:
    window.session.open(opened)
    window.go("train")
    page = window.page("train")
    assert isinstance(page, TrainPage)
    for model in models:
        page.form.give({"model": {"name": model}, "training": {"epochs": 3}, "evaluation": {"bootstrap": 20}})
        assert page.form.start.isEnabled()
        page.form.start.click()
    qtbot.waitUntil(lambda: not window.jobs.running and not window.jobs.queue, timeout=120_000)
    return page


def test_that_a_run_is_drawn_logged_and_kept(qtbot: QtBot, window: MainWindow, opened: Opened) -> None:
    page = trained(qtbot, window, opened, "mf", "popularity")
    traces = page.live.earlier
    assert [len(trace.epochs) for trace in traces] == [3, 0]
    assert traces[0].started is not None
    assert "ndcg@10" in traces[0].started.baseline
    assert any("Epoch 3" in line for line in traces[0].log)
    assert window.message_bar.message is not None
    assert window.message_bar.message.kind == "good"
    assert len(list(window.context.workspace.runs())) == 2


def test_that_two_runs_are_compared_and_one_is_cloned(qtbot: QtBot, window: MainWindow, opened: Opened) -> None:
    page = trained(qtbot, window, opened, "mf", "gmf")
    window.go("runs")
    runs = window.page("runs")
    assert isinstance(runs, RunsPage)
    qtbot.waitUntil(lambda: runs.runs.rowCount() == 2, timeout=30_000)
    runs.table.selectAll()
    qtbot.waitUntil(lambda: "40 users in common" in runs.details.metrics.caption.text(), timeout=30_000)
    runs.table.selectRow(0)
    chosen = runs.chosen()[0].model
    runs.clone.click()
    assert window.current == "train"
    assert page.form.form.choices["model"].key == chosen


def test_that_a_run_that_went_meanwhile_is_told_and_not_shown(qtbot: QtBot, window: MainWindow, opened: Opened) -> None:
    trained(qtbot, window, opened, "popularity")
    message = window.message_bar.message
    assert message is not None
    assert message.remedy is not None
    (run,) = window.context.workspace.runs()
    delete_run(window.context.workspace, run)
    message.remedy.action()
    assert window.message_bar.message is not None
    assert window.message_bar.message.kind == "error"
    assert window.current == "train"


def test_that_a_user_is_ranked_and_the_held_out_item_is_marked(
    qtbot: QtBot, window: MainWindow, opened: Opened
) -> None:
    trained(qtbot, window, opened, "mf")
    window.message_bar.remedy.click()
    assert window.current == "users"
    users = window.page("users")
    assert isinstance(users, UsersPage)
    qtbot.waitUntil(lambda: users.view is not None, timeout=60_000)
    window.session.pin("u7")
    qtbot.waitUntil(lambda: users.view is not None and users.view.user == 7, timeout=30_000)
    view, found = users.view, users.found
    assert view is not None
    assert found is not None
    placing = view.placing
    assert placing.places[placing.held_out].tolist() == [found.ranks[7]]
    assert not placing.places[view.history].any()
    assert len(view.history) == 11
    assert users.ranked.rowCount() == placing.ranked == 25 - 11
    users.ranked_table.choose(0)
    qtbot.waitUntil(lambda: "speak" in users.reasons.text.text(), timeout=30_000)
    assert "u7" in window.title_row.user.text()


def test_that_stopping_keeps_what_was_trained(qtbot: QtBot, window: MainWindow, opened: Opened) -> None:
    window.session.open(opened)
    window.go("train")
    page = window.page("train")
    assert isinstance(page, TrainPage)
    page.form.give({"model": {"name": "gmf"}, "training": {"epochs": 100_000, "patience": 0}})
    page.form.start.click()
    qtbot.waitUntil(lambda: page.live.trace is not None and len(page.live.trace.epochs) >= 2, timeout=60_000)
    assert page.form.start.text() == "Add to the queue"
    window.job_bar.pause.click()
    assert window.job_bar.text.text() == "paused"
    window.job_bar.pause.click()
    window.job_bar.stop.click()
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=30_000)
    assert window.message_bar.message is not None
    assert "kept" in window.message_bar.message.text
    assert len(list(window.context.workspace.runs())) == 1
