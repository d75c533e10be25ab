from __future__ import annotations

import numpy as np
import pytest
import torch

from core.kernels.dropping import PARTS, fill_masks
from core.kernels.streams import GOLDEN, WORD, mixed_reference
from core.models.base import SeededDropout


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_that_masks_are_the_bits_of_a_counter_s_words(share: float) -> None:
    found = np.full(11, np.nan, np.float32)
    fill_masks(np.uint64(77), share, found)
    for place in range(11):
        bits = mixed_reference((77 + (place // PARTS + 1) * GOLDEN) & WORD) >> (16 * (place % PARTS)) & 0xFFFF
        assert found[place] == pytest.approx(0.0 if bits < round(share * 65536) else 1 / (1 - share))


def test_that_the_share_is_met_and_neighbours_and_calls_are_independent() -> None:
    dropout = SeededDropout(0.3)
    dropout.generator = torch.Generator().manual_seed(5)
    first, second = (dropout(torch.ones(400, 500)) for _ in range(2))
    for masks in (first, second):
        dropped = (masks == 0).double()
        # four standard errors of a share of 200,000 draws
        assert abs(dropped.mean() - 0.3) < 4 * (0.21 / 200_000) ** 0.5
        assert masks[masks > 0].unique().tolist() == [pytest.approx(1 / 0.7)]
        side, below = dropped[:, 1:] * dropped[:, :-1], dropped[1:] * dropped[:-1]
        assert abs(side.mean() - 0.09) < 0.005
        assert abs(below.mean() - 0.09) < 0.005
    assert abs(((first == 0) & (second == 0)).double().mean() - 0.09) < 0.005


def test_that_a_generator_s_state_decides_the_masks() -> None:
    dropout = SeededDropout(0.5)
    dropout.generator = torch.Generator().manual_seed(5)
    dropout(torch.ones(3))
    state = dropout.generator.get_state()
    first = dropout(torch.ones(7, 9))
    dropout.generator.set_state(state)
    assert torch.equal(first, dropout(torch.ones(7, 9)))
    dropout.eval()
    assert torch.equal(dropout(torch.ones(3)), torch.ones(3))
