from __future__ import annotations

import unicodedata

import hypothesis.strategies as st
import pyarrow as pa
import pytest
from hypothesis import given

from core.data import id_gathering, ids
from core.data.twins import all_plain, canonical_ids

COMPOSED, LOOSE = "\u00e9", "e\u0301"
TEXTS = st.sampled_from(["a", " a", "b ", "b", "7", "07", COMPOSED, LOOSE, " ", "  ", "c"])


def canonical(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip()) or text


def as_column(texts: list[str]) -> pa.DictionaryArray:
    return pa.array(texts, pa.large_string()).dictionary_encode()


@given(st.lists(st.lists(TEXTS, max_size=12), min_size=1, max_size=3), st.booleans())
def test_that_columns_are_numbered_together_in_the_order_of_first_appearance(
    columns: list[list[str]], merge: bool
) -> None:
    found = ids.number([as_column(column) for column in columns], merge)
    written = [[canonical(text) if merge else text for text in column] for column in columns]
    wanted = list(dict.fromkeys(text for column in written for text in column))
    assert found.ids.to_pylist() == wanted
    assert [[wanted[code] for code in codes] for codes in found.columns] == written
    every = {text for column in columns for text in column}
    assert found.twins == len(every) - len({canonical(text) for text in every})


def test_that_many_ids_are_numbered_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = [as_column([str(at * 7 % 1000) for at in range(1000)]), as_column([f"{at} " for at in range(500)])]
    for merge in (False, True):
        few = ids.number(columns, merge)
        with monkeypatch.context() as patched:
            patched.setattr(id_gathering.distinct_texts, "__defaults__", (10,))
            many = ids.number(columns, merge)
        assert few.ids.equals(many.ids)
        assert few.twins == many.twins == 500
        assert all((mine == theirs).all() for mine, theirs in zip(few.columns, many.columns, strict=True))


@given(st.lists(TEXTS, max_size=6))
def test_that_plain_ids_are_those_that_stay_what_they_are(texts: list[str]) -> None:
    array = pa.array(texts, pa.large_string())
    assert not all_plain(array) or canonical_ids(array).equals(array)
    assert all_plain(array) or any(text != text.strip() or not text.isascii() for text in texts)
