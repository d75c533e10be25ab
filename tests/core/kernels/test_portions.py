from __future__ import annotations

from itertools import chain, pairwise

import numpy as np
import pytest

from core.kernels import portions
from core.kernels.schedule import divide


def parts_of(n_items: int, parts: int) -> tuple[np.ndarray, np.ndarray]:
    members, sizes = np.zeros((parts, -(-n_items // parts)), np.int32), np.zeros(parts, np.int64)
    ranking = np.random.default_rng(1).permutation(n_items).astype(np.int32)
    divide(ranking, np.uint64(1), np.zeros(n_items, np.uint16), members, sizes)
    return members, sizes


def cut(n_items: int, parts: int, each: int, key: int) -> tuple[np.ndarray, list[list[int]], list[list[int]]]:
    """Where each item is, the items of each portion, and those that the reference puts there."""
    members, sizes = parts_of(n_items, parts)
    plain = [members[part, : sizes[part]].tolist() for part in range(parts)]
    where, order = np.zeros(n_items, np.uint32), np.zeros(n_items, np.int32)
    starts = np.full(parts * each + 1, -1, np.int64)
    portions.cut(members, sizes, each, np.uint64(key), where, order, starts)
    found = [order[start:end].tolist() for start, end in pairwise(starts)]
    return where, found, portions.cut_reference(plain, each, key)


@pytest.mark.parametrize(("n_items", "parts", "each"), [(30, 1, 4), (31, 3, 2), (7, 2, 5), (100, 2, 2)])
def test_that_the_items_of_a_part_are_cut_as_by_the_reference(n_items: int, parts: int, each: int) -> None:
    where, found, wanted = cut(n_items, parts, each, 2**64 - 3)
    assert found == wanted
    assert sorted(chain(*found)) == list(range(n_items))
    members, sizes = parts_of(n_items, parts)
    for part in range(parts):
        mine = found[part * each : (part + 1) * each]
        assert sorted(chain(*mine)) == sorted(members[part, : sizes[part]].tolist())
        assert max(map(len, mine)) - min(map(len, mine)) <= 1
    for portion, items in enumerate(found):
        for place, item in enumerate(items):
            assert (where[item] >> portions.PLACE_BITS, where[item] & portions.PLACE) == (portion, place)


def test_that_any_two_items_come_together_equally_often() -> None:
    together, keys = np.zeros((12, 12)), 4000
    for key in range(keys):
        for items in cut(12, 1, 3, key)[1]:
            together[np.ix_(items, items)] += 1
    apart = together[~np.eye(12, dtype=bool)] / keys
    # three others of eleven
    assert np.abs(apart - 3 / 11).max() < 5 * np.sqrt(3 / 11 * 8 / 11 / keys)


def test_that_a_window_is_collected_as_by_the_reference() -> None:
    generator = np.random.default_rng(2)
    owners = np.sort(generator.integers(0, 20, 300)).astype(np.int32)
    items = generator.integers(0, 30, 300).astype(np.int32)
    where, members, _ = cut(30, 2, 3, 5)
    cells, rows = np.zeros(201, np.uint64), np.full(7, -1, np.int64)
    portions.collect(owners, items, 50, 250, where, cells, rows)
    found = [
        [(int(cell) >> 32, int(cell) & portions.PLACE) for cell in cells[start:end]] for start, end in pairwise(rows)
    ]
    assert found == portions.collect_reference(owners.tolist(), items.tolist(), 50, 250, members)
    assert sum(map(len, found)) == 200


def test_that_only_tables_past_the_cache_are_cut() -> None:
    def each(n_items: int, factors: int = 64, parts: int = 1, positives: int = 10**8) -> int:
        return portions.portions_each(n_items, factors, parts, positives)

    assert each(portions.WHOLE // 256) == 1
    assert each(133_689) == -(-133_689 * 256 // portions.PORTION)
    assert each(133_689, parts=2) == -(-133_689 * 128 // portions.PORTION)
    assert each(10_000_000) == portions.MOST
    assert each(10_000_000, parts=8) == portions.MOST // 8
    assert each(2**31, parts=1) * 2**portions.PLACE_BITS >= 2**31
    # with few positives a portion would hardly have any
    assert each(133_689, positives=9 * portions.FEWEST) == 9
    assert each(133_689, positives=10) == each(133_689, parts=1024) == 1
