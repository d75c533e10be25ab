from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.interactions import Pairs, distinct_pairs
from core.kernels import sampling
from core.kernels.membership import seen_of


@st.composite
def pair_sets(draw: st.DrawFn) -> Pairs:
    """Histories of which many hold nearly everything."""
    n_users, n_items = draw(st.integers(1, 3)), draw(st.integers(1, 12))
    left_out = draw(st.sets(st.tuples(st.integers(0, n_users - 1), st.integers(0, n_items - 1)), max_size=8))
    edges = np.array([(u, i) for u in range(n_users) for i in range(n_items) if (u, i) not in left_out], np.int32)
    edges = edges.reshape(-1, 2)
    return distinct_pairs(edges[:, 0].copy(), edges[:, 1].copy(), n_users, n_items)


@given(
    pairs=pair_sets(),
    key=st.integers(0, 2**64 - 1),
    first_row=st.integers(0, 2**40),
    budget=st.sampled_from([0, 2**20]),
)
def test_that_uniform_draws_equal_the_reference(pairs: Pairs, key: int, first_row: int, budget: int) -> None:
    users = np.arange(pairs.n_users)
    items, valid = np.empty((len(users), 3), np.int64), np.empty(len(users), np.bool_)
    sampling.draw_uniform(seen_of(pairs, budget), users, np.uint64(key), first_row, items, valid)
    for user in users.tolist():
        wanted = [
            sampling.draw_uniform_reference(pairs, np.empty(0, np.int32), user, key, first_row + user, column)
            for column in range(3)
        ]
        assert valid[user] == (len(pairs.of(user)) < pairs.n_items)
        assert items[user].tolist() == [max(item, 0) for item in wanted]
        assert valid[user] == (wanted[0] >= 0)


@given(pairs=pair_sets(), key=st.integers(0, 2**64 - 1), budget=st.sampled_from([0, 1, 2**20]))
def test_that_draws_that_look_ahead_are_the_same(pairs: Pairs, key: int, budget: int) -> None:
    users = np.repeat(np.arange(pairs.n_users), 2)
    items, valid = np.empty((len(users), 3), np.int64), np.empty(len(users), np.bool_)
    ahead, valid_ahead = np.full((4, len(users)), -1, np.int64), np.empty(len(users), np.bool_)
    seen = seen_of(pairs, budget)
    sampling.draw_uniform(seen, users, np.uint64(key), 0, items, valid)
    sampling.draw_uniform_ahead(seen, users, np.uint64(key), ahead, valid_ahead)
    assert ahead[1:].T.tolist() == items.tolist()
    assert valid_ahead.tolist() == valid.tolist()
    # the first line is the positives'
    assert (ahead[0] == -1).all()


@given(pairs=pair_sets(), key=st.integers(0, 2**64 - 1), alpha=st.sampled_from([0.0, 0.75, 2.0]), data=st.data())
def test_that_draws_by_popularity_equal_the_reference(
    pairs: Pairs, key: int, alpha: float, data: st.DataObject
) -> None:
    extra = data.draw(st.lists(st.integers(0, 50), min_size=pairs.n_items, max_size=pairs.n_items))
    counts = np.bincount(pairs.items, minlength=pairs.n_items) + np.array(extra)
    users = np.arange(pairs.n_users)
    items, valid = np.empty((len(users), 2), np.int64), np.empty(len(users), np.bool_)
    shares = sampling.shares_of(counts, alpha, pairs)
    sampling.draw_by_share(seen_of(pairs), shares, users, np.uint64(key), 5, items, valid)
    for user in users.tolist():
        wanted = [
            sampling.draw_by_share_reference(counts, alpha, pairs, user, key, 5 + user, column) for column in (0, 1)
        ]
        assert items[user].tolist() == [max(item, 0) for item in wanted]
        assert valid[user] == (wanted[0] >= 0)


@given(pairs=pair_sets(), data=st.data())
def test_that_the_in_batch_mask_equals_the_reference(pairs: Pairs, data: st.DataObject) -> None:
    rows = data.draw(
        st.lists(st.tuples(st.integers(0, pairs.n_users - 1), st.integers(0, pairs.n_items - 1)), min_size=1)
    )
    users, columns = (np.array(side, np.int64) for side in zip(*rows, strict=True))
    masked = np.empty((len(rows), len(rows)), np.bool_)
    sampling.mask_in_batch(seen_of(pairs), users, columns, masked)
    np.testing.assert_array_equal(masked, sampling.mask_in_batch_reference(pairs, users, columns))


@pytest.mark.parametrize("n_items", [10, 100_000])
def test_that_shares_are_close_to_popularity_raised_to_alpha(n_items: int) -> None:
    counts = np.random.default_rng(0).zipf(1.5, n_items).clip(0, 10**6) - 1
    pairs = distinct_pairs(np.zeros(1, np.int32), np.zeros(1, np.int32), 1, n_items)
    units = np.diff(sampling.shares_of(counts, 0.75, pairs).ends)
    wanted = np.where(counts > 0, counts.astype(float) ** 0.75, 0)
    assert (units[counts == 0] == 0).all()
    np.testing.assert_allclose(units / units.sum(), wanted / wanted.sum(), rtol=1e-4)
