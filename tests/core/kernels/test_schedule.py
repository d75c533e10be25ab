from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernels import schedule


@given(st.integers(1, 60), st.integers(0, 2**31), st.integers(0, 2**64 - 1))
def test_that_shuffle_is_the_reference_permutation(n: int, first: int, key: int) -> None:
    order = np.empty(n, np.int32)
    schedule.shuffle(order, min(first, 2**31 - 1 - n), np.uint64(key))
    assert order.tolist() == schedule.shuffle_reference(n, min(first, 2**31 - 1 - n), key)
    assert sorted(order.tolist()) == list(range(order.min(), order.min() + n))


def test_that_shuffles_put_every_number_everywhere_equally_often() -> None:
    table, order = np.zeros((5, 5)), np.empty(5, np.int32)
    for key in range(5000):
        schedule.shuffle(order, 0, np.uint64(key))
        table[np.arange(5), order] += 1
    assert np.abs(table - 1000).max() < 150


@pytest.mark.parametrize("count", [1, 999, 1000, 1001, 5000])
@pytest.mark.parametrize(("whole", "window"), [(10_000, 64), (100, 640)])
def test_that_the_blocks_of_an_epoch_visit_every_positive_once(
    monkeypatch: pytest.MonkeyPatch, count: int, whole: int, window: int
) -> None:
    monkeypatch.setattr(schedule, "SHUFFLED_WHOLE", whole)
    monkeypatch.setattr(schedule, "WINDOW", window)
    found = schedule.blocks(count, 100, 3, np.random.default_rng(1))
    visited = [at for block in found for at in range(block.window[0] + block.start, block.window[0] + block.stop)]
    assert sorted(visited) == list(range(count))
    assert max(len(block) for block in found) <= 100
    assert {block.epoch for block in found} == {3}
    if whole == 100 and count > 2000:
        assert [block.window for block in found] != sorted(block.window for block in found)


def test_that_cells_divide_the_positives_of_a_part_and_keep_their_order() -> None:
    generator = np.random.default_rng(2)
    owners, items = generator.integers(0, 20, 300).astype(np.int32), generator.integers(0, 30, 300).astype(np.int32)
    user_part, _ = schedule.parts_of(20, 3, generator)
    item_part, members = schedule.parts_of(30, 3, generator)
    order = generator.permutation(300).astype(np.int32)
    for part in range(3):
        gathered = np.empty((3, 300), np.int32)
        counts = schedule.cells(order, owners, items, user_part, item_part, part, gathered)
        for held in range(3):
            wanted = [p for p in order.tolist() if user_part[owners[p]] == part and item_part[items[p]] == held]
            assert gathered[held, : counts[held]].tolist() == wanted
    assert sorted(np.concatenate(members).tolist()) == list(range(30))
    assert all((item_part[each] == number).all() for number, each in enumerate(members))
    assert [len(each) for each in members] == [10, 10, 10]
