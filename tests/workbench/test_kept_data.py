"""Data that a workspace keeps: told, capped and removed in the window."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.data.plan import DataPlan
from core.runs.kept_data.dataset_store import VARIABLE, Datasets, datasets_of, space_taken
from core.runs.kept_data.datasets import load_kept
from workbench.jobs.keeping import SETTING, kept_gigabytes
from workbench.kept_data import KeptDataDialog
from workbench.main_window import MainWindow


@pytest.fixture
def store(window: MainWindow, ratings: Path, monkeypatch: pytest.MonkeyPatch) -> Datasets:
    """What was read twice, in two ways."""
    monkeypatch.delenv(VARIABLE, raising=False)
    made = Datasets(window.context.workspace, smallest=0)
    load_kept(made, DataPlan(source=str(ratings)))
    load_kept(made, DataPlan(source=str(ratings), rating_threshold=3.0))
    assert space_taken(made)[0] == 2
    return made


def shown(qtbot: QtBot, window: MainWindow) -> KeptDataDialog:
    window.workspaces.show_kept()
    (dialog,) = window.findChildren(KeptDataDialog)
    qtbot.waitUntil(lambda: "Looking" not in dialog.taken.text(), timeout=30_000)
    return dialog


def test_that_the_space_taken_is_told_and_freed(qtbot: QtBot, window: MainWindow, store: Datasets) -> None:
    dialog = shown(qtbot, window)
    assert "2 data sets" in dialog.taken.text()
    dialog.clear.click()
    qtbot.waitUntil(lambda: "keeps no data" in dialog.taken.text(), timeout=30_000)
    assert space_taken(store) == (0, 0)
    assert not dialog.clear.isEnabled()
    dialog.reject()


def test_that_a_smaller_cap_is_remembered_and_what_does_not_fit_goes(
    qtbot: QtBot, window: MainWindow, store: Datasets
) -> None:
    dialog = shown(qtbot, window)
    size = space_taken(store)[1]
    dialog.most.edit.setText("-1")
    dialog.most.edit.textEdited.emit("-1")
    assert not dialog.save.isEnabled()
    dialog.most.edit.setText(f"{0.75 * size / 1e9:.12f}")
    dialog.most.edit.textEdited.emit("")
    assert dialog.save.isEnabled()
    dialog.save.click()
    qtbot.waitUntil(lambda: space_taken(store)[0] == 1, timeout=30_000)
    assert kept_gigabytes(window.context.settings) == pytest.approx(0.75 * size / 1e9, rel=1e-3)
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=30_000)


def test_that_a_cap_of_the_environment_goes_before_and_is_told(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "2")
    dialog = shown(qtbot, window)
    assert "sets 2 GB" in dialog.said.text()
    assert not dialog.save.isEnabled()
    assert not dialog.most.isEnabled()
    dialog.reject()


def test_that_nothing_is_kept_where_the_setting_says_so(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    window.context.settings.keep(SETTING, 0.0)
    assert datasets_of(window.context.workspace, kept_gigabytes(window.context.settings)) is None
