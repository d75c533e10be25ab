"""ONNX Runtime gives the scores of the model, for any number of users and for chosen items."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import pytest

from core.errors import UsageError
from core.export import onnx_file
from core.export.exporting import export
from core.export.graph import OPSET
from core.models import MODELS
from core.models.scorer import scorer_for
from core.runs.opening import Run
from core.scoring import Histories, known_before


def fed(run: Run, users: npt.NDArray[np.int32], histories: Histories, names: list[str]) -> dict[str, Any]:
    """Inputs as the documentation of the target says."""
    rows = np.zeros((len(users), run.model.n_items), np.float32)
    rows[np.repeat(np.arange(len(users)), np.diff(histories.indptr)), histories.items] = 1
    inputs = {
        "user": users.astype(np.int64),
        "window": histories.last(max(run.model.window, 1), run.model.n_items).astype(np.int64),
        "history": rows,
    }
    return {name: inputs[name] for name in names if name in inputs}


@pytest.mark.parametrize("users", [[3], [0, 1, 2, 5, 8, 13, 21]])
@pytest.mark.parametrize("model", list(MODELS))
def test_that_onnx_runtime_scores_as_the_model(
    model: str, users: list[int], runs: dict[str, Run], tmp_path: Path
) -> None:
    run = runs[model]
    rows = np.array(users, np.int32)
    histories = Histories(known_before(run.split, "next"), rows)
    wanted = scorer_for(run.model).scores(rows, histories)
    for candidates in (False, True):
        done = export(run, "onnx", tmp_path / f"{candidates}.onnx", {"candidates": candidates})
        session = onnxruntime.InferenceSession(done.out)
        names = [each.name for each in session.get_inputs()]
        items = np.array([29, 0, 4, 4], np.int64) if candidates else np.arange(run.model.n_items)
        feeds = fed(run, rows, histories, names) | ({"item": items} if candidates else {})
        assert set(feeds) == set(names)
        (scores,) = session.run(["scores"], feeds)
        np.testing.assert_allclose(scores, wanted[:, items], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("model", ["mf", "neumf", "caser"])
def test_that_an_unknown_user_is_scored_as_the_model_does(model: str, runs: dict[str, Run], tmp_path: Path) -> None:
    run = runs[model]
    unknown = np.array([-1], np.int32)
    histories = Histories.by_hand([np.array([12, 14])], run.model.n_items)
    wanted = scorer_for(run.model).scores(unknown, Histories(histories.parts, np.zeros(1, np.int32)))
    session = onnxruntime.InferenceSession(export(run, "onnx", tmp_path / "a.onnx").out)
    names = [each.name for each in session.get_inputs()]
    (scores,) = session.run(None, fed(run, unknown, histories, names))
    np.testing.assert_allclose(scores, wanted, rtol=1e-5, atol=1e-5)


def test_that_the_file_states_opset_batch_and_ids(runs: dict[str, Run], tmp_path: Path) -> None:
    run = runs["caser"]
    model = onnx.load(export(run, "onnx", tmp_path / "a.onnx").out)
    onnx.checker.check_model(model, full_check=True)
    assert [(each.domain, each.version) for each in model.opset_import] == [("", OPSET)]
    shape = model.graph.output[0].type.tensor_type.shape.dim
    assert shape[0].dim_param == "batch"
    assert shape[1].dim_value == run.model.n_items
    told = {each.key: each.value for each in model.metadata_props}
    assert told["rankscope.data"] == run.record.data["hash"]
    assert json.loads(told["rankscope.item_ids"])["ids"] == run.interactions.items.ids.to_pylist()
    small = onnx.load(export(run, "onnx", tmp_path / "b.onnx", {"ids": "no"}).out)
    assert "rankscope.item_ids" not in {each.key for each in small.metadata_props}


def test_that_a_model_too_large_for_one_file_is_refused(
    runs: dict[str, Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_file, "LARGEST", 1000)
    with pytest.raises(UsageError, match="2 GB"):
        export(runs["mf"], "onnx", tmp_path / "a.onnx")
    assert list(tmp_path.iterdir()) == []
