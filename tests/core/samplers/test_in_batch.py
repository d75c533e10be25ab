from __future__ import annotations

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.samplers import SAMPLERS
from core.samplers.in_batch import InBatchSampler, in_batch_mask, mask_on
from core.samplers.settings import InBatchSettings
from core.samplers.unseen import device_seen
from tests.core.samplers.samples import FULL, N_ITEMS, training

CPU = torch.device("cpu")


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, N_ITEMS - 1)), min_size=1, max_size=40))
def test_that_the_mask_hides_own_items_and_copies_of_the_positive(rows: list[tuple[int, int]]) -> None:
    train = training()
    users, columns = (torch.tensor(side) for side in zip(*rows, strict=True))
    masked = in_batch_mask(InBatchSampler(InBatchSettings(), train, CPU), users, columns)
    for row, user in enumerate(users.tolist()):
        own = set(train.pairs.of(user).tolist()) | {int(columns[row])}
        assert masked[row].tolist() == [item in own for item in columns.tolist()]
    assert torch.equal(masked, mask_on(device_seen(train.pairs, CPU), users, columns))


def test_that_log_share_is_the_share_of_training_events() -> None:
    train = training()
    sampler = InBatchSampler(InBatchSettings(), train, CPU)
    assert sampler.log_share is not None
    np.testing.assert_allclose(sampler.log_share.exp().numpy(), train.item_counts / len(train), rtol=1e-5)


def test_that_a_row_with_nothing_but_own_items_is_not_valid() -> None:
    sampler = SAMPLERS["in-batch"].load()(InBatchSettings(), training(), CPU)
    drawn = sampler.draw(torch.tensor([0, FULL, 5]), torch.tensor([1, 20, 1]), 1, key=0)
    assert drawn.items.tolist() == [[1, 20, 1]] * 3
    assert drawn.valid.tolist() == [True, False, True]
    assert drawn.masked is not None
    assert drawn.masked.tolist() == [[True, False, True], [True, True, True], [True, False, True]]
