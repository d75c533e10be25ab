from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from core.samplers.dynamic import DynamicSampler
from core.samplers.settings import DynamicSettings, UniformSettings, WarpSettings
from core.samplers.uniform import UniformSampler
from core.samplers.warp import WarpSampler, rank_weights
from tests.core.samplers.samples import FULL, N_ITEMS, training

CPU = torch.device("cpu")


def table_scores(seed: int, users: Tensor) -> tuple[Tensor, object]:
    table = torch.randn(6, N_ITEMS, generator=torch.Generator().manual_seed(seed))
    return table, lambda items: table[users.unsqueeze(1), items]


def test_that_dynamic_takes_the_best_of_its_pool() -> None:
    train, users = training(), torch.arange(4).repeat(50)
    table, score = table_scores(1, users)
    drawn = DynamicSampler(DynamicSettings(pool=6), train, CPU).draw(users, users, 2, 9, score)
    pools = UniformSampler(UniformSettings(), train, CPU).draw(users, users, 12, 9).items.view(-1, 2, 6)
    wanted = table[users.view(-1, 1, 1), pools].amax(2)
    assert torch.equal(table[users.unsqueeze(1), drawn.items], wanted)


def test_that_dynamic_counts_a_saturated_user_as_not_valid() -> None:
    users = torch.tensor([FULL, 0])
    _, score = table_scores(1, users)
    drawn = DynamicSampler(DynamicSettings(), training(), CPU).draw(users, users, 1, 9, score)
    assert drawn.valid.tolist() == [False, True]


@pytest.mark.parametrize("trials", [1, 3, 4, 11, 50])
def test_that_warp_weights_equal_a_brute_force_search(trials: int) -> None:
    train = training()
    users = torch.arange(6).repeat(40)
    positives = torch.tensor([0, 0, 0, 0, 0, 1]).repeat(40)
    table, score = table_scores(4, users)
    table[:, 0] += 2.5
    sampler = WarpSampler(WarpSettings(trials=trials), train, CPU)
    drawn = sampler.draw(users, positives, 1, 77, score)
    assert drawn.weights is not None
    assert drawn.draws is not None
    uniform = UniformSampler(UniformSettings(), train, CPU)
    chunks, done, size = [], 0, 4
    while done < trials:
        size = min(size, trials - done)
        chunks.append(uniform.draw(users, positives, size, 77 + done).items)
        done, size = done + size, size * 2
    candidates = torch.cat(chunks, 1)
    found = 0
    for row, user in enumerate(users.tolist()):
        unseen = N_ITEMS - len(train.pairs.of(user))
        bar = float(table[user, positives[row]]) - 1
        hits = [at for at, item in enumerate(candidates[row].tolist()) if float(table[user, item]) > bar]
        if not hits or not unseen:
            assert drawn.weights[row] == 0
            assert drawn.valid[row] == (unseen > 0)
            continue
        found += 1
        assert drawn.draws[row] == hits[0] + 1
        assert drawn.items[row, 0] == candidates[row, hits[0]]
        wanted = math.fsum(1 / rank for rank in range(1, unseen // (hits[0] + 1) + 1))
        assert float(drawn.weights[row]) == pytest.approx(wanted, rel=1e-6)
    assert 0 < found < len(users)


def test_that_rank_weights_are_the_harmonic_numbers() -> None:
    np.testing.assert_allclose(
        rank_weights(4).numpy(), [0, 1, 1.5, 1 + 1 / 2 + 1 / 3, 1 + 1 / 2 + 1 / 3 + 1 / 4], rtol=1e-6
    )


def test_that_warp_stops_scoring_once_every_row_has_a_violation() -> None:
    users = torch.zeros(8, dtype=torch.int64)
    asked = []

    def score(items: Tensor) -> Tensor:
        asked.append(items.shape[1])
        return torch.zeros(items.shape)

    WarpSampler(WarpSettings(trials=50), training(), CPU).draw(users, users, 1, 1, score)
    assert asked == [1, 4]


@pytest.mark.parametrize(
    "sampler", [DynamicSampler(DynamicSettings(), training(), CPU), WarpSampler(WarpSettings(), training(), CPU)]
)
def test_that_hard_negatives_ask_for_scores(sampler: DynamicSampler | WarpSampler) -> None:
    users = torch.zeros(2, dtype=torch.int64)
    with pytest.raises(ValueError, match="needs the model's scores"):
        sampler.draw(users, users, 1, 1)


def test_that_warp_refuses_more_than_one_negative() -> None:
    users = torch.zeros(2, dtype=torch.int64)
    with pytest.raises(ValueError, match="one negative"):
        WarpSampler(WarpSettings(), training(), CPU).draw(users, users, 2, 1, lambda items: items)
