"""The Train page: choices that come back, the queue, the log, pinned users, a run that is gone on with."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from core.training.plan import make_plan, read_plan
from tests.workbench.test_trace import STARTED, done, steps
from workbench.main_window import MainWindow
from workbench.pages.train.live_plots import PLOTS
from workbench.pages.train.log_view import LogView
from workbench.pages.train.overlay import key_of
from workbench.pages.train.page import TrainPage
from workbench.session import Opened
from workbench.trace import Trace

HOSTILE = "<img src=x onerror=1>\u202e &amp; 😀" + "a" * 10_000


@pytest.fixture
def page(window: MainWindow, opened: Opened) -> TrainPage:
    window.session.open(opened)
    window.go("train")
    made = window.page("train")
    assert isinstance(made, TrainPage)
    return made


def endless(page: TrainPage, model: str = "gmf") -> None:
    """Start a run that ends when it is stopped."""
    page.form.give({"model": {"name": model}, "training": {"epochs": 100_000, "patience": 0}})
    page.form.start.click()


# --- the form ---------------------------------------------------------------------------------------------------


def test_that_the_cost_is_told_with_a_measured_time_and_the_batch_size_behind_auto(
    qtbot: QtBot, page: TrainPage
) -> None:
    page.form.give({"model": {"name": "neumf"}})
    qtbot.waitUntil(lambda: all(each in page.form.cost.text() for each in ("about", "1,600")), timeout=60_000)
    # 40 users with 12 events, the last two held out
    words = page.form.cost.text()
    assert "400 triples an epoch" in words
    assert "1,600 negatives" in words
    assert "13 steps of 32" in words
    assert "in memory" in words
    editor = page.form.form.forms["training"].fields["batch_size"].editor
    assert editor.edit.placeholderText() == "auto (32)"  # type: ignore[attr-defined]
    assert editor.value() == "0"
    assert page.form.form.plan is not None
    assert page.form.form.plan.training.batch_size == 0


def test_that_the_time_of_an_earlier_run_of_the_kind_is_told(qtbot: QtBot, page: TrainPage) -> None:
    page.form.give({"model": {"name": "mf"}, "training": {"epochs": 2}, "evaluation": {"bootstrap": 0}})
    page.form.start.click()
    qtbot.waitUntil(lambda: not page.context.jobs.running and len(page.live.earlier) == 1, timeout=60_000)
    plan, opened = page.form.form.plan, page.context.session.opened
    assert plan is not None
    assert opened is not None
    from workbench.pages.train.costs import remembered_seconds

    longer = make_plan({**page.form.form.values(), "training": {"epochs": 20}})
    two, twenty = (remembered_seconds(page.context.settings, each, opened) for each in (plan, longer))
    assert two is not None
    assert twenty == pytest.approx(10 * two)
    other = make_plan({**page.form.form.values(), "model": {"name": "mf", "factors": 8}})
    assert remembered_seconds(page.context.settings, other, opened) is None


def test_that_what_was_typed_comes_back_model_by_model(
    qtbot: QtBot, window: MainWindow, page: TrainPage, opened: Opened
) -> None:
    page.form.give({"model": {"name": "caser", "factors": 12}})
    page.form._settle()
    page.form.give({"model": {"name": "mf", "factors": 24}, "training": {"epochs": 7}})
    page.form._settle()
    page.live.smooth.setValue(40)
    again = TrainPage(window.context)
    qtbot.addWidget(again)
    assert again.form.form.choices["model"].key == "mf"
    plan = again.form.form.plan
    assert plan is not None
    assert (plan.model.settings.factors, plan.training.epochs) == (24, 7)
    assert again.live.smooth.value() == 40
    again.form.form.choices["model"].choose("caser")
    again.form.form.choices["model"].chosen.emit("caser")
    plan = again.form.form.plan
    assert plan is not None
    assert plan.model.settings.factors == 12


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"model": 3}', '{"model": {"name": "mf", "factors": "many"}}'])
def test_that_damaged_choices_are_as_good_as_none(qtbot: QtBot, window: MainWindow, text: str) -> None:
    window.settings.keep("train/model", "mf")
    window.settings.keep("train/plan/mf", text)
    window.settings.keep("speeds", text)
    made = TrainPage(window.context)
    qtbot.addWidget(made)
    assert made.form.form.choices["model"].key == "mf"


def test_that_question_marks_ask_for_what_is_chosen(page: TrainPage) -> None:
    form = page.form.form
    page.form.give({"model": {"name": "caser"}, "loss": {"name": "hinge"}, "training": {"stop_on": "hit@20"}})
    topics = [form.topic(section) for section in ("model", "loss", "sampler", "optimiser", "evaluation")]
    assert topics == ["model.caser", "loss.hinge", "sampler.uniform", "idea.decay", "metric.hit"]
    asked: list[str] = []
    form.asked.connect(asked.append)
    form._ask("loss")
    assert asked == ["loss.hinge"]


def test_that_a_preset_says_why_it_differs_and_a_plan_goes_to_a_file_and_back(page: TrainPage, tmp_path: Path) -> None:
    page.form.give({"model": {"name": "neumf"}})
    page.form.preset.setCurrentIndex(page.form.preset.findData("d2l"))
    page.form._take_preset()
    assert "logits" in page.form.note.text()
    assert not page.form.note.isHidden()
    plan = page.form.form.plan
    assert plan is not None
    assert (plan.model.settings.tower, plan.optimiser.weight_decay) == ((10, 10, 10), 0)
    path = tmp_path / "plan.toml"
    page.form.save_plan(str(path))
    assert make_plan(read_plan(path)) == plan
    page.form.give({"model": {"name": "mf"}})
    assert page.take_files([str(path)])
    assert page.form.form.plan == plan


# --- the queue --------------------------------------------------------------------------------------------------


def test_that_queued_runs_are_moved_changed_and_removed(qtbot: QtBot, page: TrainPage) -> None:
    endless(page)
    jobs, panel = page.context.jobs, page.live.queue
    for factors in (3, 5, 7):
        page.form.give({"model": {"name": "mf", "factors": factors}})
        page.form.start.click()
    assert panel.list.count() == 3
    assert "factors 3" in panel.list.item(0).text()
    panel.list.setCurrentRow(2)
    qtbot.keyClick(panel.list, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(panel.list, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    factors_of = [job.tag[0].model.settings.factors for job in jobs.queue]
    assert factors_of == [7, 3, 5]
    panel.list.setCurrentRow(1)
    panel.change.click()
    assert page.form.editing is jobs.queue[1]
    page.form.form.forms["model"].give({"factors": 9})
    page.form.form._edited()
    page.form.start.click()
    assert [job.tag[0].model.settings.factors for job in jobs.queue] == [7, 9, 5]
    assert page.form.start.text() == "Add to the queue"
    panel.list.setCurrentRow(0)
    qtbot.keyClick(panel.list, Qt.Key.Key_Delete)
    panel.remove.click()
    assert [job.tag[0].model.settings.factors for job in jobs.queue] == [5]
    jobs.stop_all(True)
    assert panel.isHidden()


def test_that_a_queued_run_that_begins_is_not_changed_any_more(qtbot: QtBot, page: TrainPage) -> None:
    endless(page)
    page.form.give({"model": {"name": "gmf", "factors": 3}, "training": {"epochs": 100_000, "patience": 0}})
    page.form.start.click()
    page.live.queue.change.click()
    assert page.form.editing is not None
    assert page.context.jobs.long is not None
    page.context.jobs.long.stop()
    qtbot.waitUntil(lambda: page.form.editing is None, timeout=30_000)
    assert page.form.start.text() == "Add to the queue"
    page.context.jobs.stop_all(True)


@pytest.mark.parametrize("model", ["gmf", "mf"])
def test_that_pause_and_stop_are_heeded_within_a_second(qtbot: QtBot, page: TrainPage, model: str) -> None:
    endless(page, model)
    qtbot.waitUntil(lambda: page.live.trace is not None and len(page.live.trace.epochs) > 1, timeout=60_000)
    job = page.context.jobs.long
    assert job is not None
    job.pause()
    told: list[int] = []
    job.told.connect(lambda events: told.append(len(events)))
    # what was under way is told; then nothing more comes
    qtbot.wait(500)
    with qtbot.assertNotEmitted(job.told, wait=400):
        pass
    told.clear()
    job.resume()
    qtbot.waitUntil(lambda: bool(told), timeout=5000)
    job.stop()
    qtbot.waitUntil(lambda: page.context.jobs.long is None, timeout=5000)


# --- what is drawn ----------------------------------------------------------------------------------------------


def test_that_plots_are_made_one_by_one_and_show_what_was_told_before(page: TrainPage) -> None:
    live = page.live
    trace = Trace("run")
    trace.take([STARTED, steps(1, 2, 0.9), steps(1, 3, 0.8)])
    live.show_trace(trace, None)
    page._show()
    assert live.isVisible()
    live.plots._next.stop()
    done_before = 2 * len(live.plots._made) - len(live.plots._unseen)
    assert done_before < 2 * len(PLOTS)
    for done_now in range(done_before + 1, 2 * len(PLOTS) + 1):
        live.plots._make_next()
        assert 2 * len(live.plots._made) - len(live.plots._unseen) == done_now
    live.plots._next.stop()
    live.plots._make_next()
    assert not live.plots._next.isActive()
    assert len(live.plots.loss._raw["own"][0]) == len(trace.loss) > 0
    assert all(plot.isVisible() == live.plots.places[name].isVisible() for name, plot in live.plots._made.items())


@pytest.mark.parametrize("seen", [True, False])
def test_that_only_the_lowest_strip_names_its_axis_after_a_change_of_theme(page: TrainPage, seen: bool) -> None:
    trace, theme = Trace("run"), page.context.theme
    trace.take([dataclasses.replace(STARTED, baseline={"ndcg@10": 0.1, "auc": 0.8})])
    page.live.show_trace(trace, None)
    page._show()
    page.live.plots.make_all()
    page.setVisible(seen)
    theme.choose("light" if theme.colours.dark else "dark")
    try:
        page.show()
        upper, lower = (page.live.plots.metrics.strips[key].getPlotItem().getAxis("bottom") for key in ("lists", "auc"))
        assert (upper.label.isVisible(), lower.label.isVisible()) == (False, True)
    finally:
        theme.choose("light" if theme.colours.dark else "dark")


def test_that_plots_made_out_of_sight_are_shown_with_the_first_run(qtbot: QtBot, page: TrainPage) -> None:
    live = page.live
    qtbot.waitUntil(lambda: len(live.plots._made) == len(PLOTS))
    assert len(live.plots._unseen) == len(PLOTS)
    trace = Trace("run")
    trace.take([STARTED, steps(1, 2, 0.9)])
    live.show_trace(trace, None)
    page._show()
    qtbot.waitUntil(lambda: not live.plots._unseen)
    assert "own" in live.plots.loss._curves


def test_that_an_overlaid_run_keeps_its_colour_and_smoothing_keeps_the_raw_line(page: TrainPage) -> None:
    first, second = Trace("first " + HOSTILE, colour=3), Trace("second", colour=4)
    for trace in (first, second):
        trace.take([dataclasses.replace(STARTED, baseline={"ndcg@10": 0.1}), steps(1, 2, 0.9), steps(1, 3, 0.8)])
        trace.take([done(1, 0.2, True), done(2, 0.3)])
    page.live.show_trace(first, None)
    page._show()
    page.live.add_earlier(first)
    page.live.show_trace(second, None)
    page.live.overlay.offer([(key_of(first), "first")], [key_of(first)])
    page.live.smooth.setValue(50)
    page.live.plots.make_all()
    page.live.draw_all()
    styles = page.live.plots.loss._styles
    assert styles["0"][0] == 3
    assert styles["own"][:2] == (4, 2)
    assert styles["raw own"][1] == 1
    assert {"ndcg@10 own", "ndcg@10 0"} <= set(page.live.plots.metrics.strips["lists"]._curves)


def test_that_pinned_users_are_chosen_and_the_one_of_the_session_is_added(page: TrainPage) -> None:
    trace = Trace("run")
    ranks = tuple((f"u{at}", at + 1) for at in range(8))
    trace.take([STARTED, dataclasses.replace(done(1, 0.2), pinned=ranks)])
    page.live.show_trace(trace, None)
    page._show()
    page.live.plots.make_all()
    page.live.draw_all()
    pinned = page.live.pinned
    assert pinned.drawn == [f"u{at}" for at in range(6)]
    assert set(page.live.plots.ranks._curves) == set(pinned.drawn)
    page.context.session.pin("u30")
    assert not pinned.add.isHidden()
    pinned.add.click()
    assert page.form.pinned == ("u0", "u1", "u2", "u3", "u4", "u30")
    assert pinned.add.isHidden()
    pinned.follow("nobody")
    pinned.follow("u31")
    assert len(page.form.pinned) == 6
    pinned._let_go("u30")
    pinned.follow("u31")
    assert page.form.pinned[-1] == "u31"


def test_that_the_log_stays_where_it_was_read_and_can_be_copied(qtbot: QtBot, tmp_path: Path) -> None:
    log = LogView()
    qtbot.addWidget(log)
    log.resize(300, 120)
    log.show()
    log.add([f"line {at} {'word ' * 20}" for at in range(60)])
    assert log.at_end
    log.resize(240, 120)
    assert log.at_end
    log.verticalScrollBar().setValue(40)
    first = log.firstVisibleBlock().blockNumber()
    log.resize(420, 90)
    assert abs(log.firstVisibleBlock().blockNumber() - first) <= 1
    log.add([HOSTILE])
    assert not log.at_end
    log.copy_all()
    assert QGuiApplication.clipboard().text().count("\n") == 60
    log.save(tmp_path / "run.log")
    assert (tmp_path / "run.log").read_text("utf-8").startswith("line 0")


def test_that_a_stopped_run_is_gone_on_with_and_drawn_with_what_it_told_before(qtbot: QtBot, page: TrainPage) -> None:
    endless(page)
    qtbot.waitUntil(lambda: page.live.trace is not None and len(page.live.trace.epochs) >= 3, timeout=60_000)
    page.context.jobs.stop_all()
    qtbot.waitUntil(lambda: not page.context.jobs.running, timeout=30_000)
    assert page.live.trace is not None
    before, path = len(page.live.trace.epochs), page.live.trace.path
    assert path is not None
    job = page.resume(path)
    trace = job.tag[1]
    qtbot.waitUntil(lambda: len(trace.epochs) >= before + 2, timeout=60_000)
    assert page.live.trace is trace
    epochs = trace.epochs.values.tolist()
    assert epochs == list(range(1, len(epochs) + 1))
    assert page.live.plan is not None
    assert page.live.plan.model.name == "gmf"
    page.context.jobs.stop_all()
    qtbot.waitUntil(lambda: not page.context.jobs.running, timeout=30_000)
    assert len(list(page.context.workspace.runs())) == 1


def test_that_going_on_with_a_run_opens_its_data_where_none_is(
    qtbot: QtBot, page: TrainPage, window: MainWindow, opened: Opened
) -> None:
    endless(page)
    qtbot.waitUntil(lambda: page.live.trace is not None and len(page.live.trace.epochs) >= 1, timeout=60_000)
    page.context.jobs.stop_all()
    qtbot.waitUntil(lambda: not page.context.jobs.running, timeout=30_000)
    (folder,) = page.context.workspace.runs()
    window.session.open(None)
    page.resume(folder.path)
    qtbot.waitUntil(lambda: window.session.opened is not None, timeout=60_000)
    assert window.session.opened is not None
    assert window.session.opened.plan.source == opened.plan.source
    assert window.current == "train"
    page.context.jobs.stop_all()
    qtbot.waitUntil(lambda: not page.context.jobs.running, timeout=30_000)


def test_that_a_run_that_diverged_is_told_with_its_step_and_another_rate(qtbot: QtBot, page: TrainPage) -> None:
    optimiser = {"name": "sgd", "learning_rate": 1e6}
    page.form.give({"model": {"name": "gmf"}, "optimiser": optimiser, "training": {"epochs": 5}})
    page.form.start.click()
    qtbot.waitUntil(lambda: page.live.trace is not None and page.live.trace.end is not None, timeout=60_000)
    qtbot.waitUntil(lambda: not page.context.jobs.running, timeout=30_000)
    bar = page.window().message_bar  # type: ignore[attr-defined]
    assert "Epoch 1, step" in bar.message.text
    assert "Try 1e+05" in bar.message.text


def test_that_runs_that_follow_each_other_have_other_colours_also_where_one_is_queued(page: TrainPage) -> None:
    workspace = page.context.workspace
    colours = []
    for begun_before_the_next in (True, False, True, True):
        path = workspace.new_path()
        colours.append(page._colour(path))
        if begun_before_the_next:
            path.mkdir(parents=True)
    assert colours == [0, 1, 2, 3]
