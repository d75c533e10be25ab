from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given

from core.data.interactions import Events
from core.runs.packing import Facts, pack, unpack

SECOND = 1_000_000
TIMES = st.lists(
    st.integers(-10, 4_000_000_000).map(lambda second: second * SECOND)
    | st.integers(0, 10**7).map(lambda number: number * 1_000)
    | st.sampled_from([-(2**63), 2**63 - 1, 0, 1, 2**32, -SECOND]),
    min_size=6,
    max_size=6,
)
WEIGHTS = st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False) | st.just(-0.0), min_size=6, max_size=6)


def made(n_items: int, times: list[int] | None, weights: list[float] | None) -> Events:
    return Events(
        np.array([0, 0, 2, 2, 2, 4], np.int32),
        np.array([0, n_items - 1, 0, 1, 1, n_items - 1], np.int32),
        None if times is None else np.array(times, np.int64),
        None if weights is None else np.array(weights, np.float32),
        6,
        n_items,
    )


def back(events: Events, **changes: Any) -> Events:
    tables, facts = pack(events)
    batches = tables["rows"].to_batches(max_chunksize=4)
    return unpack(batches, tables["counts"], {**facts, **changes}, events.n_users, events.n_items)


@given(
    st.sampled_from([2, 256, 257, 65_536, 65_537, 2**31 - 1]),
    st.none() | TIMES | TIMES.map(lambda times: [time // SECOND % 5000 * SECOND for time in times]),
    st.none() | WEIGHTS,
)
def test_that_every_value_comes_back_to_the_bit(
    n_items: int, times: list[int] | None, weights: list[float] | None
) -> None:
    events = made(n_items, times, weights)
    found = back(events)
    for name in ("users", "items", "times", "weights"):
        given_, unpacked = getattr(events, name), getattr(found, name)
        assert (given_ is None) == (unpacked is None)
        if given_ is not None:
            assert given_.dtype == unpacked.dtype
            assert given_.tobytes() == unpacked.tobytes()
            assert unpacked.flags.writeable


@pytest.mark.parametrize(("unit", "step"), [(SECOND, SECOND), (1_000, 1_000), (7, 1), (2**33, 0)])
def test_that_times_take_half_the_room_where_they_are_whole_seconds_or_milliseconds(unit: int, step: int) -> None:
    tables, facts = pack(made(10, [at * unit + 5 for at in range(6)], None))
    assert facts["step"] == step
    assert tables["rows"].schema.field("time").type == (pa.uint32() if step else pa.int64())


def test_that_many_different_weights_stay_what_they_are() -> None:
    events = Events(np.zeros(300, np.int32), np.zeros(300, np.int32), None, np.arange(300, dtype=np.float32), 1, 1)
    assert pack(events)[1]["weights"] == []
    assert back(events).weights.tolist() == list(range(300))  # type: ignore[union-attr]


def test_that_nothing_comes_back_as_nothing() -> None:
    none = np.zeros(0, np.int32)
    found = back(Events(none, none, None, None, 0, 0))
    assert (len(found), found.n_users, found.n_items) == (0, 0, 0)


@pytest.mark.parametrize(
    ("n_users", "n_items", "facts"),
    [(5, 10, {}), (7, 10, {}), (6, 9, {}), (6, 10, {"weights": [0]}), (6, 10, {"step": 0}), (6, 10, {"weights": []})],
)
def test_that_what_does_not_fit_together_is_refused(n_users: int, n_items: int, facts: Facts) -> None:
    tables, right = pack(made(10, [0, 1, 2, 3, 4, 5], [1, 2, 3, 1, 2, 3]))
    with pytest.raises(ValueError, match=r"add up|outside|another type"):
        unpack(tables["rows"].to_batches(), tables["counts"], {**right, **facts}, n_users, n_items)
