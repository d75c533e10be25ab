"""Batches against plain lists: every event, window and row once an epoch, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.batches import PairBatches, RowBatches, WindowBatches, pair_values, transposed
from tests.core.training.boards import chance, events_of

CPU = torch.device("cpu")


def expected_windows(histories: dict[int, list[int]], length: int, targets: int, padding: int) -> list[tuple]:
    """One window for each t >= 1: targets s[t .. t+T-1], input s[t-L .. t-1] left-padded; n <= T has one."""
    found = []
    for user, items in histories.items():
        n = len(items)
        if n < 2:
            continue
        for t in range(1, n - targets + 1) if n > targets else [1]:
            before = items[max(0, t - length) : t]
            window = [padding] * (length - len(before)) + before
            after = items[t : t + targets]
            found.append((user, tuple(window), tuple(after)))
    return sorted(found)


@given(
    st.lists(st.lists(st.integers(0, 9), min_size=0, max_size=8), min_size=1, max_size=6),
    st.integers(1, 5),
    st.integers(1, 4),
    st.integers(1, 7),
)
def test_that_windows_are_those_of_the_definition(
    histories: list[list[int]], length: int, targets: int, size: int
) -> None:
    rows = [(user, item) for user, items in enumerate(histories) for item in items]
    events = events_of(rows, len(histories), 10)
    batches = WindowBatches(events, length, targets, size, 1, CPU)
    found = []
    for batch in batches.epoch(1):
        assert len(batch.targets) <= size
        for row in range(len(batch.targets)):
            kept = batch.targets[row][batch.mask[row]].tolist()
            found.append((int(batch.asked.users[row]), tuple(batch.asked.windows[row].tolist()), tuple(kept)))
            first = int(batch.events[row])
            assert events.items[first : first + len(kept)].tolist() == kept
    assert sorted(found) == expected_windows(dict(enumerate(histories)), length, targets, 10)
    assert batches.rows == len(found)
    assert batches.steps == -(-len(found) // size)


def test_that_pairs_are_every_event_once_in_an_order_of_the_epoch() -> None:
    train = chance().train
    batches = PairBatches(train, 17, 3, CPU)
    epochs = []
    for number in (1, 1, 2):
        pairs = [
            (int(user), int(item[0]))
            for batch in batches.epoch(number)
            for user, item in zip(batch.asked.users, batch.targets, strict=True)
        ]
        assert sorted(pairs) == sorted(zip(train.users.tolist(), train.items.tolist(), strict=True))
        epochs.append(pairs)
    assert epochs[0] == epochs[1]
    assert epochs[0] != epochs[2]


@pytest.mark.parametrize("by_user", [True, False])
def test_that_rows_hold_the_observed_entries(by_user: bool) -> None:
    train = chance().train
    weights = np.arange(1, len(train) + 1, dtype=np.float32)
    train = type(train)(train.users, train.items, train.times, weights, train.n_users, train.n_items)
    dense = np.zeros((train.n_users, train.n_items), np.float32)
    dense[train.users, train.items] = weights
    pairs, values = pair_values(train)
    if not by_user:
        pairs, values = transposed(pairs, values)
        dense = dense.T
    seen = []
    for batch in RowBatches(pairs, values, 7, 1, CPU).epoch(1):
        assert np.array_equal(batch.inputs.numpy(), dense[batch.rows.numpy()])
        assert torch.equal(batch.inputs[batch.entry_rows, batch.entry_columns], batch.entry_values)
        assert len(batch.entry_values) == np.count_nonzero(dense[batch.rows.numpy()])
        seen += batch.rows.tolist()
    assert sorted(seen) == np.flatnonzero(dense.any(1)).tolist()


def test_that_a_repeated_pair_has_the_weight_of_its_last_event() -> None:
    events = events_of([(0, 3), (0, 1), (0, 3)], 1, 5, [1.0, 2.0, 5.0])
    pairs, values = pair_values(events)
    assert pairs.items.tolist() == [1, 3]
    assert values is not None
    assert values.tolist() == [2.0, 5.0]


@pytest.mark.parametrize("size", [1, 2, 100])
def test_that_the_targets_that_exist_are_counted_for_each_batch(size: int) -> None:
    lengths = (2, 3, 7, 2, 1)
    rows = [(user, item) for user, length in enumerate(lengths) for item in range(length)]
    batches = WindowBatches(events_of(rows, 5, 9), 2, 3, size, 1, CPU)
    for first in (0, 1):
        for batch in batches.epoch(1, first):
            assert batch.mask is not None
            assert batch.existing == int(batch.mask.sum())
    whole = WindowBatches(events_of([row for row in rows if row[0] == 2], 5, 9), 2, 3, size, 1, CPU)
    assert all(batch.existing is None and bool(batch.mask.all()) for batch in whole.epoch(1) if batch.mask is not None)
