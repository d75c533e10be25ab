from __future__ import annotations

from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernels import schedule

NONE = np.empty(0, np.uint16)


@given(st.integers(0, 1200), st.integers(0, 2**63), st.integers(0, 2**64 - 1))
def test_that_shuffle_is_the_reference_permutation(n: int, row: int, key: int) -> None:
    cells, wanted = np.arange(n, dtype=np.uint64), list(range(n))
    schedule.shuffle(cells, np.uint64(row), np.uint64(key))
    schedule.shuffle_reference(wanted, row, key)
    assert cells.tolist() == wanted
    assert sorted(wanted) == list(range(n))


def test_that_shuffles_put_every_number_everywhere_equally_often() -> None:
    table = np.zeros((5, 5))
    for key in range(5000):
        cells = np.arange(5, dtype=np.uint64)
        schedule.shuffle(cells, np.uint64(0), np.uint64(key))
        table[np.arange(5), cells] += 1
    assert np.abs(table - 1000).max() < 150


@given(st.lists(st.integers(0, 40), min_size=1, max_size=30), st.integers(1, 60), st.integers(1, 4))
def test_that_windows_hold_whole_users_and_all_events(counts: list[int], width: int, together: int) -> None:
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    ends = schedule.window_ends(starts, width, together)
    assert ends[0] == 0
    assert ends[-1] == starts[-1]
    assert (np.diff(ends) >= 0).all()
    assert set(ends.tolist()) <= set(starts.tolist())
    assert (len(ends) - 1) % together == 0
    # no wider than wanted by more than the user at either end
    assert np.diff(ends).max() <= width + 1 + max(counts)


@pytest.mark.parametrize(("windows", "together", "parts"), [(1, 1, 1), (6, 2, 1), (6, 3, 4), (40, 1, 2)])
def test_that_the_blocks_of_an_epoch_take_every_slice_of_every_window_once(
    windows: int, together: int, parts: int
) -> None:
    found = schedule.blocks(windows, together, parts, 3, np.uint64(1))
    visited = [(window, block.part) for block in found for window in block.windows]
    assert sorted(visited) == [(window, part) for window in range(windows) for part in range(parts)]
    assert {(block.epoch, block.parts, len(block.windows)) for block in found} == {(3, parts, together)}
    if windows > 2:
        assert visited != sorted(visited)
        assert found != schedule.blocks(windows, together, parts, 3, np.uint64(2))


@pytest.mark.parametrize("parts", [1, 2, 3])
def test_that_a_window_is_arranged_as_by_the_reference(parts: int) -> None:
    generator = np.random.default_rng(2)
    owners, items = generator.integers(0, 20, 300).astype(np.int32), generator.integers(0, 30, 300).astype(np.int32)
    item_part = generator.integers(0, parts, 30).astype(np.uint16) if parts > 1 else NONE
    cells = np.zeros((parts, 201), np.uint64)
    rows = schedule.arrange(owners, items, 50, 250, item_part, np.uint64(9), cells).tolist()
    assert (rows[0], rows[-1]) == (50, 250)
    wanted = schedule.arrange_reference(owners.tolist(), items.tolist(), 50, 250, item_part.tolist(), parts, 9)
    assert [cells[part, : rows[part + 1] - rows[part]].tolist() for part in range(parts)] == wanted
    whole = [(int(user) << 32) | int(item) for user, item in zip(owners[50:250], items[50:250], strict=True)]
    assert sorted(chain(*wanted)) == sorted(whole)


@pytest.mark.parametrize(("n_items", "parts"), [(30, 3), (31, 3), (2, 3), (100, 2), (7, 7)])
def test_that_every_part_gets_one_of_so_many_neighbours_in_popularity(n_items: int, parts: int) -> None:
    ranking = np.random.default_rng(1).permutation(n_items).astype(np.int32)
    item_part, sizes = np.zeros(n_items, np.uint16), np.zeros(parts, np.int64)
    members = np.zeros((parts, -(-n_items // parts)), np.int32)
    first_of_the_two = 0
    for key in range(200):
        schedule.divide(ranking, np.uint64(key), item_part, members, sizes)
        lists = [members[part, : sizes[part]].tolist() for part in range(parts)]
        assert sorted(chain(*lists)) == list(range(n_items))
        assert all(item_part[item] == part for part in range(parts) for item in lists[part])
        for start in range(0, n_items, parts):
            group = item_part[ranking[start : start + parts]].tolist()
            assert len(set(group)) == len(group)
        first_of_the_two += item_part[ranking[0]] == 0
    assert abs(first_of_the_two - 200 / parts) < 5 * np.sqrt(200 / parts)
