"""The window's proofs: a short one holds, and crashes, exceptions and growth are seen."""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Generator, Sequence
from dataclasses import astuple
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.proving.proof import Options, Progress
from core.runs.trash import deleted_runs
from core.runs.workspace import Workspace
from tests.core.proving.test_proofs import verdict
from tests.core.runs.shelves import put_run
from workbench.proving import command, soak
from workbench.proving.soak import Sample, judged, samples_of


def test_that_random_hands_on_a_window_of_its_own_break_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["monkey", "--quick", "--events", "150", "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (result["event"], result["holds"], result["events"], result["seeds"]) == ("result", True, 150, 1)
    assert result["trainings"] >= 1


def test_that_a_process_that_dies_is_a_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "dying.py"
    program.write_text("import os\nprint('{\"events\": 3}', flush=True)\nos.kill(os.getpid(), 11)\n")
    monkeypatch.setattr(command, "alone", lambda home: {"PYTHONPATH": str(tmp_path)})
    real = command.child
    monkeypatch.setattr(command, "child", lambda module, words: real("dying", words))
    found = verdict(command.monkeys(Options(events=2 * command.LEAST_EVENTS, quick=True)))
    assert (found.figures["crashes"], found.figures["events"]) == (2, 6)
    assert "seed 1, after 3 events" in found.violations[0]
    assert "SIGSEGV" in found.violations[0]
    assert "seed 2, after 3 events" in found.violations[1]


def test_that_hands_on_a_window_that_never_trains_prove_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def idle(module: str, words: Sequence[str]) -> Generator[Progress, None, tuple[dict[str, Any], str]]:
        yield Progress(1, 1)
        return {"events": int(words[1]), "trainings": int(words[0] == "2")}, ""

    monkeypatch.setattr(command, "child", idle)
    found = verdict(command.monkeys(Options(events=7 * command.LEAST_EVENTS)))
    assert found.figures["seeds"] == 7
    assert found.figures["events"] == 7 * command.LEAST_EVENTS
    assert [each.split(":")[0] for each in found.violations] == [f"seed {seed}" for seed in (1, 3, 4, 5, 6, 7)]


def samples(slope: float, handles: int = 0) -> list[Sample]:
    return [Sample(at / 100, 500 + slope * at / 100, 8, 20 + (handles if at > 60 else 0)) for at in range(100)]


def test_that_growth_is_seen_and_warming_up_is_not() -> None:
    assert judged(samples(1.0), 60.0)[1] == []
    assert judged(samples(3.0), 60.0)[1] == ["memory grows by 3.0 MB an hour"]
    assert judged(samples(0.0, handles=5), 60.0)[1] == ["5 handles more at the end than after a quarter"]
    warmed = [Sample(each.hours, each.memory - (100 if at < 20 else 0), 8, 20) for at, each in enumerate(samples(0.0))]
    assert judged(warmed, 60.0)[1] == []
    assert judged(samples(0.0)[:5], 60.0)[1]


def test_that_kernels_are_compiled_before_the_soak_and_outside_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def window(*_: object) -> object:
        done.append("window")
        return SimpleNamespace(application=SimpleNamespace(exec=lambda: 0))

    monkeypatch.setattr(soak, "preparing", lambda: lambda control, tell: done.append("compiled"))
    monkeypatch.setattr(soak, "Living", window)
    monkeypatch.setattr(soak, "Soak", lambda *_: None)
    assert soak.main(1, 1.0, tmp_path) == 0
    assert done == ["compiled", "window"]


def test_that_the_soak_keeps_the_latest_runs_and_deletes_a_crowd(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soak, "CROWD", 5)
    monkeypatch.setattr(soak, "KEPT", 2)
    workspace = Workspace(tmp_path)
    assert soak.tidied(workspace) == 0
    workspace.prepare()
    runs = [put_run(workspace, number).path for number in range(5)]
    for at, run in enumerate(reversed(runs)):
        os.utime(run, (at, at))
    assert soak.tidied(workspace) == 3
    assert {each.name for each in workspace.runs_folder.iterdir()} == {each.name for each in runs[:2]}
    assert not list(deleted_runs(workspace))


def test_that_samples_kept_as_numbers_are_the_samples() -> None:
    taken = samples(1.0, handles=3)
    assert samples_of(array("d", [number for each in taken for number in astuple(each)])) == taken
