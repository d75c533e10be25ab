"""A small source, a small run of each kind that the commands need, and a way to call them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.commands import main
from tests.core.data.tastes import ITEMS, write_tastes

SMALL = ("--set", "report_every=0", "--set", "bootstrap=20")


@dataclass(frozen=True)
class Said:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def result(self) -> dict[str, Any]:
        last = self.objects[-1]
        assert last["event"] == "result"
        return last


Call = Callable[..., Said]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Call:
    """Run a command in this process."""
    monkeypatch.setenv("RANKSCOPE_WORKSPACE", str(tmp_path / "workspace"))

    def called(*words: object) -> Said:
        code = main([str(word) for word in words])
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return called


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CSV of interactions of 50 users; titles.csv lies beside it."""
    folder = tmp_path_factory.mktemp("source")
    titles = [f"{item:03d},Film {item},{'Even' if item % 2 == 0 else 'Odd'}" for item in range(ITEMS)]
    (folder / "titles.csv").write_text("item,title,genres\n" + "\n".join(titles) + "\n")
    return write_tastes(folder, 50, "u{:02d}".format, "{:03d}".format)


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory, source: Path) -> dict[str, Path]:
    """Trained runs by model."""
    folder = tmp_path_factory.mktemp("runs")
    found = {}
    for model in ("mf", "neumf", "caser", "autorec-user", "popularity"):
        words = ["train", "--data", str(source), "--items", str(source.parent / "titles.csv"), "--model", model]
        words += ["--out", str(folder / model), *SMALL]
        words += ["--epochs", "3"] if model != "popularity" else []
        words += ["--set", "learning_rate=0.01"] if model in ("neumf", "caser") else []
        assert main(words) == 0
        found[model] = folder / model
    return found
