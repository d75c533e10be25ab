from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import chisquare

from core.data.interactions import Events
from core.errors import PlanError
from core.samplers.lower import LowerItems
from tests.core.samplers.samples import training

CPU = torch.device("cpu")


def test_that_lower_items_have_a_smaller_weight_of_the_same_user() -> None:
    train = training(weights=True)
    assert train.weights is not None
    last = {
        (u, i): w for u, i, w in zip(train.users.tolist(), train.items.tolist(), train.weights.tolist(), strict=True)
    }
    lower = LowerItems(train, CPU)
    events = torch.arange(len(train)).repeat(30)
    drawn = lower.draw(events, key=3)
    for row, event in enumerate(events.tolist()):
        user = int(train.users[event])
        mine = last[user, int(train.items[event])]
        wanted = {item for (owner, item), weight in last.items() if owner == user and weight < mine}
        assert bool(drawn.found[row]) == bool(wanted)
        assert not wanted or int(drawn.items[row]) in wanted


def test_that_every_lower_item_is_equally_likely() -> None:
    train = Events(
        np.array([0, 0, 1, 1, 1, 1, 1], np.int32),
        np.array([0, 1, 5, 2, 3, 4, 1], np.int32),
        None,
        np.array([1, 1, 2, 1, 3, 2, 0.5], np.float32),
        2,
        6,
    )
    drawn = LowerItems(train, CPU).draw(torch.full((8000,), 4), key=5)
    counts = np.bincount(drawn.items.numpy(), minlength=6)
    assert counts[[0, 3]].sum() == 0
    assert chisquare(counts[[1, 2, 4, 5]]).pvalue > 1e-3
    tied = LowerItems(train, CPU).draw(torch.tensor([0, 1, 2, 6]), key=5)
    assert tied.found.tolist() == [False, False, True, False]


def test_that_draws_of_lower_items_can_be_repeated_in_parts() -> None:
    lower = LowerItems(training(weights=True), CPU)
    events = torch.arange(len(lower.counts))
    whole = lower.draw(events, key=8).items
    assert torch.equal(whole, torch.cat([lower.draw(events[:20], 8).items, lower.draw(events[20:], 8, 20).items]))


def test_that_binary_data_has_no_lower_items() -> None:
    with pytest.raises(PlanError) as caught:
        LowerItems(training(), CPU)
    assert caught.value.code == "plan.no-weights"
