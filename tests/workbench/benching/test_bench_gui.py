from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path

import pytest
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from core.errors import UsageError
from workbench.__main__ import main
from workbench.benching import command
from workbench.benching.command import Asked, Figure, over
from workbench.benching.driving import idle, until_ended, until_painted
from workbench.benching.heartbeat import Heartbeat, beats_of
from workbench.benching.training import in_window, plan_for, rate_of
from workbench.columns import Column
from workbench.jobs.job import Job, JobControl, Tell
from workbench.main_window import MainWindow
from workbench.session import Opened
from workbench.tables.model import ColumnsModel
from workbench.tables.table import Table


def test_that_the_percentiles_are_nearest_ranks() -> None:
    beats = beats_of([float(late) for late in range(1, 201)])
    assert (beats.number, beats.p50, beats.p99, beats.worst) == (200, 100, 198, 200)
    assert beats_of([7.0]).p99 == 7
    assert beats_of([]).number == 0


def test_that_the_first_epoch_counts_only_where_it_is_the_only_one() -> None:
    assert rate_of([(100, 9.0), (100, 1.0), (300, 3.0)]) == 100
    assert rate_of([(100, 4.0)]) == 25


def test_that_a_job_is_waited_for_and_its_failure_told(window: MainWindow) -> None:
    def failing(control: JobControl, tell: Tell) -> None:
        raise UsageError("bench.failed", "it failed", "here", remedy="None")

    for work, fails in ((lambda control, tell: 7, False), (failing, True)):
        job = Job("a job", work)
        window.context.jobs.start(job)
        with pytest.raises(RuntimeError, match="it failed") if fails else nullcontext():
            until_ended(job)
        assert job.end is not None


def test_that_a_training_in_the_window_is_timed_and_heard_from_its_order_to_its_end(
    window: MainWindow, opened: Opened
) -> None:
    window.session.open(opened)
    window.go("train")
    turn = in_window(window, plan_for(window, "mf", 3, 0))
    assert turn.rate > 0
    assert turn.beats is not None
    assert turn.beats.number > 0
    assert idle(window)


def test_that_a_window_that_hangs_is_heard(qtbot: QtBot) -> None:
    import time

    heart = Heartbeat()
    heart.start()
    qtbot.waitUntil(lambda: len(heart.late) >= 3)
    until = time.perf_counter() + 0.06
    while time.perf_counter() < until:
        pass
    qtbot.waitUntil(lambda: max(heart.late) > 40)
    assert heart.stop().worst > 40


def test_that_a_list_is_timed_from_the_filling_that_a_click_brings(qtbot: QtBot) -> None:
    import numpy as np

    model, page = ColumnsModel(), QWidget()
    table = Table(model, "numbers")
    QVBoxLayout(page).addWidget(table)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitExposed(page)
    found = until_painted(page, lambda: model.replace([Column("n", np.arange(50))]), table.viewport)
    assert 0 < found < 5000


def test_that_the_command_ends_with_one_line_of_json_and_says_what_is_missed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def measured(folder: Path, asked: Asked) -> list[Figure]:
        assert asked == Asked(1, True, ("mf",))
        return [over("a list", [90.0, 110.0, 100.0], 100), over("a start", [700.0], 500), over("beats", [1.0], None)]

    monkeypatch.setattr(command, "PARTS", {"looking": measured})
    code = main(["bench", "gui", "--quick", "--json", "--models", "mf"])
    out, err = capsys.readouterr()
    assert code == 0
    result = json.loads(out.splitlines()[-1])
    assert (result["event"], result["bench"]) == ("result", "gui")
    assert [figure["met"] for figure in result["figures"]] == [True, False, None]
    assert result["figures"][0]["low"] == 90
    assert "MISSED" in err


def test_that_what_cannot_be_measured_is_no_success(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "PARTS", {"looking": lambda folder, asked: [over("a list", [float("nan")], 100)]})
    assert main(["bench", "gui", "--quick"]) == 1
