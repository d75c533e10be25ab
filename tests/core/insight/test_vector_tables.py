"""Which tables of item vectors each model has."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.errors import UsageError
from core.insight.similar import item_vectors, similar_items, vector_tables
from core.models.base import RankingModel
from core.training.plan import make_plan
from core.training.state import RunState
from tests.core.training.boards import checkerboard


def untrained(model: str) -> RankingModel:
    return RunState(make_plan({"model": {"name": model}, "training": {"epochs": 1}}), checkerboard()).model


@pytest.mark.parametrize(
    ("model", "tables"),
    [
        ("mf", ["factors"]),
        ("gmf", ["factors"]),
        ("mlp", ["factors"]),
        ("neumf", ["both", "gmf", "mlp"]),
        ("caser", ["output", "input"]),
        ("autorec-user", ["decoder", "encoder"]),
        ("autorec-item", []),
        ("popularity", []),
        ("random", []),
    ],
)
def test_that_every_table_has_a_row_for_each_item(model: str, tables: list[str]) -> None:
    made = untrained(model)
    assert list(vector_tables(made)) == tables
    for table in tables:
        assert len(item_vectors(made, table)) == made.n_items
    if tables:
        assert torch.equal(item_vectors(made), item_vectors(made, tables[0]))


def test_that_the_halves_of_neumf_are_its_whole() -> None:
    model = untrained("neumf")
    halves = [item_vectors(model, "gmf"), item_vectors(model, "mlp")]
    assert torch.equal(torch.cat(halves, 1), item_vectors(model, "both"))
    vectors = halves[1].detach().double().numpy()
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosine = unit @ unit[4]
    cosine[4] = -9
    assert similar_items(model, 4, 1, "mlp")[0].item == cosine.argmax()


def test_that_an_unknown_table_is_refused() -> None:
    with pytest.raises(UsageError, match="no table 'gmf'"):
        item_vectors(untrained("mf"), "gmf")
