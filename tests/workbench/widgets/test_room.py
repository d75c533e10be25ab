"""A page that needs more than the window has keeps its size and scrolls, and page and room never chase each other."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QSlider, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from workbench.jobs.job import Job, JobControl
from workbench.main_window import SMALLEST, MainWindow
from workbench.page import Message
from workbench.pages import PAGES
from workbench.session import Opened
from workbench.theme import Theme
from workbench.widgets.check_menu import NARROWEST, CheckMenu
from workbench.widgets.parts import button
from workbench.widgets.room import MOST, Room
from workbench.widgets.shown_stack import ShownStack


class Restless(QWidget):
    """Asks for another size whenever it is laid out, as long texts that wrap can."""

    def __init__(self) -> None:
        super().__init__()
        QVBoxLayout(self).addWidget(button("inside"))
        self.hints = self.sizes = 0

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        self.hints += 1
        return QSize(300 + 7 * (self.hints % 3), 5000 if self.hints % 2 else 200)

    def resizeEvent(self, event: object) -> None:  # noqa: N802
        self.sizes += 1
        self.updateGeometry()
        QApplication.postEvent(self, QEvent(QEvent.Type.LayoutRequest))


def test_that_a_restless_page_comes_to_rest(qtbot: QtBot) -> None:
    page = Restless()
    room = Room(page)
    qtbot.addWidget(room)
    room.resize(400, 300)
    room.show()
    for _ in range(200):
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        QApplication.processEvents()
    qtbot.waitUntil(lambda: not room._quiet.isActive())
    assert page.sizes < 15
    assert page.height() <= MOST.height()


class Wishing(QWidget):
    """Asks for what it is told to."""

    wish = QSize(300, 200)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return self.wish

    def ask(self, wish: QSize) -> None:
        self.wish = wish
        QApplication.postEvent(self, QEvent(QEvent.Type.LayoutRequest))


def test_that_a_page_that_needs_less_again_needs_no_scroll_bar(qtbot: QtBot) -> None:
    page = Wishing()
    room = Room(page)
    qtbot.addWidget(room)
    room.resize(400, 300)
    room.show()
    for _ in range(3):
        page.ask(QSize(500, 700))
        qtbot.waitUntil(lambda: page.height() == 700)
        page.ask(QSize(300, 200))
        qtbot.waitUntil(lambda: page.size() == QSize(400, 300))
        qtbot.waitUntil(lambda: not room.verticalScrollBar().isVisible())
        qtbot.waitUntil(lambda: not room._quiet.isActive())


def test_that_only_what_is_in_view_asks_for_room(qtbot: QtBot) -> None:
    page = QWidget()
    stack = ShownStack(page)
    small, large = Wishing(), Wishing()
    large.wish = QSize(900, 800)
    stack.addWidget(small)
    stack.addWidget(large)
    room = Room(page)
    qtbot.addWidget(room)
    room.resize(400, 300)
    room.show()
    qtbot.waitUntil(lambda: page.size() == QSize(400, 300))
    stack.setCurrentIndex(1)
    qtbot.waitUntil(lambda: page.size() == QSize(900, 800))
    stack.setCurrentIndex(0)
    qtbot.waitUntil(lambda: page.size() == QSize(400, 300))


@pytest.mark.parametrize(("size", "expected"), [((800, 600), (800, 600)), ((200, 100), (300, 200))])
def test_that_a_page_fills_its_room_or_has_what_it_needs(
    qtbot: QtBot, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    class Page(QWidget):
        def minimumSizeHint(self) -> QSize:  # noqa: N802
            return QSize(300, 200)

    page = Page()
    room = Room(page)
    qtbot.addWidget(room)
    room.resize(*size)
    room.show()
    qtbot.waitUntil(lambda: (page.width(), page.height()) == expected)
    assert room.verticalScrollBar().maximum() == max(200 - room.viewport().height(), 0)


def within_reach(page: QWidget, room: Room) -> bool:
    """Whether the scroll bars lead to the last pixel of a page."""
    reach = QSize(room.horizontalScrollBar().maximum(), room.verticalScrollBar().maximum())
    left = page.size() - reach
    return left.width() <= room.viewport().width() and left.height() <= room.viewport().height()


def test_that_every_control_is_within_the_reach_of_the_scroll_bars(
    qtbot: QtBot, window: MainWindow, opened: Opened
) -> None:
    window.session.open(opened)
    window.tell(Message("It waits. " * 30, "warning"))
    for size in (QSize(640, 480), SMALLEST):
        window.resize(size)
        for key in PAGES:
            window.go(key)
            qtbot.waitUntil(lambda key=key: window.page(key) is not None, timeout=60_000)  # type: ignore[misc]
            page, room = window.page(key), window.stack._rooms[key]
            assert page is not None
            qtbot.waitUntil(lambda page=page: page.width() >= page.minimumSizeHint().width(), timeout=5000)  # type: ignore[misc]
            assert window.size() == size
            qtbot.waitUntil(lambda page=page, room=room: within_reach(page, room), timeout=5000)  # type: ignore[misc]
            for control in page.findChildren(QWidget):
                if isinstance(control, QAbstractButton | QComboBox | QSlider) and control.isVisibleTo(page):
                    place = control.mapTo(page, QPoint(0, 0))
                    holder = control.parentWidget()
                    while holder is not None and holder is not page and holder.objectName() != "scrolled":
                        holder = holder.parentWidget()
                    if holder is page:
                        assert place.x() >= 0, (key, control)
                        assert place.x() + control.width() <= page.width(), (key, control)
                        assert place.y() + control.height() <= page.height(), (key, control)


def test_that_the_bars_of_the_window_keep_their_buttons_in_a_narrow_one(
    qtbot: QtBot, window: MainWindow, opened: Opened
) -> None:
    window.session.open(opened)
    window.session.pin("u" * 1000)

    def waits(control: JobControl, tell: object) -> None:
        while not control.stopped:
            control.wait_for_retry(0.05)

    window.jobs.add(Job("a run with a rather long title that says what it is about · bpr · run 12", waits))
    window.resize(SMALLEST)
    QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    assert window.width() == SMALLEST.width()
    for each in (*window.page_bar.buttons.values(), window.job_bar.stop, window.title_row.user):
        right = each.mapTo(window, QPoint(each.width(), each.height()))
        assert right.x() <= window.width()
        assert right.y() <= window.height()
    style = window.page_bar.buttons["guide"].toolButtonStyle()
    assert style == Qt.ToolButtonStyle.ToolButtonIconOnly
    window.resize(1024, 700)
    QApplication.processEvents()
    assert window.page_bar.buttons["guide"].toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextUnderIcon
    window.job_bar.stop.click()
    qtbot.waitUntil(lambda: not window.jobs.running)


def test_that_a_menu_with_a_long_text_can_be_narrow_and_gets_its_room_back(qtbot: QtBot, theme: Theme) -> None:
    menu = CheckMenu(theme, "Metrics")
    qtbot.addWidget(menu)
    menu.say("nDCG, Hit, AUC & many others of them")
    menu.show()
    wide = menu.sizeHint()
    assert menu.minimumSizeHint().width() == NARROWEST
    menu.resize(NARROWEST, wide.height())
    assert menu.text().endswith("…")
    assert abs(menu.sizeHint().width() - wide.width()) <= 2
    menu.resize(wide.width() + 4, wide.height())
    assert menu.text() == "nDCG, Hit, AUC && many others of them"


def test_that_a_menu_that_has_all_its_room_cuts_nothing(
    qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    menu = CheckMenu(theme, "Metrics")
    qtbot.addWidget(menu)
    # on fine screens texts are wider by a part of a pixel than they say in whole ones
    monkeypatch.setattr(QFontMetrics, "elidedText", lambda *_: "…")
    menu.say("Overlay")
    menu.show()
    menu.resize(menu.sizeHint())
    assert menu.text() == "Overlay"
