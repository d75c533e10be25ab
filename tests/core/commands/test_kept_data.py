from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.commands import main
from core.runs.kept_data.dataset_store import SMALLEST, VARIABLE
from core.runs.workspace import VARIABLE as WORKSPACE


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file that is large enough to be kept."""
    path = tmp_path / "ratings.csv"
    lines = [f"user-{n % 800:012d},item-{n * 7919 % 500:012d},{1_000_000_000 + n}\n" for n in range(26_000)]
    path.write_text("user,item,timestamp\n" + "".join(lines), "utf-8")
    assert path.stat().st_size > SMALLEST
    return path


def result(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main([*words, "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return next(line for line in lines if line["event"] in ("result", "read") and "notes" in line)


def test_that_data_opens_what_it_read_before_unless_told_not_to(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    words = ("data", str(source), "--workspace", str(tmp_path / "w"))
    first, second = result(capsys, *words), result(capsys, *words)
    assert "as it was kept" in second["notes"][-1]
    for name in first:
        assert first[name] == second[name] or name == "notes", name
    assert result(capsys, *words, "--no-store")["notes"] == first["notes"]
    monkeypatch.setenv(VARIABLE, "0")
    assert result(capsys, *words)["notes"] == first["notes"]


def test_that_a_workspace_that_nobody_named_is_not_made_for_it(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(WORKSPACE, raising=False)
    monkeypatch.setattr("platformdirs.user_data_dir", lambda *_, **__: str(tmp_path / "own"))
    result(capsys, "data", str(source))
    assert not (tmp_path / "own").exists()


def test_that_train_opens_what_data_read(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    shared = ("--workspace", str(tmp_path / "w"))
    result(capsys, "data", str(source), *shared)
    train = ("train", "--data", str(source), "--model", "popularity", *shared)
    assert "as it was kept" in result(capsys, *train)["notes"][-1]
    assert "as it was kept" not in result(capsys, *train, "--no-store")["notes"][-1]
