"""The commands export and import, and the list of targets."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.export import TARGETS
from core.runs.workspace import choose_workspace
from tests.core.commands.conftest import Call


def test_that_an_export_tells_what_it_wrote(call: Call, runs: dict[str, Path], tmp_path: Path) -> None:
    said = call("export", runs["mf"], "--to", "recommendations", tmp_path / "a.csv", "--set", "k=2", "--json")
    assert said.code == 0
    result = said.result
    assert result["to"] == "recommendations"
    assert result["files"] == [{"name": "", "size": (tmp_path / "a.csv").stat().st_size}]
    assert len((tmp_path / "a.csv").read_text().splitlines()) == 1 + 50 * 2
    people = call("export", runs["mf"], "--to", "model", tmp_path / "model")
    assert people.code == 0
    assert "recommend.py" in people.out


def test_that_what_is_there_is_kept_until_replace_is_given(call: Call, runs: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "a.onnx").write_text("precious")
    said = call("export", runs["mf"], "--to", "onnx", tmp_path / "a.onnx")
    assert said.code == 2
    assert "--replace" in said.err
    assert (tmp_path / "a.onnx").read_text() == "precious"
    assert call("export", runs["mf"], "--to", "onnx", tmp_path / "a.onnx", "--replace").code == 0
    assert (tmp_path / "a.onnx").stat().st_size > 1000


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--to", "onx", "a"), "Did you mean onnx"),
        (("--to", "onnx", "a", "--set", "id=no"), "Did you mean ids"),
        (("--to", "onnx", "a", "--set", "ids"), "key=value"),
        (("--to", "recommendations", "a.csv", "--set", "k=0"), "1 to 100000"),
        (("a.csv",), "--to"),
    ],
)
def test_that_wrong_words_are_told(words: tuple[str, ...], told: str, call: Call, runs: dict[str, Path]) -> None:
    said = call("export", runs["mf"], *words)
    assert said.code == 2
    assert told in said.err


def test_that_models_without_vectors_are_told(call: Call, runs: dict[str, Path], tmp_path: Path) -> None:
    said = call("export", runs["popularity"], "--to", "embeddings", tmp_path / "a")
    assert said.code == 2
    assert "no vectors" in said.err


def test_that_a_bundle_comes_into_the_workspace(call: Call, runs: dict[str, Path], tmp_path: Path) -> None:
    assert call("export", runs["caser"], "--to", "bundle", tmp_path / "run.zip").code == 0
    said = call("import", tmp_path / "run.zip", "--json")
    assert said.code == 0
    assert said.result["model"] == "caser"
    identity = said.result["run"]
    assert choose_workspace().find(identity).exists()
    assert call("recommend", identity, "--user", "u01", "--json").code == 0
    again = call("import", tmp_path / "run.zip")
    assert again.code == 2
    assert "--copy" in again.err
    assert call("import", tmp_path / "run.zip", "--copy").code == 0
    (tmp_path / "run.zip").write_bytes(b"PK\x03\x04 nothing")
    damaged = call("import", tmp_path / "run.zip")
    assert damaged.code == 1
    assert "the bundle cannot be imported" in damaged.err


def test_that_a_bundle_without_data_names_the_option(
    call: Call, runs: dict[str, Path], source: Path, tmp_path: Path
) -> None:
    assert call("export", runs["mf"], "--to", "bundle", tmp_path / "run.zip", "--set", "data=no").code == 0
    said = call("import", tmp_path / "run.zip")
    assert said.code == 2
    assert "--data SOURCE" in said.err
    assert call("import", tmp_path / "run.zip", "--data", source).code == 0


def test_that_all_targets_are_listed(call: Call) -> None:
    said = call("list", "exports", "--json")
    assert said.result["keys"] == list(TARGETS)
    assert all(entry["opens in"] and entry["writes"] for entry in said.objects[:-1])
    assert ".onnx" in call("list", "exports").out


def test_that_nothing_but_the_run_is_written_into_its_folder(call: Call, runs: dict[str, Path], tmp_path: Path) -> None:
    run = runs["mf"]
    before = {each: each.read_bytes() for each in run.rglob("*") if each.is_file()}
    tables = [each for each in before if each.suffix == ".parquet"]
    for words in (
        ("export", run, "--to", "recommendations", tables[0], "--replace"),
        ("export", run, "--to", "model", run / "model"),
        ("export", run, "--to", "bundle", run.parent / "x" / ".." / run.name / "a.zip"),
        ("recommend", run, "--all", "--out", tables[0]),
        ("recommend", run, "--all", "--out", run / "a.csv"),
    ):
        (run.parent / "x").mkdir(exist_ok=True)
        said = call(*words)
        assert said.code == 2, words
        assert "folder of the run" in said.err
    assert {each: each.read_bytes() for each in run.rglob("*") if each.is_file()} == before


def test_that_a_device_or_a_pipe_is_not_replaced(call: Call, runs: dict[str, Path], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    for words in (
        ("export", runs["mf"], "--to", "recommendations", tmp_path / "pipe.csv", "--replace"),
        ("recommend", runs["mf"], "--all", "--out", tmp_path / "pipe.csv"),
    ):
        said = call(*words)
        assert said.code == 2
        assert "a device or a pipe" in said.err
    assert (tmp_path / "pipe.csv").is_fifo()
