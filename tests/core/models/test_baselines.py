from __future__ import annotations

import torch

from core.models import baselines
from core.models.base import Asked
from core.models.baselines import RandomScores

BITS = (1 << 64) - 1


def mixed(key: int) -> float:
    """splitmix64's finisher in Python's own numbers, the top 24 bits as a share."""
    key &= BITS
    key = ((key ^ (key >> 30)) * (-4658895280553007687 & BITS)) & BITS
    key = ((key ^ (key >> 27)) * (-7723592293110705685 & BITS)) & BITS
    return ((key ^ (key >> 31)) >> 40) / (1 << 24)


def test_that_random_scores_are_the_hash_of_seed_user_and_item() -> None:
    model = RandomScores(50, 977, seed=5)
    users = torch.tensor([0, 7, 49])
    scores = model.score_shared(model.encode(Asked(users)), None)
    for row, user in enumerate(users.tolist()):
        for item in (0, 1, 500, 976):
            assert scores[row, item] == mixed(user * 977 + item + 5 * 0x9E3779B1)


def test_that_random_scores_do_not_depend_on_how_many_are_asked_for_together() -> None:
    model = RandomScores(200, 977, seed=5)
    encoded = model.encode(Asked(torch.arange(200)))
    assert 2 * baselines.MIXED_AT_ONCE < 200 * 977
    full = model.score_shared(encoded, None)
    own = torch.randint(0, 977, (200, 7), generator=torch.Generator().manual_seed(1))
    assert torch.equal(model.score(encoded, own), full.gather(1, own))
    assert torch.equal(model.score_shared(encoded[3:4], None), full[3:4])
    assert abs(float(full.mean()) - 0.5) < 0.01
