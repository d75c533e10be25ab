"""The overview of data is made and filled in portions, between which the window has its turn."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from core.data.plan import DataPlan
from tests.workbench.pages.test_data import page_of
from workbench.main_window import MainWindow
from workbench.pages.data.overview import Overview
from workbench.pages.data.split_panel import SplitPanel
from workbench.plots.plot import Plot
from workbench.session import Opened


@pytest.fixture
def overview(qtbot: QtBot, window: MainWindow) -> Iterator[Overview]:
    made = Overview(window.context, lambda: None, lambda: None)
    yield made
    qtbot.waitUntil(lambda: not window.jobs.running)
    made.deleteLater()


def another(opened: Opened, users: int) -> Opened:
    """The same rows as if they had been read again, with another number of users."""
    summary = dataclasses.replace(opened.summary, users=users)
    return dataclasses.replace(opened, loaded=dataclasses.replace(opened.loaded), summary=summary)


def seen(overview: Overview) -> int:
    return sum(not plot.isHidden() for plot in overview._plots._made.values())


def forms_made(panel: SplitPanel) -> set[str]:
    return {key for key, form in panel.forms.items() if any(field.made for field in form.fields.values())}


class Painted(QObject):
    """Whose paintings were seen."""

    def __init__(self) -> None:
        super().__init__()
        self.by: set[QObject] = set()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Paint:
            self.by.add(watched)
        return False


def standing_alone() -> set[QWidget]:
    """Widgets of ours without a parent: they would outlive a window that is closed now."""
    ours = (each for each in QApplication.topLevelWidgets() if type(each).__module__.startswith("workbench."))
    return {each for each in ours if each.parent() is None}


def test_that_one_plot_is_made_at_a_time(overview: Overview) -> None:
    made = [0]
    for _ in overview._parts:
        made.append(len(overview.findChildren(Plot)))
    assert max(after - before for before, after in itertools.pairwise(made)) == 1
    assert made[-1] == 4
    overview.make_all()
    assert overview.tabs.count() == 5


def test_that_nothing_stands_alone_while_the_window_has_its_turn(overview: Overview) -> None:
    before = standing_alone()
    for _ in overview._parts:
        assert standing_alone() <= before


def test_that_one_portion_comes_an_event(qtbot: QtBot, overview: Overview, opened: Opened) -> None:
    overview.make_all()
    overview.show_data(opened)
    assert overview.cards["users"].value.text() == "40"
    left, visible = [len(overview._portions)], [seen(overview)]
    while overview._portions:
        overview._next()
        left.append(len(overview._portions))
        visible.append(seen(overview))
    assert all(before - after == 1 for before, after in itertools.pairwise(left))
    assert visible[0] == 0
    assert max(after - before for before, after in itertools.pairwise(visible)) == 1
    assert visible[-1] == 4
    qtbot.waitUntil(lambda: overview.users.model.rowCount() == 40 and overview.items.model.rowCount() == 25)


def test_that_the_window_has_its_turn_between_two_portions(qtbot: QtBot, window: MainWindow, opened: Opened) -> None:
    window.session.open(opened)
    overview = page_of(window).overview
    assert overview is not None
    overview.make_all()
    left = [len(overview._portions)]
    turn = QTimer()
    turn.timeout.connect(lambda: left.append(len(overview._portions)))
    turn.start(0)
    qtbot.waitUntil(lambda: left[-1] == 0)
    turn.stop()
    # a timer that is there at every turn of the event loop has seen each of them
    assert set(left) == set(range(left[0] + 1))


def test_that_the_overview_is_there_before_anything_is_opened(qtbot: QtBot, window: MainWindow) -> None:
    page = page_of(window)
    qtbot.waitUntil(lambda: page._made is not None and page._made.tabs.count() == 5)
    assert window.session.opened is None
    assert page.stack.currentWidget() is page.welcome


def test_that_nothing_is_made_while_data_is_read_and_all_of_it_when_that_ends(
    qtbot: QtBot, window: MainWindow, ratings: Path
) -> None:
    page = page_of(window)
    qtbot.waitUntil(lambda: page._made is not None)
    overview = page._made
    assert overview is not None
    overview.begin()
    page.read(DataPlan(source=str(ratings)))
    assert page.job is not None
    assert not overview._turn.isActive()
    page.job.stop()
    qtbot.waitUntil(lambda: page.job is None)
    assert window.session.opened is None
    qtbot.waitUntil(lambda: overview.tabs.count() == 5)
    page.read(DataPlan(source=str(ratings)))
    qtbot.waitUntil(lambda: page.overview is overview and not overview._portions)
    assert seen(overview) == 4


def test_that_each_plot_is_painted_by_itself_and_keeps_the_room_of_its_axes(
    qtbot: QtBot, window: MainWindow, opened: Opened
) -> None:
    window.session.open(opened)
    overview = page_of(window).overview
    assert overview is not None
    overview.make_all()
    plots = list(overview._plots._made.values())
    painted = Painted()
    for plot in plots:
        plot.viewport().installEventFilter(painted)
    room: dict[Plot, float] = {}
    while overview._portions:
        painted.by.clear()
        overview._next()
        overview.rest()
        shown = [plot for plot in plots if plot.isVisible() and plot not in room]
        # one comes, and it is painted before anything else happens
        assert len(shown) <= 1
        assert {plot.viewport() for plot in shown} <= painted.by
        room |= {plot: plot.getPlotItem().getAxis("left").width() for plot in shown}
        QApplication.processEvents()
    assert len(room) == sum(plot.isVisible() for plot in plots) >= 3
    assert all(plot.getPlotItem().getAxis("left").width() == width for plot, width in room.items())
    overview.begin()
    qtbot.waitUntil(lambda: overview.users.model.rowCount() == 40 and overview.items.model.rowCount() == 25)


def test_that_newer_data_wins(qtbot: QtBot, window: MainWindow, opened: Opened) -> None:
    window.session.open(opened)
    page = page_of(window)
    overview = page.overview
    assert overview is not None
    overview.make_all()
    for _ in range(8):
        overview._next()
    assert seen(overview) > 0
    newer = another(opened, 7)
    window.session.open(newer)
    assert seen(overview) == 0
    assert overview.cards["users"].value.text() == "7"
    qtbot.waitUntil(lambda: not overview._portions)
    assert seen(overview) == 4
    assert overview.split._opened is newer
    assert page.stack.currentWidget() is overview


def test_that_another_split_does_not_take_away_what_still_waits(
    qtbot: QtBot, window: MainWindow, opened: Opened
) -> None:
    window.session.open(opened)
    overview = page_of(window).overview
    assert overview is not None
    divided = dataclasses.replace(opened, seed=9)
    window.session.open(divided)
    assert overview._portions
    assert overview._split._opened is divided
    qtbot.waitUntil(lambda: not overview._portions)
    assert seen(overview) == 4
    assert overview._split._opened is divided


def test_that_a_tab_chosen_early_is_filled_at_once(overview: Overview, opened: Opened) -> None:
    overview.make_all()
    overview.show_data(opened)
    assert overview._split._opened is None
    overview.tabs.setCurrentWidget(overview._split)
    assert overview._split._opened is opened
    assert any(name == "plots" for name, _ in overview._portions)
    overview.tabs.setCurrentWidget(overview._report)
    assert overview._report._column.count() > 1
    assert overview.plots.months._bars
    assert seen(overview) == 4
    assert {name for name, _ in overview._portions} == {"users", "items"}


def test_that_the_welcome_stays_until_the_plots_are_drawn(qtbot: QtBot, window: MainWindow, opened: Opened) -> None:
    page = page_of(window)
    window.session.open(opened)
    overview = page.overview
    assert overview is not None
    overview.make_all()
    assert page.stack.currentWidget() is page.welcome
    overview._next()
    assert page.stack.currentWidget() is page.welcome
    qtbot.waitUntil(lambda: page.stack.currentWidget() is overview)
    assert overview._plots.tail._raw
    assert overview._plots.ratings._bars


def test_that_closing_the_data_in_the_middle_shows_the_ways_to_open_some(
    qtbot: QtBot, window: MainWindow, opened: Opened
) -> None:
    page = page_of(window)
    window.session.open(opened)
    overview = page.overview
    assert overview is not None
    overview.make_all()
    overview._next()
    window.session.open(None)
    assert not overview._portions
    QApplication.processEvents()
    assert page.stack.currentWidget() is page.welcome
    assert not page.welcome.buttons.isHidden()
    window.session.open(opened)
    qtbot.waitUntil(lambda: page.stack.currentWidget() is overview and not overview._portions)
    assert seen(overview) == 4


def test_that_only_the_form_that_is_shown_is_made(qtbot: QtBot, window: MainWindow, opened: Opened) -> None:
    window.session.open(opened)
    overview = page_of(window).overview
    assert overview is not None
    panel = overview.split
    assert forms_made(panel) == {"leave-last-out"}
    panel.kind.choose("random")
    panel.kind.chosen.emit("random")
    assert forms_made(panel) == {"leave-last-out", "random"}
    assert not panel._findings.count()
    overview.tabs.setCurrentWidget(panel)
    qtbot.waitUntil(lambda: panel._findings.count() == len(opened.findings) > 0)
