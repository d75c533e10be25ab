from __future__ import annotations

from pathlib import Path

from tests.core.commands.conftest import SMALL, Call


def test_that_a_run_that_has_ended_is_refused_before_anything_is_said(call: Call, source: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    words = ["train", "--data", source, "--model", "mf", "--epochs", 3, "--set", "schedule=constant", *SMALL]
    assert call(*words, "--out", run).code == 0
    refused = call("resume", run)
    assert refused.code == 2
    assert refused.out == ""
    assert "there is nothing to go on with" in refused.err
    too_few = call("resume", run, "--epochs", 2)
    assert too_few.code == 2
    assert too_few.out == ""
    longer = call("resume", run, "--epochs", 4)
    assert longer.code == 0, longer.err
    assert longer.out.startswith("Going on after epoch 3\n")
    assert "epoch 4/4" in longer.out
