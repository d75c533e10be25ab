"""The bars beside the doctor's findings, counted by hand."""

from __future__ import annotations

from core.splits.pictures import pictures
from tests.core.splits.making import cleaned, split_of


def test_that_users_are_counted_by_how_much_of_training_is_later() -> None:
    # training times 1, 2, 6, 7; a is tested at 3: half is later; b is tested at 8: nothing
    rows = [("a", "p", 1), ("a", "q", 2), ("a", "r", 3), ("b", "p", 6), ("b", "r", 7), ("b", "q", 8)]
    bars = pictures(split_of(cleaned(rows), validation=False))["future"]
    assert len(bars.counts) == 20
    assert {name: count for name, count in zip(bars.names, bars.counts, strict=True) if count} == {"0 %": 1, "50 %": 1}


def test_that_test_items_and_users_are_counted_by_their_training() -> None:
    rows = [(user, "p", 1) for user in "abc"] + [("d", "r", 1), ("d", "p", 2)]
    data = cleaned([*rows, ("e", "p", 1)], test=[("a", "q", 9), ("b", "r", 9), ("f", "p", 9)])
    found = pictures(split_of(data, "predefined", validation=False))
    items = found["cold-items"]
    # q is cold, r has one, p has five
    assert items.names == ("0", "1", "2–3", "4–7")
    assert items.counts == (1, 1, 0, 1)
    assert items.marked == (0,)
    # f is cold, a and b have one
    assert found["cold-users"].counts == (1, 2)


def test_that_ties_are_counted_by_how_many_share_a_moment() -> None:
    rows = [("a", "p", 1), ("a", "q", 2), ("a", "r", 2), ("b", "p", 2), ("b", "q", 5), ("b", "r", 5), ("b", "s", 5)]
    bars = pictures(split_of(cleaned(rows)))["ties"]
    assert bars.names == ("1", "2–3")
    assert bars.counts == (2, 5)
    assert bars.marked == (1,)
