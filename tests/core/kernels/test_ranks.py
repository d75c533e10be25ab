"""The compiled counts and the ones with tensors against the masks of numpy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.kernels.ranks import count_full, count_full_reference, count_listed, count_listed_reference
from core.kernels.tensor_ranks import count_tensor

ITEMS = 9
numbers = st.sampled_from([-np.inf, -1.5, 0.0, -0.0, 0.25, 0.25, 1.0, np.inf])


@dataclass
class Block:
    scores: np.ndarray
    field: list[np.ndarray]
    held: list[np.ndarray]

    def csr(self, lists: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        return (
            np.concatenate([[0], np.cumsum([len(each) for each in lists])]).astype(np.int64),
            np.concatenate([*lists, np.zeros(0, np.int32)]).astype(np.int32),
        )


def ascending(items: set[int]) -> np.ndarray:
    return np.array(sorted(items), np.int32)


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    rows = draw(st.integers(1, 4))
    scores = draw(st.lists(st.lists(numbers, min_size=ITEMS, max_size=ITEMS), min_size=rows, max_size=rows))
    some = st.sets(st.integers(0, ITEMS - 1), max_size=ITEMS)
    held = draw(st.lists(some.filter(bool), min_size=rows, max_size=rows))
    field = draw(st.lists(some, min_size=rows, max_size=rows))
    return Block(np.array(scores, np.float32), [ascending(each) for each in field], [ascending(each) for each in held])


def counted(kernel: object, block: Block, start: int = 0, stop: int | None = None) -> tuple[list[int], ...]:
    held_indptr, held_items = block.csr(block.held)
    above, equal = np.full(len(held_items), -1, np.int32), np.full(len(held_items), -1, np.int32)
    rows = len(block.scores)
    candidates = np.full(rows, -1, np.int32)
    users = np.arange(rows, dtype=np.int32)
    field = block.csr(block.field)
    broken = kernel(  # type: ignore[operator]
        block.scores, start, rows if stop is None else stop, users, *field, held_indptr, held_items,
        above, equal, candidates,
    )  # fmt: skip
    assert broken == -1
    return above.tolist(), equal.tolist(), candidates.tolist()


def counted_by_tensor(block: Block, listed: bool) -> tuple[list[int], ...]:
    users = np.arange(len(block.scores), dtype=np.int32)
    scores = torch.from_numpy(block.scores)
    above, equal, candidates, broken = count_tensor(
        scores, users, *block.csr(block.field), listed, *block.csr(block.held)
    )
    assert broken == -1
    return above.tolist(), equal.tolist(), candidates.tolist()


@given(blocks())
def test_that_full_counts_equal_the_masks(block: Block) -> None:
    expected = count_full_reference(block.scores, block.field, block.held)
    assert counted(count_full, block) == expected
    assert counted_by_tensor(block, listed=False) == expected


@given(blocks())
def test_that_listed_counts_equal_the_masks(block: Block) -> None:
    block.field = [np.setdiff1d(field, held) for field, held in zip(block.field, block.held, strict=True)]
    expected = count_listed_reference(block.scores, block.field, block.held)
    assert counted(count_listed, block) == expected
    assert counted_by_tensor(block, listed=True) == expected


def test_that_only_the_asked_rows_are_counted() -> None:
    block = Block(np.zeros((3, ITEMS), np.float32), [ascending({1})] * 3, [ascending({0})] * 3)
    above, equal, candidates = counted(count_full, block, 1, 2)
    assert (above, equal, candidates) == ([-1, 0, -1], [-1, 7, -1], [-1, 7, -1])


def test_that_long_rows_are_counted_to_the_last_item() -> None:
    random = np.random.default_rng(3)
    scores = random.integers(0, 50, (2, 1003)).astype(np.float32)
    block = Block(scores, [ascending({0, 1002}), ascending(set(range(500)))], [ascending({1002}), ascending({7, 999})])
    assert counted(count_full, block) == count_full_reference(block.scores, block.field, block.held)


@pytest.mark.parametrize("place", [0, 4, 8])
@pytest.mark.parametrize("kernel", [count_full, count_listed])
def test_that_a_nan_is_found_wherever_it_is(kernel: object, place: int) -> None:
    scores = np.zeros((3, ITEMS), np.float32)
    scores[1, place] = np.nan
    users, held = np.arange(3, dtype=np.int32), np.arange(4, dtype=np.int64)
    out = [np.zeros(3, np.int32) for _ in range(3)]
    nothing = (np.zeros(4, np.int64), np.zeros(0, np.int32))
    broken = kernel(scores, 0, 3, users, *nothing, held, np.array([0, 1, 2], np.int32), *out)  # type: ignore[operator]
    assert broken == 1
    found = count_tensor(
        torch.from_numpy(scores), users, *nothing, kernel is count_listed, held, np.array([0, 1, 2], np.int32)
    )
    assert found[3] == 1


def test_that_tensor_counts_start_at_the_blocks_own_held_out_items() -> None:
    scores = torch.tensor([[0.0, 1.0, 2.0]])
    held_indptr, held_items = np.array([2, 3], np.int64), np.array([9, 9, 0], np.int32)
    nothing = (np.zeros(6, np.int64), np.zeros(0, np.int32))
    above, equal, candidates, _ = count_tensor(
        scores, np.array([4], np.int32), *nothing, False, held_indptr, held_items
    )
    assert (above.tolist(), equal.tolist(), candidates.tolist()) == ([2], [0], [2])
    assert scores.tolist() == [[0.0, 1.0, 2.0]]
