"""A newcomer's first two commands, on the real sample with the defaults."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.commands import main


def said(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    code = main([*words, "--json"])
    captured = capsys.readouterr()
    assert code == 0, captured.err
    return [json.loads(line) for line in captured.out.splitlines()]


@pytest.mark.parametrize(
    "words",
    [
        ("--model", "neumf", "--loss", "bpr"),
        pytest.param(("--model", "caser"), marks=pytest.mark.long),
    ],
)
def test_that_a_model_beats_popularity_on_the_sample_and_recommends_films(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    run = str(tmp_path / "run")
    result = said(capsys, "train", "--data", "sample", *words, "--out", run)[-1]
    assert (result["event"], result["part"], result["protocol"], result["users"]) == ("result", "test", "full", 671)
    for metric in ("hit@50", "auc"):
        against = result["against_popularity"][metric]
        assert against["difference"] > 0, metric
        assert against["p"] < 0.05, metric
    films = [each for each in said(capsys, "recommend", run, "--user", "15") if each["event"] == "item"]
    assert len(films) == 10
    assert all(film["title"].endswith(")") for film in films)
