from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QDialog, QFrame, QLabel, QMenu, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from workbench.main_window import MainWindow
from workbench.pages import PAGES
from workbench.theme import DARK, LIGHT, style_sheet
from workbench.widgets.parts import Card


def sheet_over(widget: QWidget) -> str:
    """The style sheet that a widget of the window wears."""
    above: QWidget | None = widget
    while above is not None and above.styleSheet() not in (style_sheet(LIGHT), style_sheet(DARK)):
        above = above.parentWidget()
    return "" if above is None else above.styleSheet()


class Restyled(QObject):
    """Counts the widgets that are told of another style."""

    def __init__(self) -> None:
        super().__init__()
        self.widgets: set[QObject] = set()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Note one."""
        if event.type() == QEvent.Type.StyleChange:
            self.widgets.add(watched)
        return False


def test_that_all_that_is_seen_wears_the_theme_and_hidden_pages_wait(qtbot: QtBot, window: MainWindow) -> None:
    for key in PAGES:
        window.go(key)
        qtbot.waitUntil(lambda key=key: window.page(key) is not None)  # type: ignore[misc]
    window.go("train")
    train, users = window.page("train"), window.page("users")
    assert train is not None
    assert users is not None
    restyled = Restyled()
    hidden = [users, *users.findChildren(QWidget)]
    for each in (*hidden, train):
        each.installEventFilter(restyled)
    window.theme.choose("dark")
    try:
        assert restyled.widgets == {train}
        seen = [each for each in window.findChildren(QWidget) if each.isVisible()]
        bare = [each for each in seen if sheet_over(each) != style_sheet(DARK)]
        # the places that hold the parts draw nothing themselves
        assert {type(each).__name__ for each in bare} == {"QWidget", "PageStack"}
        assert len(bare) == 2
        assert sheet_over(window.message_bar) == sheet_over(window.job_bar) == style_sheet(DARK)
        assert sheet_over(users) == style_sheet(LIGHT)
        window.go("users")
        assert sheet_over(users) == style_sheet(DARK)
        assert set(hidden) <= restyled.widgets
    finally:
        window.theme.choose("light")


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_that_dialogs_and_menus_of_the_window_wear_the_theme(qtbot: QtBot, window: MainWindow, choice: str) -> None:
    window.theme.choose(choice)
    try:
        dialog = QDialog(window)
        QVBoxLayout(dialog).addWidget(QLabel("Something is asked"))
        dialog.show()
        wanted = style_sheet(window.theme.colours)
        assert dialog.styleSheet() == wanted
        window.theme.choose("dark" if choice == "light" else "light")
        assert dialog.styleSheet() == style_sheet(window.theme.colours) != wanted
        menus = window.menuBar().findChildren(QMenu)
        assert menus
        assert all(sheet_over(menu) == style_sheet(window.theme.colours) for menu in menus)
        dialog.close()
        dialog.deleteLater()
    finally:
        window.theme.choose("light")


def test_that_a_page_is_built_without_styling_each_part_of_it_again_and_again(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Card] = []

    def change(card: Card, event: QEvent) -> None:
        if event.type() == QEvent.Type.StyleChange:
            told.append(card)
        QFrame.changeEvent(card, event)

    monkeypatch.setattr(Card, "changeEvent", change, raising=False)
    window.go("train")
    page = window.page("train")
    assert page is not None
    # with a style sheet on the application each is told again with every part that it becomes a part of
    assert len(page.findChildren(Card)) <= len(told) <= 2 * len(page.findChildren(Card))
