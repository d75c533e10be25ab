from __future__ import annotations

import hypothesis.strategies as st
import pyarrow as pa
import pytest
from hypothesis import given

from core.data import id_gathering
from core.data.id_gathering import IdGatherer, distinct_texts

TEXTS = st.text(min_size=1, max_size=5) | st.integers(0, 300).map(str)


@given(st.lists(st.lists(TEXTS, max_size=20), max_size=6), st.sampled_from([0, 1_000_000]))
def test_that_blocks_come_under_one_dictionary_in_the_order_of_first_appearance(
    blocks: list[list[str]], few: int
) -> None:
    gatherer = IdGatherer(few)
    for block in blocks:
        gatherer.add(pa.array(block, pa.string()).dictionary_encode())
    found = gatherer.finish()
    every = [text for block in blocks for text in block]
    assert found.to_pylist() == every
    assert found.dictionary.to_pylist() == list(dict.fromkeys(every))
    assert found.type == pa.dictionary(pa.int32(), pa.large_string())


def test_that_texts_that_are_all_different_are_not_copied() -> None:
    texts = pa.array([str(number) for number in range(300)], pa.large_string())
    codes, distinct = distinct_texts(texts, few=0)
    assert codes.tolist() == list(range(300))
    assert distinct.buffers()[2].address == texts.buffers()[2].address


def test_that_memory_is_given_back_where_there_are_many_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[bool] = []
    monkeypatch.setattr(id_gathering, "give_memory_back", lambda: given.append(True))
    for few in (100, 1):
        gatherer = IdGatherer(few)
        for block in (["a", "b"], ["b", "c"]):
            gatherer.add(pa.array(block, pa.string()).dictionary_encode())
        assert gatherer.finish().to_pylist() == ["a", "b", "b", "c"]
        assert bool(given) == (few == 1)


@pytest.mark.parametrize("few", [0, 3, 4])
def test_that_a_slice_of_texts_is_parted_from_its_own_start(few: int) -> None:
    texts = pa.array(["x", "a", "bb", "a", "ccc", "y"], pa.large_string()).slice(1, 4)
    codes, distinct = distinct_texts(texts, few)
    assert codes.tolist() == [0, 1, 0, 2]
    assert distinct.to_pylist() == ["a", "bb", "ccc"]
