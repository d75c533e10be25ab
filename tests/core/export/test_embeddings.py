"""Vectors as other programs read them: NumPy, pyarrow, the format that gensim reads, TensorBoard's projector."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from google.protobuf import text_format
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

from core.export.embeddings import without_spaces
from core.export.exporting import export
from core.runs.opening import Run


def test_that_arrays_and_ids_are_aligned(runs: dict[str, Run], tmp_path: Path) -> None:
    run = runs["mf"]
    export(run, "embeddings", tmp_path / "out")
    vectors = np.load(tmp_path / "out" / "items.npy", allow_pickle=False)
    listed = json.loads((tmp_path / "out" / "items.json").read_text())
    assert np.array_equal(vectors, run.model.state_dict()["item_factors.weight"].numpy())
    assert listed["ids"] == run.interactions.items.ids.to_pylist()
    assert listed["title"] == [run.interactions.catalogue.title(row) for row in range(len(vectors))]
    users = np.load(tmp_path / "out" / "users.npy", allow_pickle=False)
    assert np.array_equal(users, run.model.state_dict()["user_factors.weight"].numpy())


def test_that_parquet_has_a_row_a_vector(runs: dict[str, Run], tmp_path: Path) -> None:
    run = runs["caser"]
    export(run, "embeddings", tmp_path / "out", {"format": "parquet"})
    table = pq.read_table(tmp_path / "out" / "items.parquet")
    assert table.column_names == ["id", "title", "vector"]
    assert table.column("id").to_pylist() == run.interactions.items.ids.to_pylist()
    vectors = np.array(table.column("vector").to_pylist(), np.float32)
    assert np.array_equal(vectors, run.model.state_dict()["output_factors.weight"].numpy())


def read_word2vec(path: Path) -> dict[str, list[float]]:
    """As gensim's KeyedVectors.load_word2vec_format reads a text: a head, then a token and numbers parted by spaces."""
    with path.open(encoding="utf-8") as file:
        rows, width = (int(each) for each in file.readline().split())
        found = {}
        for line in file:
            token, *numbers = line.rstrip().split(" ")
            assert len(numbers) == width
            found[token] = [float(each) for each in numbers]
    assert len(found) == rows
    return found


def test_that_word2vec_text_gives_every_number_back(runs: dict[str, Run], tmp_path: Path) -> None:
    run = runs["neumf"]
    done = export(run, "embeddings", tmp_path / "out", {"format": "word2vec"})
    found = read_word2vec(tmp_path / "out" / "items.txt")
    table = run.model.state_dict()["item_factors.weight"].numpy()
    tokens, changed = without_spaces(run.interactions.items.ids.to_pylist())
    assert list(found) == tokens
    assert np.array_equal(np.array(list(found.values()), np.float32), table)
    assert changed == 3
    assert "3 ids of items hold spaces" in " ".join(done.notes)


@pytest.mark.parametrize("model", ["mf", "autorec-item"])
def test_that_the_projector_finds_its_files(model: str, runs: dict[str, Run], tmp_path: Path) -> None:
    run, out = runs[model], tmp_path / "out"
    export(run, "embeddings", out, {"format": "projector"})
    config = text_format.Parse((out / "projector_config.pbtxt").read_text(), ProjectorConfig())
    assert [each.tensor_name for each in config.embeddings] == ["items", "users"]
    for each in config.embeddings:
        vectors = np.loadtxt(out / each.tensor_path, delimiter="\t", ndmin=2)
        assert list(vectors.shape) == list(each.tensor_shape)
        lines = (out / each.metadata_path).read_text(encoding="utf-8").split("\n")[:-1]
        # a head only where there is more than one column
        head = each.tensor_name == "items"
        assert len(lines) == len(vectors) + head
        if head:
            assert lines[0] == "id\ttitle"
            rows = list(csv.reader(io.StringIO("\n".join(lines)), delimiter="\t", quoting=csv.QUOTE_NONE))
            assert {len(row) for row in rows} == {2}
            assert all(row[1].startswith("'=SUM") for row in rows[1:])


def test_that_tensorboard_itself_reads_the_folder(runs: dict[str, Run], tmp_path: Path) -> None:
    from tensorboard.plugins.projector import projector_plugin

    run = runs["mf"]
    export(run, "embeddings", tmp_path / "out", {"format": "projector"})
    config = projector_plugin._read_tensor_tsv_file(str(tmp_path / "out" / "items.tsv"))
    np.testing.assert_array_equal(config.astype(np.float32), run.model.state_dict()["item_factors.weight"].numpy())


def test_that_ids_stay_distinct_where_spaces_cannot_stand() -> None:
    ids = ["a b", "a_b", "a\tb", "a_b_", " ", "_", "c"]
    tokens, changed = without_spaces(ids)
    assert changed == 3
    assert len(set(tokens)) == len(ids)
    assert [tokens[1], tokens[3], tokens[5], tokens[6]] == ["a_b", "a_b_", "_", "c"]
    assert not any(each.split() != [each] for each in tokens)
