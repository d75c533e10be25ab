"""Sizes that are told before an export, beside those of what is then written."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import pyarrow as pa
import pytest

from core.commands import main
from core.export import TARGETS
from core.export.exporting import export
from core.export.facts import facts_of
from core.params import build
from core.runs.opening import open_run
from core.runs.tables import text_bytes, write_table
from tests.core.data.tastes import ITEMS, write_tastes

WIDE = "となりの利用者と長い題名の映画について、"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with long titles of which each character takes three bytes."""
    place = tmp_path_factory.mktemp("wide")
    titles = [f"品{item:02d},{WIDE * 4}{item},{WIDE}" for item in range(ITEMS)]
    (place / "titles.csv").write_text("item,title,about\n" + "\n".join(titles) + "\n", encoding="utf-8")
    source = write_tastes(place, 300, lambda user: f"{WIDE}{user}", lambda item: f"品{item:02d}")
    words = ["train", "--data", str(source), "--items", str(place / "titles.csv"), "--model", "mf", "--epochs", "1"]
    with contextlib.redirect_stdout(io.StringIO()):
        assert main([*words, "--set", "bootstrap=0", "--set", "factors=4", "--out", str(place / "run")]) == 0
    return place / "run"


@pytest.mark.parametrize(
    ("target", "name", "options"),
    [
        ("recommendations", "out.csv", {}),
        ("recommendations", "out.jsonl", {"k": 30}),
        ("embeddings", "out", {"format": "npy"}),
        ("embeddings", "out", {"format": "projector"}),
        ("model", "out", {"histories": False}),
    ],
)
def test_that_long_titles_in_any_script_are_reckoned_with(
    folder: Path, tmp_path: Path, target: str, name: str, options: dict[str, object]
) -> None:
    run, entry = open_run(folder), TARGETS[target]
    settings = build(entry.settings, options, "the test")
    planned = {each.name: each.size for each in entry.files(facts_of(run), settings)}
    export(run, target, tmp_path / name, options)
    for file, size in planned.items():
        written = (tmp_path / name / file if file else tmp_path / name).stat().st_size
        assert written / 1.35 - 2000 <= size <= written * 1.35 + 2000, file


@pytest.mark.parametrize("rated", [False, True])
def test_that_the_ratings_of_histories_are_reckoned_with(tmp_path: Path, rated: bool) -> None:
    lines = [f"u{at // 20},i{(at * 7) % 50}" + (f",{at % 9 / 2}" if rated else "") for at in range(8000)]
    source = tmp_path / "ratings.csv"
    source.write_text(("user,item,rating\n" if rated else "user,item\n") + "\n".join(lines) + "\n")
    words = ["train", "--data", str(source), "--model", "popularity", "--set", "bootstrap=0"]
    with contextlib.redirect_stdout(io.StringIO()):
        assert main([*words, "--out", str(tmp_path / "run")]) == 0
    run = open_run(tmp_path / "run")
    entry = TARGETS["model"]
    planned = {each.name: each.size for each in entry.files(facts_of(run), build(entry.settings, {}, "the test"))}
    export(run, "model", tmp_path / "out", {})
    written = (tmp_path / "out" / "known.safetensors").stat().st_size
    assert planned["known.safetensors"] == pytest.approx(written, rel=0.05)


def test_that_texts_are_measured_in_bytes_without_being_read(tmp_path: Path) -> None:
    texts = [f"{WIDE}{at}" for at in range(3000)]
    write_table(tmp_path / "a.parquet", pa.table({"id": [str(at) for at in range(3000)], "title": texts}))
    found = text_bytes(tmp_path / "a.parquet")
    assert found["id"] == pytest.approx(3.7, abs=3)
    assert found["title"] == pytest.approx(len("".join(texts).encode()) / 3000, abs=3)
    (tmp_path / "a.parquet").write_bytes(b"PAR1 nothing PAR1")
    assert text_bytes(tmp_path / "a.parquet") == text_bytes(tmp_path / "none.parquet") == {}
