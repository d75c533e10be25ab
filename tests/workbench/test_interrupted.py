"""After an unclean end the window says what was saved and when, once, and goes on only when asked."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from core.proving.material import made_plan, made_split, recording
from core.runs.standing import Unfinished, unfinished
from core.training.events import EpochDone
from workbench.interrupted import look_for_interrupted, sentence
from workbench.main_window import MainWindow


def cut_off(window: MainWindow) -> Path:
    window.context.workspace.prepare()
    path = window.context.workspace.new_path()
    events = recording(path, made_plan("mf", "sgd"), made_split())
    for event in events:
        if isinstance(event, EpochDone) and event.epoch == 2:
            break
    events.close()
    return path


def test_that_a_run_that_was_cut_off_is_offered_once_and_gone_on_with_when_asked(
    qtbot: QtBot, window: MainWindow
) -> None:
    path = cut_off(window)
    window.message_bar.hide()
    look_for_interrupted(window.context)
    qtbot.waitUntil(lambda: window.message_bar.message is not None and not window.jobs.running, timeout=60_000)
    message = window.message_bar.message
    assert message is not None
    assert "epoch 2 of 4 was saved at" in message.text
    assert next(unfinished(window.context.workspace)).folder.path == path
    assert message.remedy is not None
    message.remedy.action()
    qtbot.waitUntil(lambda: not list(unfinished(window.context.workspace)), timeout=60_000)
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=60_000)


def test_that_it_is_not_offered_again(qtbot: QtBot, window: MainWindow) -> None:
    cut_off(window)
    told = []
    look_for_interrupted(window.context).ended.connect(lambda end: told.append(end.value))
    qtbot.waitUntil(lambda: len(told) == 1 and not window.jobs.running, timeout=60_000)
    assert isinstance(told[0], Unfinished)
    first = window.message_bar.message
    look_for_interrupted(window.context).ended.connect(lambda end: told.append(end.value))
    qtbot.waitUntil(lambda: len(told) == 2 and not window.jobs.running, timeout=60_000)
    assert window.message_bar.message is first


def test_that_the_sentence_names_run_epoch_and_time(window: MainWindow) -> None:
    cut_off(window)
    (run,) = unfinished(window.context.workspace)
    said = sentence(run)
    assert run.folder.path.name[:8] in said
    assert "mf" in said
