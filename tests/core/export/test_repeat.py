"""The script, the plan and the command line repeat a run to the bit."""

from __future__ import annotations

import argparse
import runpy
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from core.commands import main
from core.commands.planning import asked_plan
from core.commands.train import add_arguments
from core.export.exporting import export
from core.export.repeat import train_command, weights_hash
from core.models import MODELS
from core.runs.opening import Run, open_run
from core.training.plan import Plan, make_plan, read_plan


def parsed(words: list[str]) -> Plan:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return asked_plan(parser.parse_args(words[2:]))


@pytest.mark.parametrize("model", list(MODELS))
def test_that_the_command_and_the_toml_stand_for_the_very_plan(
    model: str, runs: dict[str, Run], tmp_path: Path
) -> None:
    run = runs[model]
    export(run, "repeat", tmp_path / "out")
    words = shlex.split((tmp_path / "out" / "command.txt").read_text())
    assert words[:3] == ["rankscope", "train", "--data"]
    assert parsed(words) == run.plan
    assert make_plan(read_plan(tmp_path / "out" / "plan.toml")) == run.plan


def test_that_every_kind_of_value_survives_the_command_line() -> None:
    plan = make_plan(
        {
            "data": {
                "source": "a folder/$(touch x); 'quoted'.csv",
                "columns": "user=A,item=B",
                "rating_threshold": 3.5,
            },
            "model": {"name": "mlp", "tower": [8, 4], "dropout": 0.25},
            "loss": {"name": "softmax", "temperature": 0.5},
            "sampler": {"name": "in-batch"},
            "training": {"seed": 7, "keep_best": False},
            "evaluation": {"ks": [3, 7]},
        }
    )
    words = train_command(plan)
    assert parsed(shlex.split(shlex.join(words))) == plan


def test_that_the_script_trains_the_same_weights(runs: dict[str, Run], tmp_path: Path) -> None:
    run = runs["caser"]
    export(run, "repeat", tmp_path / "out")
    command = [sys.executable, str(tmp_path / "out" / "train.py"), "--out", str(tmp_path / "again")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert "weights: the same to the bit" in done.stdout, done.stderr
    assert done.returncode == 0
    assert weights_hash(open_run(tmp_path / "again")) == weights_hash(run)


def test_that_the_command_trains_the_same_weights(
    runs: dict[str, Run], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = runs["neumf"]
    export(run, "repeat", tmp_path / "out")
    words = shlex.split((tmp_path / "out" / "command.txt").read_text())
    assert main([*words[1:], "--out", str(tmp_path / "again")]) == 0
    assert weights_hash(open_run(tmp_path / "again")) == weights_hash(run)


def test_that_other_data_is_noticed(
    runs: dict[str, Run],
    source: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = source.read_text(encoding="utf-8").splitlines()
    (tmp_path / "other.csv").write_text("\n".join(lines[:-3]) + "\n", encoding="utf-8")
    export(runs["popularity"], "repeat", tmp_path / "out")
    script = str(tmp_path / "out" / "train.py")
    words = [script, "--out", str(tmp_path / "again"), "--data", str(tmp_path / "other.csv")]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(script, run_name="__main__")
    assert ended.value.code == 1
    assert "data: NOT the same" in capsys.readouterr().out
