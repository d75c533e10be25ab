from __future__ import annotations

import numpy as np
import pytest

from core.benching import made


@pytest.mark.parametrize("at_once", [10_000, 333])
def test_that_made_up_events_are_in_user_order_and_the_last_of_each_user_is_held_out(
    monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(made, "AT_ONCE", at_once)
    split = made.made_split(5000)
    train, test = split.train, split.test
    assert len(train) + len(test) == 5000
    assert (np.diff(train.users) >= 0).all()
    assert len(np.unique(test.users)) == len(test)
    assert set(train.users.tolist()) <= set(test.users.tolist())
    assert 0 <= train.items.min() <= train.items.max() < train.n_items == 250
    counts = np.sort(train.item_counts)[::-1]
    # long-tailed: a tenth of the items has far more than a tenth of the events
    assert counts[:25].sum() > 0.3 * counts.sum()


def test_that_made_up_events_have_the_users_and_items_asked_for() -> None:
    split = made.made_split(5000, shape=(20, 700))
    assert (split.train.n_users, split.train.n_items) == (20, 700)
    assert split.train.items.max() > 600
