"""Another workspace takes the place of the one in view; nothing of the first is shown, written or brought back."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from core.proving.material import made_plan, made_split, recording
from core.runs.workspace import Workspace, choose_workspace
from workbench.main_window import MainWindow
from workbench.pages.runs.page import RunsPage
from workbench.settings import Settings
from workbench.workspaces import LAST, workspace_at_start


def with_run(place: Path) -> Workspace:
    workspace = Workspace(place)
    workspace.prepare()
    list(recording(workspace.new_path(), made_plan("popularity"), made_split()))
    return workspace


def runs_page(qtbot: QtBot, window: MainWindow, rows: int) -> RunsPage:
    window.go("runs")
    page = window.page("runs")
    assert isinstance(page, RunsPage)
    qtbot.waitUntil(lambda: page.shelf is not None and len(page.runs.entries) == rows, timeout=60_000)
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=60_000)
    return page


def test_that_another_workspace_shows_its_own_runs_and_is_remembered(
    qtbot: QtBot, window: MainWindow, settings: Settings, tmp_path: Path
) -> None:
    first = with_run(window.context.workspace.path)
    page = runs_page(qtbot, window, 1)
    page.table.selectRow(0)
    page.opening.open_as_first()
    assert window.session.run is not None
    page.trash.delete()
    qtbot.waitUntil(lambda: not list(first.runs()) and not window.jobs.running, timeout=60_000)
    second = with_run(tmp_path / "second")
    window.workspaces.use(second.path)
    qtbot.waitUntil(lambda: page.shelf is not None and len(page.runs.entries) == 1, timeout=60_000)
    assert window.context.workspace == second
    assert window.session.run is None
    page.trash.undo()
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=60_000)
    assert not list(first.runs())
    assert workspace_at_start(settings)[0] == second
    assert workspace_at_start(settings, tmp_path / "named")[0].path == tmp_path / "named"
    menu = QMenu(window)
    window.workspaces.fill(menu)
    ticked = [action.text() for action in menu.actions() if action.isChecked()]
    assert len(ticked) == 1
    assert any(str(first.path)[-20:] in action.text() for action in menu.actions())


def test_that_a_workspace_that_was_moved_away_is_told(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    workspace = with_run(window.context.workspace.path)
    page = runs_page(qtbot, window, 1)
    workspace.path.rename(tmp_path / "away")
    page.read()
    qtbot.waitUntil(lambda: not page.runs.entries and not window.jobs.running, timeout=60_000)
    message = window.message_bar.message
    assert message is not None
    assert "not there any more" in message.text
    window.message_bar.clear()
    page.read()
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=60_000)
    assert window.message_bar.message is None


def in_view(window: MainWindow) -> tuple[Path | None, Path | None]:
    run, other = window.session.run, window.session.other
    return None if run is None else run.folder.path, None if other is None else other.folder.path


def test_that_a_run_is_never_set_beside_itself(qtbot: QtBot, window: MainWindow) -> None:
    workspace = with_run(window.context.workspace.path)
    list(recording(workspace.new_path(), made_plan("popularity"), made_split()))
    page = runs_page(qtbot, window, 2)
    page.table.selectAll()
    page.opening.open_as_first()
    first, second = window.session.run, window.session.other
    assert first is not None
    assert second is not None
    page.list.choose([second.folder.path.name])
    page.opening.open_as_first()
    assert in_view(window) == (second.folder.path, None)
    page.opening.open_as_second()
    assert in_view(window) == (second.folder.path, None)
    assert "is A" in getattr(window.message_bar.message, "text", "")
    page.list.choose([first.folder.path.name])
    page.opening.open_as_second()
    assert in_view(window) == (second.folder.path, first.folder.path)


def test_that_what_was_deleted_while_one_turned_to_another_workspace_is_not_offered_there(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    first = with_run(window.context.workspace.path)
    page = runs_page(qtbot, window, 1)
    page.table.selectRow(0)
    page.trash.delete()
    window.workspaces.use(tmp_path / "second")
    told = window.message_bar.message
    qtbot.waitUntil(lambda: not list(first.runs()) and not window.jobs.running, timeout=60_000)
    assert window.message_bar.message is told
    page.trash.undo()
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=60_000)
    assert window.message_bar.message is told


def test_that_a_folder_with_other_files_is_left_alone_and_one_inside_is_offered(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    before = window.context.workspace
    home = tmp_path / "home"
    home.mkdir()
    (home / "letter.txt").write_text("dear", "utf-8")
    window.workspaces.use(home)
    message = window.message_bar.message
    assert window.context.workspace == before
    assert message is not None
    assert message.remedy is not None
    assert [each.name for each in home.iterdir()] == ["letter.txt"]
    message.remedy.action()
    assert window.context.workspace.path == home / "rankscope"
    assert (home / "rankscope" / "workspace.json").exists()
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=60_000)


def test_that_a_workspace_of_a_newer_version_is_for_viewing_only(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    newer = with_run(tmp_path / "newer")
    (newer.path / "workspace.json").write_text('{"format": 99, "needs": "9.0"}', "utf-8")
    window.workspaces.use(newer.path)
    assert window.message_bar.message is not None
    assert "viewing only" in window.message_bar.message.text
    page = runs_page(qtbot, window, 1)
    page.table.selectRow(0)
    assert not page.remove.isEnabled()
    assert page.open_first.isEnabled()


def test_that_nothing_is_switched_while_a_run_is_trained(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = window.context.workspace
    monkeypatch.setattr(type(window.jobs), "long", property(lambda self: object()))
    window.workspaces.use(tmp_path / "other")
    assert window.context.workspace == before
    assert not (tmp_path / "other").exists()


def test_that_a_workspace_that_is_gone_is_told_and_the_usual_one_opens(settings: Settings, tmp_path: Path) -> None:
    settings.keep(LAST, str(tmp_path / "unplugged"))
    workspace, note = workspace_at_start(settings)
    assert workspace == choose_workspace()
    assert "not there" in note


def test_that_a_file_that_is_named_as_the_workspace_is_told_and_the_usual_one_opens(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RANKSCOPE_WORKSPACE", str(tmp_path / "usual"))
    (tmp_path / "thesis.txt").write_text("mine")
    workspace, told = workspace_at_start(settings, tmp_path / "thesis.txt")
    assert workspace.path == tmp_path / "usual"
    assert "this is no workspace" in told
