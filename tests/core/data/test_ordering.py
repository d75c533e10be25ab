from __future__ import annotations

import numpy as np
import pytest

from core.data import interactions, ordering
from core.data.interactions import Events, count_codes
from core.data.ordering import Columns, gather, renumber, sort_events


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done piece by piece is done in many."""
    monkeypatch.setattr(interactions, "PIECE", 7)
    monkeypatch.setattr(ordering, "PIECE", 7)


@pytest.mark.parametrize("rows", [0, 1, 7, 8, 100])
def test_that_codes_are_counted_and_gathered_over_the_borders_of_pieces(rows: int) -> None:
    chance = np.random.default_rng(rows)
    codes = chance.integers(0, 20, rows).astype(np.int32)
    assert count_codes(codes, 25).tolist() == np.bincount(codes, minlength=25).tolist()
    values, order = chance.random(30), chance.integers(0, 30, rows).astype(np.int32)
    found = gather(values, order, np.float32)
    assert found.dtype == np.float32
    assert found.tolist() == values.astype(np.float32)[order].tolist()


def test_that_rows_are_put_into_the_order_of_user_time_and_place() -> None:
    chance = np.random.default_rng(3)
    users, items = (chance.integers(0, size, 200).astype(np.int32) for size in (13, 9))
    times, weights = chance.integers(0, 5, 200), chance.random(200)
    order = np.lexsort((np.arange(200), times, users))
    found = sort_events(Columns(users, items, times, weights), 15, 9)
    assert found.users.dtype == found.items.dtype == np.int32
    assert (found.users.tolist(), found.items.tolist()) == (users[order].tolist(), items[order].tolist())
    assert found.times is not None
    assert found.weights is not None
    assert found.times.tolist() == times[order].tolist()
    assert found.weights.tolist() == weights.astype(np.float32)[order].tolist()
    assert found.indptr.tolist() == [0, *np.cumsum(np.bincount(users, minlength=15))]


def test_that_who_stays_is_numbered_without_gaps() -> None:
    events = Events(np.array([0, 1, 1, 3], np.int32), np.array([2, 0, 2, 1], np.int32), None, None, 4, 3)
    everybody = renumber(events, np.ones(4, np.bool_), np.ones(3, np.bool_))
    assert (everybody.users.tolist(), everybody.n_users) == ([0, 1, 1, 3], 4)
    some = renumber(events, np.array([False, True, False, True]), np.array([False, True, True]))
    assert (some.users.tolist(), some.items.tolist(), some.n_users, some.n_items) == ([0, 1], [1, 0], 2, 2)
