"""The catalogue in tiles: the scores of the plain model, whoever is asked for with whom."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.models.base import Asked
from core.models.neural import NeuralRanking
from core.models.scorer import ModelScorer
from core.scoring import Histories


def model_of(gmf: int, mlp: int, tower: tuple[int, ...], items: int = 150) -> NeuralRanking:
    generator = torch.Generator().manual_seed(3)
    model = NeuralRanking(9, items, gmf, mlp, tower, 0.3, generator)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator) * 0.2)
    return model.eval()


def nothing_met(users: int) -> Histories:
    return Histories.by_hand([[]] * users, 150)


@pytest.mark.parametrize(
    ("gmf", "mlp", "tower"),
    [
        (10, 10, (10, 10, 10)),
        (0, 6, (8,)),
        (3, 1, (3, 1)),
        (7, 0, ()),
        (32, 16, (24, 9)),
        (0, 5, (4, 12, 33)),
        (4, 70, (130, 65)),
    ],
)
@pytest.mark.parametrize("items", [1, 64, 150])
def test_that_the_catalogue_has_the_scores_of_the_plain_model(
    gmf: int, mlp: int, tower: tuple[int, ...], items: int
) -> None:
    model = model_of(gmf, mlp, tower, items)
    encoded = model.encode(Asked(torch.tensor([3, 3, 0, 8])))
    found = model.score_catalogue(encoded, torch.full((4, items), torch.nan))
    torch.testing.assert_close(found, model.score_shared(encoded, None), rtol=1e-5, atol=1e-5)


def test_that_a_score_does_not_depend_on_who_is_asked_for_with_it() -> None:
    model = model_of(5, 6, (7, 4))
    with torch.no_grad():
        # the same item in different places of different tiles: a tie must stay one
        model.item_factors.weight[[40, 149]] = model.item_factors.weight[3].clone()
    scorer = ModelScorer(model)
    together = scorer.scores(np.arange(9, dtype=np.int32), nothing_met(9)).copy()
    for user in range(9):
        assert np.array_equal(scorer.scores(np.array([user], np.int32), nothing_met(1))[0], together[user])
    assert np.array_equal(together[:, 3], together[:, 40])
    assert np.array_equal(together[:, 3], together[:, 149])


def test_that_what_is_not_a_number_is_told_of_its_item_alone() -> None:
    model = model_of(4, 4, (4, 3))
    with torch.no_grad():
        model.item_factors.weight[70] = torch.nan
    found = ModelScorer(model).scores(np.array([1], np.int32), nothing_met(1))
    assert np.flatnonzero(np.isnan(found[0])).tolist() == [70]
