from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.kernels.unions import unite, unite_reference, unite_rows

sets = st.sets(st.integers(0, 12), max_size=10).map(lambda found: np.array(sorted(found), np.int32))


@given(sets, sets)
def test_that_a_union_is_what_sorting_gives(first: np.ndarray, second: np.ndarray) -> None:
    union = np.empty(len(first) + len(second), np.int32)
    length = unite(first, second, union)
    assert union[:length].tolist() == unite_reference(first, second).tolist()


@given(st.lists(st.tuples(sets, sets), max_size=5))
def test_that_rows_are_united_each_on_its_own(rows: list[tuple[np.ndarray, np.ndarray]]) -> None:
    sides = []
    for side in range(2):
        lists = [row[side] for row in rows]
        sides += [
            np.concatenate([[0], np.cumsum([len(each) for each in lists])]).astype(np.int64),
            np.concatenate([*lists, np.zeros(0, np.int32)]),
        ]
    indptr, items = unite_rows(*sides)
    assert len(indptr) == len(rows) + 1
    for row, (first, second) in enumerate(rows):
        assert items[indptr[row] : indptr[row + 1]].tolist() == unite_reference(first, second).tolist()
