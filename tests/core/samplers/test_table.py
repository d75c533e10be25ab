from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from core.params import build, describe
from core.samplers import SAMPLERS
from core.samplers.base import Sampler
from tests.core.samplers.samples import N_ITEMS, training


def test_that_the_keys_are_those_of_the_run_files() -> None:
    assert list(SAMPLERS) == ["uniform", "popularity", "in-batch", "dynamic", "warp"]


@pytest.mark.parametrize("name", SAMPLERS)
def test_that_every_sampler_is_built_from_its_entry_and_draws_unseen_items(name: str) -> None:
    entry, train = SAMPLERS[name], training()
    defaults = {parameter.name: parameter.default for parameter in describe(entry.settings)}
    sampler: Sampler = entry.load()(build(entry.settings, defaults, name), train, torch.device("cpu"))
    users, positives = torch.tensor([0, 1, 2]), torch.tensor([0, 2, 5])
    drawn = sampler.draw(users, positives, 1, 12, lambda items: torch.zeros(items.shape))
    allowed = torch.ones_like(drawn.items, dtype=torch.bool) if drawn.masked is None else ~drawn.masked
    for row, user in enumerate(users.tolist()):
        assert not set(drawn.items[row][allowed[row]].tolist()) & set(train.pairs.of(user).tolist())
    assert drawn.items.dtype == torch.int64
    assert drawn.valid.all()
    assert sampler.log_share is None or sampler.log_share.shape == (N_ITEMS,)


def test_that_the_table_does_not_load_torch() -> None:
    check = "import sys, core.samplers; sys.exit('torch' in sys.modules or 'numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
