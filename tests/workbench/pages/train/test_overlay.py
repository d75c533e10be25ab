"""Runs of the workspace are offered beside those of the session, and drawn when they are ticked."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.proving.material import made_plan, made_split, recording
from core.runs.workspace import Workspace
from workbench.main_window import MainWindow
from workbench.pages.train.overlay import MOST_EARLIER, Overlay, key_of
from workbench.trace import Trace


def keep_run(workspace: Workspace, name: str = "") -> Path:
    workspace.prepare()
    path = workspace.runs_folder / name if name else workspace.new_path()
    list(recording(path, made_plan("gmf"), made_split()))
    return path


@pytest.fixture
def overlay(window: MainWindow) -> Overlay:
    window.go("train")
    page = window.page("train")
    found = page.findChild(Overlay)
    assert isinstance(found, Overlay)
    return found


def listed(qtbot: QtBot, window: MainWindow, overlay: Overlay) -> list[str]:
    overlay.entries.aboutToShow.emit()
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=30_000)
    return list(overlay.keys)


def tick(overlay: Overlay, key: str) -> None:
    overlay._actions[key].trigger()


def test_that_a_run_of_the_workspace_is_offered_and_drawn(qtbot: QtBot, window: MainWindow, overlay: Overlay) -> None:
    assert overlay.isEnabled()
    assert listed(qtbot, window, overlay) == []
    assert [each.text() for each in overlay.entries.actions()] == ["No other run has been kept yet"]
    path = keep_run(window.context.workspace)
    assert listed(qtbot, window, overlay) == [path.name]
    redrawn: list[None] = []
    overlay.redrawn.connect(lambda: redrawn.append(None))
    tick(overlay, path.name)
    qtbot.waitUntil(lambda: len(overlay.drawn(None)) == 1, timeout=30_000)
    (trace,) = overlay.drawn(None)
    assert len(trace.epochs)
    assert trace.colour == window.theme.run_colours.of(path.name)
    qtbot.waitUntil(lambda: len(redrawn) == 2)
    # the run in view is not drawn twice, whichever trace of it is the one in view
    assert overlay.drawn(Trace("the same", path)) == []
    assert listed(qtbot, window, overlay) == overlay.ticked == [path.name]
    tick(overlay, path.name)
    assert overlay.drawn(None) == []


def test_that_a_run_of_the_session_is_offered_once(qtbot: QtBot, window: MainWindow, overlay: Overlay) -> None:
    path = keep_run(window.context.workspace)
    own = Trace("my run", path)
    overlay.add(own)
    assert listed(qtbot, window, overlay) == [path.name]
    tick(overlay, path.name)
    assert overlay.drawn(None) == [own]


def test_that_a_run_that_is_gone_is_told_and_not_offered_again(
    qtbot: QtBot, window: MainWindow, overlay: Overlay
) -> None:
    path = keep_run(window.context.workspace)
    assert listed(qtbot, window, overlay) == [path.name]
    shutil.rmtree(path)
    tick(overlay, path.name)
    qtbot.waitUntil(lambda: list(overlay.keys) == [], timeout=30_000)
    assert window.message_bar.message is not None


def test_that_another_workspace_offers_its_own_runs(
    qtbot: QtBot, window: MainWindow, overlay: Overlay, tmp_path: Path
) -> None:
    first = keep_run(window.context.workspace)
    assert listed(qtbot, window, overlay) == [first.name]
    second = Workspace(tmp_path / "second")
    other = keep_run(second)
    window.workspaces.use(second.path)
    assert list(overlay.keys) == []
    assert listed(qtbot, window, overlay) == [other.name]


def test_that_old_traces_of_the_session_are_let_go_of(overlay: Overlay) -> None:
    traces = [Trace(f"run {at}") for at in range(MOST_EARLIER + 3)]
    for each in traces:
        overlay.add(each)
    assert list(overlay.keys) == [key_of(each) for each in traces[3:]]
