"""Activations from the filters alone against Caser's own forward pass."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.insight.filters import NONE, horizontal, vertical
from core.models.caser import Caser
from core.models.settings import CaserSettings


def caser(**settings: object) -> Caser:
    values = {"factors": 6, "window": 4, "horizontal_filters": 5, "vertical_filters": 2, **settings}
    generator = torch.Generator().manual_seed(3)
    model = Caser(3, 12, CaserSettings(**values), generator)  # type: ignore[arg-type]
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator) * 0.3)
        model.input_factors.weight[12] = 0
    return model.eval()


WINDOW = np.array([12, 3, 7, 0], np.int32)


def test_that_activations_and_winners_are_those_of_the_forward_pass() -> None:
    model = caser()
    sequence = model.input_factors(torch.from_numpy(WINDOW.astype(np.int64))[None])
    own = [each[0].T.detach().numpy() for each in model.activations(sequence)]
    found = horizontal(model, WINDOW)
    assert [each.height for each in found] == [1, 2, 3, 4]
    for mine, theirs in zip(found, own, strict=True):
        assert mine.values.shape == (5, 4 - mine.height + 1)
        np.testing.assert_allclose(mine.values, theirs, atol=1e-6)
    pooled = model.convolved(sequence)[0].detach().numpy()[2 * 6 :].reshape(4, 5)
    for mine, pool in zip(found, pooled, strict=True):
        for filter, winner in enumerate(mine.winners):
            assert (winner == NONE) == (pool[filter] == 0)
            if winner != NONE:
                assert mine.values[filter, winner] == pytest.approx(pool[filter], abs=1e-6)
                assert list(mine.covered(filter)) == list(range(winner, winner + mine.height))
            else:
                assert list(mine.covered(filter)) == []
    assert any((each.winners == NONE).any() for each in found)


def test_that_vertical_weights_weigh_the_lags() -> None:
    model = caser(use_horizontal=False)
    assert horizontal(model, WINDOW) == ()
    weights = vertical(model)
    assert weights is not None
    assert weights.shape == (2, 4)
    sequence = model.input_factors(torch.from_numpy(WINDOW.astype(np.int64))[None])
    assert model.vertical is not None
    expected = weights @ sequence[0].detach().numpy() + model.vertical.bias.detach().numpy()[:, None]
    np.testing.assert_allclose(model.convolved(sequence)[0].detach().numpy().reshape(2, 6), expected, atol=1e-6)
    assert vertical(caser(use_vertical=False)) is None
