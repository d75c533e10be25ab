"""Processes that are killed lose nothing that they told; in a process of its own, which forks."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core import durable
from core.proving import killing
from core.proving.killing import Count, look, within_a_write
from core.proving.stories import record_run
from core.runs.staging import NEW

PROGRAM = """
import json, sys
from pathlib import Path
from core.proving.killing import prove
from core.proving.proof import Options

proof = prove(Options(quick=True, kills=int(sys.argv[2])), Path(sys.argv[1]))
try:
    while True:
        next(proof)
except StopIteration as end:
    print(json.dumps({**end.value.figures, "violations": end.value.violations}))
"""


def kill(folder: Path, kills: int) -> dict[str, Any]:
    program = [sys.executable, "-W", "ignore", "-c", PROGRAM, str(folder), str(kills)]
    ended = subprocess.run(program, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
@pytest.mark.parametrize(("kills", "least"), [(16, 1), pytest.param(1000, 200, marks=pytest.mark.long)])
def test_that_no_kill_leaves_a_run_that_cannot_be_opened_or_loses_an_epoch_that_was_told(
    tmp_path: Path, kills: int, least: int
) -> None:
    found = kill(tmp_path, kills)
    assert found["violations"] == []
    # a run is killed to its end, so that it can be compared
    assert found["kills"] >= kills
    assert (found["unreadable"], found["epochs lost"]) == (0, 0)
    assert found["ends compared"] >= 1
    # else the kills hit nothing that could break; how many do depends on what else the machine is doing
    assert found["within a write"] >= least


def test_that_an_epoch_that_was_told_and_is_not_there_is_noticed(tmp_path: Path) -> None:
    for _ in record_run(tmp_path / "run"):
        pass
    count = Count()
    look(tmp_path / "run", (0, 4), count, "here")
    assert (count.lost, count.violations) == (0, [])
    look(tmp_path / "run", (0, 5), count, "here")
    assert count.lost == 2
    assert all("(0, 5) was told" in each for each in count.violations)


@pytest.mark.parametrize(
    "left",
    [f"{NEW}abc/x", f"run/{durable.TEMPORARY}a", f"run/ckpt/{durable.TEMPORARY}a", "run/ckpt/000001.safetensors"],
)
def test_that_a_kill_within_a_write_is_seen_once(tmp_path: Path, left: str) -> None:
    (tmp_path / "run" / "ckpt").mkdir(parents=True)
    assert not within_a_write(tmp_path / "run")
    place = tmp_path / left
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(b"half")
    (tmp_path / f"{NEW}abc.lock").touch()
    assert within_a_write(tmp_path / "run")
    assert killing.LEAST_WITHIN_A_WRITE == 0.2
