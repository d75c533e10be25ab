from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.interactions import Pairs, distinct_pairs
from core.kernels import membership


@st.composite
def pair_sets(draw: st.DrawFn) -> Pairs:
    n_users, n_items = draw(st.integers(1, 4)), draw(st.integers(1, 140))
    edge = st.tuples(st.integers(0, n_users - 1), st.integers(0, n_items - 1))
    edges = np.array(draw(st.lists(edge, max_size=80)), np.int32).reshape(-1, 2)
    return distinct_pairs(edges[:, 0].copy(), edges[:, 1].copy(), n_users, n_items)


@pytest.mark.parametrize("budget", [membership.BITMAP_BUDGET, 1, 0])
@given(pairs=pair_sets())
def test_that_membership_is_exact_with_a_bitmap_with_a_sieve_and_with_neither(pairs: Pairs, budget: int) -> None:
    seen = membership.seen_of(pairs, budget)
    assert len(seen.bits) == {0: 0, 1: int(pairs.n_users > 1)}.get(budget, pairs.n_users)
    for user in range(pairs.n_users):
        for item in range(pairs.n_items):
            found = membership.has_seen(seen.indptr, seen.items, seen.bits, np.uint64(user), np.uint64(item))
            assert found == membership.has_seen_reference(pairs, user, item)


@given(pairs=pair_sets())
def test_that_unseen_items_can_be_indexed(pairs: Pairs) -> None:
    for user in range(pairs.n_users):
        wanted = membership.unseen_reference(pairs, user)
        got = [
            membership.unseen_at(pairs.indptr, pairs.items, np.uint64(user), np.int64(place))
            for place in range(len(wanted))
        ]
        assert got == wanted.tolist()


def test_that_a_bitmap_over_the_budget_is_not_built() -> None:
    pairs = distinct_pairs(np.zeros(1, np.int32), np.zeros(1, np.int32), 1000, 64)
    assert len(membership.seen_of(pairs, 1000 * 8).bits) == 1000
    assert membership.seen_of(pairs, 1000 * 8 - 1).bits.shape == (1, 1)


def test_that_the_sieve_lets_most_unseen_items_pass_without_a_search() -> None:
    generator = np.random.default_rng(4)
    users = np.repeat(np.arange(50, dtype=np.int32), 60)
    pairs = distinct_pairs(users, generator.integers(0, 5000, len(users)).astype(np.int32), 50, 5000)
    seen = membership.seen_of(pairs, 1)
    caught = []
    for user in range(50):
        bits = [membership._in_sieve(pairs.indptr, np.uint64(user), np.uint64(item)) for item in range(0, 5000, 7)]
        caught.append(np.mean([int(seen.bits[0, int(bit) >> 6]) >> (int(bit) & 63) & 1 for bit in bits]))
    assert 0.02 < np.mean(caught) < 0.06
