"""The exported model: a program that needs NumPy alone recommends what Rankscope does; card and tensors."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from core.errors import UsageError
from core.export.exporting import export
from core.insight.unknown import history_scores
from core.models import MODELS
from core.models.scorer import scorer_for
from core.protocols import hidden_when_recommending
from core.ranking import top_items
from core.runs.opening import Run
from core.scoring import Histories, known_before

BLOCKING = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in ('torch', 'core', 'workbench', 'safetensors', 'pyarrow', 'pandas'):
            raise ImportError(name + ' must not be needed')
sys.meta_path.insert(0, Refuse())
import runpy
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name='__main__')
"""


def recommended(folder: Path, *words: str) -> list[tuple[str, float]]:
    """What the program prints, in an interpreter of its own that has neither torch nor Rankscope."""
    command = [sys.executable, "-I", "-X", "utf8", "-c", BLOCKING, str(folder / "recommend.py"), *words]
    done = subprocess.run(command, capture_output=True, check=True, cwd="/")
    lines = [line.split("\t") for line in done.stdout.decode().splitlines()]
    return [("\t".join(line[1:-2]), float(line[-2])) for line in lines]


@pytest.mark.parametrize("model", list(MODELS))
def test_that_the_program_recommends_as_the_run_does(model: str, runs: dict[str, Run], tmp_path: Path) -> None:
    run = runs[model]
    export(run, "model", tmp_path / "out")
    data, users = run.interactions, np.array([1, 7], np.int32)
    histories = Histories(known_before(run.split, "next"), users)
    wanted = top_items(scorer_for(run.model), users, histories, hidden_when_recommending(run.split), 10)
    for at, user in enumerate(users):
        found = recommended(tmp_path / "out", "--user", data.users.id(int(user)), "--k", "10")
        length = int(wanted.lengths[at])
        assert [score for _, score in found] == pytest.approx(wanted.scores[at, :length].tolist(), abs=1e-5)
        assert [name for name, _ in found] == data.items.take(wanted.items[at, :length])


@pytest.mark.parametrize("model", ["caser", "autorec-user"])
def test_that_the_program_ranks_for_a_history_by_hand(model: str, runs: dict[str, Run], tmp_path: Path) -> None:
    run = runs[model]
    export(run, "model", tmp_path / "out", {"histories": "false"})
    assert not (tmp_path / "out" / "known.safetensors").exists()
    history = np.array([12, 14, 20], np.int32)
    scores = history_scores(run.model, history)
    scores[history] = -np.inf
    best = np.argsort(-scores, kind="stable")[:5]
    found = recommended(tmp_path / "out", "--history", ",".join(run.interactions.items.take(history)), "--k", "5")
    assert [name for name, _ in found] == run.interactions.items.take(best.astype(np.int32))
    assert [score for _, score in found] == pytest.approx(scores[best].tolist(), abs=1e-5)


def test_that_the_card_tells_plan_data_and_figures_and_the_tensors_read_back(
    runs: dict[str, Run], tmp_path: Path
) -> None:
    run = runs["mf"]
    export(run, "model", tmp_path / "out")
    card = json.loads((tmp_path / "out" / "model.json").read_text())
    assert card["model"] == "mf"
    assert card["data"]["hash"] == run.record.data["hash"]
    assert card["result"]["metrics"] == run.result["metrics"]
    assert card["plan"]["model"]["similarity"] == "cosine"
    assert card["versions"]["torch"]
    weights = safetensors.numpy.load_file(tmp_path / "out" / "model.safetensors")
    assert {name: list(value.shape) for name, value in weights.items()} == {
        name: each["shape"] for name, each in card["tensors"].items()
    }
    for name, value in run.model.state_dict().items():
        assert np.array_equal(weights[name], value.numpy())
    assert json.loads((tmp_path / "out" / "items.json").read_text())["ids"] == run.interactions.items.ids.to_pylist()


def test_that_the_program_refuses_a_folder_that_was_changed(runs: dict[str, Run], tmp_path: Path) -> None:
    export(runs["mf"], "model", tmp_path / "out")
    (tmp_path / "out" / "users.json").write_text('{"ids":[]}')
    with pytest.raises(subprocess.CalledProcessError) as caught:
        recommended(tmp_path / "out", "--user", "u05")
    assert b"users.json is not the file that was exported" in caught.value.stderr


def test_that_models_without_vectors_say_so(runs: dict[str, Run], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="learns no vectors for users"):
        export(runs["autorec-user"], "embeddings", tmp_path / "out", {"vectors": "users"})
