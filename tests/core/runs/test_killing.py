from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
@pytest.mark.parametrize(("kills", "least"), [(25, 1), pytest.param(1000, 200, marks=pytest.mark.long)])
def test_that_no_kill_leaves_a_run_that_cannot_be_opened_or_loses_an_epoch_that_was_told(
    tmp_path: Path, kills: int, least: int
) -> None:
    program = [sys.executable, "-W", "ignore", "-m", "tests.core.runs.killing", str(tmp_path), str(kills), "1"]
    ended = subprocess.run(program, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert (found["unreadable"], found["lost"]) == (0, 0), ended.stderr
    assert found["kills"] == kills
    # else the kills hit nothing that could break; how many do depends on what else the machine is doing
    assert found["within_a_write"] >= least
