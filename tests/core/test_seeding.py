"""Keys of a whole epoch: those of single steps, to the bit."""

from __future__ import annotations

import pytest

from core.seeding import key, keys


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1, 2**32, 2**40 + 7, 2**63, -1])
@pytest.mark.parametrize("epoch", [0, 1, 1000])
def test_that_the_keys_of_an_epoch_are_those_of_its_steps(seed: int, epoch: int) -> None:
    assert keys(seed, "negatives", epoch, 20).tolist() == [key(seed, "negatives", epoch, step) for step in range(20)]


def test_that_an_epoch_without_steps_has_no_keys() -> None:
    assert keys(1, "negatives", 1, 0).tolist() == []
