from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.cleaning import clean
from core.data.plan import CleaningPlan
from core.errors import InputError
from core.splits.candidates import match_candidates
from core.splits.split import Candidates, Split
from tests.core.data.making import raw_candidates
from tests.core.splits.making import made, split_of

# a: training p q, test r; b: training q, test p; c: training s, no test
ROWS = [("a", "p", 1), ("a", "q", 2), ("a", "r", 3), ("b", "q", 1), ("b", "p", 2), ("c", "s", 1)]


def matched(
    lists: Sequence[tuple[str, Sequence[str]]], held_out: Sequence[str] | None = None
) -> tuple[Split, Candidates]:
    raw = raw_candidates(lists, held_out)
    split = split_of(clean(made(ROWS), CleaningPlan(), candidates=raw), validation=False, candidates=raw)
    assert split.candidates is not None
    return split, split.candidates


def texts(split: Split, candidates: Candidates) -> dict[str, list[str]]:
    return {
        split.interactions.users.id(int(user)): split.interactions.items.take(
            candidates.items[candidates.indptr[user] : candidates.indptr[user + 1]]
        )
        for user in np.flatnonzero(candidates.listed)
    }


def test_that_a_list_is_a_set_without_the_held_out_item() -> None:
    split, candidates = matched([("a", "tsrtu"), ("b", "uut")])
    assert texts(split, candidates) == {"a": ["s", "t", "u"], "b": ["t", "u"]}
    assert candidates.counts == {"duplicates": 2, "held-out items among the candidates": 1}


def test_that_items_already_met_stay_and_are_counted() -> None:
    split, candidates = matched([("a", "pqs"), ("b", "rs")])
    assert sorted(texts(split, candidates)["a"]) == ["p", "q", "s"]
    assert candidates.counts == {"items already met": 2}


def test_that_users_without_a_list_without_a_test_item_and_unknown_ones_are_counted() -> None:
    split, candidates = matched([("a", "st"), ("c", "pq"), ("nobody", "pq")])
    assert texts(split, candidates) == {"a": ["s", "t"]}
    assert candidates.listed.tolist() == [True, False, False]
    assert candidates.counts == {
        "lists of unknown users": 1,
        "lists of users without a test item": 1,
        "tested users without a list": 1,
    }


def test_that_a_list_of_a_tested_user_may_be_empty() -> None:
    split, candidates = matched([("a", "r"), ("b", "")])
    assert texts(split, candidates) == {"a": [], "b": []}


def test_that_several_lines_of_a_user_are_one_list() -> None:
    split, candidates = matched([("a", "st"), ("b", "t"), ("a", "tu")])
    assert texts(split, candidates) == {"a": ["s", "t", "u"], "b": ["t"]}
    assert candidates.counts == {"duplicates": 1}


def test_that_a_key_must_name_the_test_item() -> None:
    split, candidates = matched([("a", "st"), ("b", "su"), ("c", "t")], held_out="rpx")
    assert texts(split, candidates) == {"a": ["s", "t"], "b": ["s", "u"]}
    assert candidates.counts == {"lists of users without a test item": 1}
    with pytest.raises(InputError, match=r"lists.txt, list 2: the key \(b,q\).*1 of 2 lists") as raised:
        matched([("a", "st"), ("b", "su")], held_out="rq")
    assert raised.value.code == "input.candidate-key"


def test_that_items_unknown_to_a_trained_run_are_left_out_and_counted() -> None:
    split = split_of(clean(made(ROWS), CleaningPlan()), validation=False)
    later = match_candidates(raw_candidates([("a", ["s", "?", "??"])]), split.interactions, (split.train,), split.test)
    assert texts(split, later) == {"a": ["s"]}
    assert later.counts == {"unknown items": 2, "tested users without a list": 1}


def test_that_lists_of_nobody_are_refused_and_show_whose_they_are() -> None:
    with pytest.raises(InputError, match="such as 1, 2") as raised:
        matched([("1", "p"), ("2", "q")])
    assert raised.value.code == "input.no-candidates"


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b", "c", "x"]), st.lists(st.sampled_from("pqrstu"), max_size=8)), max_size=6
    )
)
def test_that_matching_equals_sets(lists: list[tuple[str, list[str]]]) -> None:
    held = {"a": "r", "b": "p"}
    met = {"a": {"p", "q"}, "b": {"q"}}
    expected: dict[str, set[str]] = {}
    for user, items in lists:
        if user in held:
            expected.setdefault(user, set()).update(items)
    if not expected:
        with pytest.raises(InputError):
            matched(lists)
        return
    split, candidates = matched(lists)
    found = texts(split, candidates)
    assert {user: set(items) for user, items in found.items()} == {
        user: items - {held[user]} for user, items in expected.items()
    }
    assert all(len(items) == len(set(items)) for items in found.values())
    written = sum(len(items) for user, items in lists if user in held)
    counts = candidates.counts
    assert counts.get("duplicates", 0) == written - sum(map(len, expected.values()))
    assert counts.get("held-out items among the candidates", 0) == sum(
        held[user] in expected[user] for user in expected
    )
    assert counts.get("items already met", 0) == sum(len(expected[user] & met[user]) for user in expected)
    assert counts.get("tested users without a list", 0) == 2 - len(expected)
