from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from core.data.downloads import fetching
from core.data.downloads.movielens import DOWNLOADS, part_of
from core.data.downloads.web import Web
from tests.core.data.serving import Served, archive, serving
from workbench.main_window import MainWindow
from workbench.pages.data.download_dialog import DownloadDialog
from workbench.pages.data.import_dialog import ImportDialog
from workbench.pages.data.page import DataPage

CONTENT = archive(3_000)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A server in place of GroupLens's, for one set."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving(CONTENT) as found:
        monkeypatch.setitem(DOWNLOADS, "ml-1m", found.download(name="ml-1m", about="<b>Small</b>"))
        real = fetching.fetch
        monkeypatch.setattr(fetching, "fetch", lambda *words: real(*words, web=Web("http", 5)))
        yield found


def page_of(window: MainWindow) -> DataPage:
    page = window.page("data")
    assert isinstance(page, DataPage)
    return page


def dialog_of(window: MainWindow) -> DownloadDialog:
    window.commands()["Download a MovieLens set…\t"]()
    return page_of(window).findChildren(DownloadDialog)[-1]


def test_that_a_set_is_fetched_after_its_terms_and_opened(qtbot: QtBot, window: MainWindow, served: Served) -> None:
    page_of(window).welcome.download.click()
    dialog = page_of(window).findChildren(DownloadDialog)[-1]
    assert dialog.chosen.name == "ml-1m"
    assert "research purposes" in dialog.terms.toPlainText()
    assert "http" in dialog.where.text()
    assert not dialog.fetch.isEnabled()
    assert not served.asked
    dialog.accepted_.click()
    assert dialog.fetch.isEnabled()
    dialog.fetch.click()
    page = page_of(window)
    qtbot.waitUntil(lambda: bool(page.findChildren(ImportDialog)), timeout=30_000)
    path = window.context.workspace.downloads_folder / "ml-1m.zip"
    assert path.read_bytes() == CONTENT
    opened = page.findChildren(ImportDialog)[-1]
    assert "ml-1m.zip" in opened.windowTitle()
    qtbot.waitUntil(opened.import_.isEnabled, timeout=30_000)
    opened.import_.click()
    qtbot.waitUntil(lambda: window.session.opened is not None, timeout=30_000)
    assert window.session.opened is not None
    assert window.session.opened.summary.users == 97


def test_that_another_set_has_terms_of_its_own_to_accept(window: MainWindow, served: Served) -> None:
    dialog = dialog_of(window)
    dialog.accepted_.click()
    for place in range(dialog.sets.count()):
        dialog.sets.setCurrentIndex(place)
        if dialog.chosen.name != "ml-1m":
            assert not dialog.fetch.isEnabled()
            assert dialog.chosen.readme in dialog.terms.toPlainText()
    dialog.reject()
    assert not served.asked


def test_that_a_failure_is_told_with_a_way_to_try_again(qtbot: QtBot, window: MainWindow, served: Served) -> None:
    served.cuts = [1000] + [0] * 10
    dialog = dialog_of(window)
    dialog.accepted_.click()
    dialog.fetch.click()
    page = page_of(window)
    qtbot.waitUntil(lambda: page.job is None, timeout=30_000)
    assert "the connection ended" in window.message_bar.text.text()
    assert page.welcome.buttons.isVisibleTo(page.welcome)
    part = part_of(DOWNLOADS["ml-1m"], window.context.workspace.downloads_folder)
    assert part.stat().st_size == 1000
    again = dialog_of(window)
    assert again.fetch.text() == "Go on"
    again.reject()
    served.cuts.clear()
    window.message_bar.remedy.click()
    qtbot.waitUntil(lambda: bool(page.findChildren(ImportDialog)), timeout=30_000)
    assert served.asked[-1] == ("/ml-x.zip", "bytes=1000-")
    page.findChildren(ImportDialog)[-1].reject()
