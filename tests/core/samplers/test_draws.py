from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt
import pytest
import torch
from scipy.stats import chisquare

from core.data.interactions import Events
from core.kernels import sampling
from core.samplers import unseen
from core.samplers.base import Drawn
from core.samplers.popularity import PopularitySampler
from core.samplers.settings import PopularitySettings, UniformSettings
from core.samplers.uniform import UniformSampler
from tests.core.samplers.samples import DENSE, FULL, HELD_OUT, N_ITEMS, NONE, SPARSE, training

CPU = torch.device("cpu")
SAMPLERS = {
    "uniform": lambda train: UniformSampler(UniformSettings(), train, CPU),
    "popularity": lambda train: PopularitySampler(PopularitySettings(alpha=0.75), train, CPU),
}


def drawn_on_device(name: str, train: Events, users: torch.Tensor, n: int, key: int, first_row: int = 0) -> Drawn:
    """What the path for GPUs gives, on CPU tensors."""
    seen = unseen.device_seen(train.pairs, CPU)
    if name == "uniform":
        return Drawn(*unseen.draw_uniform(seen, users, n, key, first_row))
    shares = unseen.shares_on(sampling.shares_of(train.item_counts, 0.75, train.pairs), CPU)
    return Drawn(*unseen.draw_by_share(seen, shares, users, n, key, first_row))


def likelihood(name: str, train: Events, user: int) -> npt.NDArray[np.float64]:
    """How often each item should be drawn for a user."""
    weights = np.ones(N_ITEMS) if name == "uniform" else train.item_counts.astype(np.float64) ** 0.75
    weights[train.pairs.of(user)] = 0
    return weights / weights.sum()


@pytest.mark.parametrize("name", SAMPLERS)
@pytest.mark.parametrize("user", [SPARSE, DENSE, NONE])
def test_that_draws_follow_their_distribution_over_unseen_items(name: str, user: int) -> None:
    train = training()
    rows = 20_000
    drawn = SAMPLERS[name](train).draw(torch.full((rows,), user), torch.zeros(rows, dtype=torch.int64), 1, key=11)
    counts = np.bincount(drawn.items.flatten().numpy(), minlength=N_ITEMS)
    expected = likelihood(name, train, user) * rows
    assert counts[expected == 0].sum() == 0
    assert chisquare(counts[expected > 0], expected[expected > 0]).pvalue > 1e-3
    assert drawn.valid.all()


@pytest.mark.parametrize("name", SAMPLERS)
def test_that_columns_of_a_row_are_independent(name: str) -> None:
    train = training()
    users = torch.full((20_000,), DENSE)
    items = SAMPLERS[name](train).draw(users, users, 2, key=3).items.numpy()
    table = np.array([[((items[:, 0] == a) & (items[:, 1] == b)).sum() for b in (7, 19)] for a in (7, 19)])
    share = likelihood(name, train, DENSE)[[7, 19]]
    assert chisquare(table.ravel(), np.outer(share, share).ravel() * len(items)).pvalue > 1e-3


@pytest.mark.parametrize("name", SAMPLERS)
def test_that_the_torch_path_gives_the_same_items_to_the_last_bit(name: str) -> None:
    train = training()
    users = torch.arange(6).repeat(300)
    compiled = SAMPLERS[name](train).draw(users, users, 3, key=2**63 + 5, first_row=17)
    remote = drawn_on_device(name, train, users, 3, 2**63 + 5, 17)
    assert torch.equal(compiled.items, remote.items)
    assert torch.equal(compiled.valid, remote.valid)


@pytest.mark.parametrize("name", SAMPLERS)
def test_that_rejection_beyond_all_attempts_still_draws_unseen_items(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    train = training()
    monkeypatch.setattr(unseen, "ATTEMPTS", 1)
    users = torch.full((20_000,), 1)
    drawn = drawn_on_device(name, train, users, 1, 5)
    counts = np.bincount(drawn.items.flatten().numpy(), minlength=N_ITEMS)
    expected = likelihood(name, train, 1) * len(users)
    assert counts[expected == 0].sum() == 0
    assert chisquare(counts[expected > 0], expected[expected > 0]).pvalue > 1e-3


@pytest.mark.parametrize("name", SAMPLERS)
def test_that_a_user_who_has_seen_everything_is_not_valid(name: str) -> None:
    train = training()
    users = torch.tensor([FULL, SPARSE, FULL])
    for drawn in (SAMPLERS[name](train).draw(users, users, 4, key=1), drawn_on_device(name, train, users, 4, 1)):
        assert drawn.valid.tolist() == [False, True, False]
        assert drawn.items[~drawn.valid].eq(0).all()


@pytest.mark.parametrize("name", SAMPLERS)
def test_that_a_held_out_item_can_be_drawn(name: str) -> None:
    train = training()
    users = torch.full((5000,), SPARSE)
    assert HELD_OUT in SAMPLERS[name](train).draw(users, users, 1, key=1).items


@pytest.mark.parametrize("name", SAMPLERS)
def test_that_draws_depend_on_the_key_and_the_row_alone(name: str) -> None:
    train = training()
    sampler = SAMPLERS[name](train)
    users = torch.arange(4).repeat(100)
    whole = sampler.draw(users, users, 2, key=42).items
    parts = [sampler.draw(users[at : at + 37], users[at : at + 37], 2, 42, None, at).items for at in range(0, 400, 37)]
    assert torch.equal(whole, torch.cat(parts))
    assert torch.equal(whole, SAMPLERS[name](train).draw(users, users, 2, key=42).items)
    assert not torch.equal(whole, sampler.draw(users, users, 2, key=43).items)


@pytest.mark.parametrize("name", SAMPLERS)
def test_that_almost_saturated_users_are_served_fast(name: str) -> None:
    n_items = 50_000
    items = np.setdiff1d(np.arange(n_items, dtype=np.int32), [17, 40_000])
    others = np.array([17, 40_000], np.int32)
    train = Events(
        np.r_[np.zeros(len(items), np.int32), np.ones(2, np.int32)], np.r_[items, others], None, None, 2, n_items
    )
    sampler = SAMPLERS[name](train)
    users = torch.zeros(20_000, dtype=torch.int64)
    sampler.draw(users[:1], users[:1], 1, key=0)
    started = time.perf_counter()
    drawn = sampler.draw(users, users, 5, key=0)
    assert time.perf_counter() - started < 2
    assert set(drawn.items.unique().tolist()) == {17, 40_000}


def test_that_popularity_leaves_a_user_out_who_has_met_all_items_with_events() -> None:
    train = Events(np.array([0, 0, 1], np.int32), np.array([0, 1, 1], np.int32), None, None, 2, 5)
    sampler = PopularitySampler(PopularitySettings(), train, CPU)
    drawn = sampler.draw(torch.tensor([0, 1]), torch.tensor([0, 1]), 3, key=1)
    assert drawn.valid.tolist() == [False, True]
    assert drawn.items[1].tolist() == [0, 0, 0]


def test_that_log_share_is_the_share_of_each_item() -> None:
    train = training()
    sampler = PopularitySampler(PopularitySettings(alpha=0.5), train, CPU)
    assert sampler.log_share is not None
    wanted = train.item_counts**0.5 / (train.item_counts**0.5).sum()
    np.testing.assert_allclose(sampler.log_share.exp().numpy(), wanted, rtol=1e-5)
    assert UniformSampler(UniformSettings(), train, CPU).log_share is None


def test_that_a_training_part_without_events_leaves_everything_to_draw() -> None:
    train = Events(np.zeros(0, np.int32), np.zeros(0, np.int32), None, None, 2, 3)
    users = torch.tensor([0, 1])
    drawn = SAMPLERS["uniform"](train).draw(users, users, 50, key=1)
    assert drawn.valid.all()
    assert set(drawn.items.flatten().tolist()) == {0, 1, 2}
    assert torch.equal(drawn.items, drawn_on_device("uniform", train, users, 50, 1).items)
    assert not SAMPLERS["popularity"](train).draw(users, users, 1, key=1).valid.any()
    assert not drawn_on_device("popularity", train, users, 1, 1).valid.any()
