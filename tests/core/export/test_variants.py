"""Models with other losses, feedback and parts left out are exported with the same scores as well."""

from __future__ import annotations

import contextlib
import importlib.util
import io
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from core.commands import main
from core.export.exporting import export
from core.models.scorer import scorer_for
from core.runs.opening import open_run
from core.scoring import Histories, known_before

VARIANTS = {
    "ratings predicted": ("mf", "loss=squared", "model.biases=true"),
    "softmax over cosines": ("mf", "loss=softmax"),
    "ratings by user": ("autorec-user", "loss=squared", "feedback=ratings"),
    "ratings by item": ("autorec-item", "loss=squared", "feedback=ratings"),
    "no horizontal filters": ("caser", "use_horizontal=false"),
    "no vertical filters, no user": ("caser", "use_vertical=false", "use_user=false"),
    "user alone": ("caser", "use_horizontal=false", "use_vertical=false", "window=3"),
    "a tower of one": ("neumf", "tower=8"),
}


@pytest.mark.parametrize("variant", list(VARIANTS))
def test_that_a_variant_keeps_its_scores(variant: str, source: Path, tmp_path: Path) -> None:
    model, *settings = VARIANTS[variant]
    words = ["train", "--data", str(source), "--model", model, "--epochs", "1", "--out", str(tmp_path / "run")]
    for each in ("report_every=0", "bootstrap=20", *settings):
        words += ["--set", each]
    with contextlib.redirect_stdout(io.StringIO()):
        assert main(words) == 0
    run = open_run(tmp_path / "run")
    users = np.array([0, 3, 11], np.int32)
    histories = Histories(known_before(run.split, "next"), users)
    wanted = scorer_for(run.model).scores(users, histories).copy()
    export(run, "model", tmp_path / "out")
    spec = importlib.util.spec_from_file_location("recommend", tmp_path / "out" / "recommend.py")
    assert spec is not None
    assert spec.loader is not None
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    recommender = program.Recommender(tmp_path / "out")
    np.testing.assert_allclose(np.stack([recommender.scores(int(user)) for user in users]), wanted, atol=1e-5)
    session = onnxruntime.InferenceSession(export(run, "onnx", tmp_path / "a.onnx").out)
    rows = np.zeros((len(users), run.model.n_items), np.float32)
    weights = histories.weights if "feedback=ratings" in settings else None
    rows[np.repeat(np.arange(len(users)), np.diff(histories.indptr)), histories.items] = (
        1 if weights is None else weights
    )
    inputs = {
        "user": users.astype(np.int64),
        "window": histories.last(max(run.model.window, 1), run.model.n_items).astype(np.int64),
        "history": rows,
    }
    (scores,) = session.run(None, {each.name: inputs[each.name] for each in session.get_inputs()})
    np.testing.assert_allclose(scores, wanted, rtol=1e-5, atol=1e-5)
