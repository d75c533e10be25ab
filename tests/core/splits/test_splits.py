from __future__ import annotations

import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.cleaned import Cleaned
from core.data.cleaning import clean
from core.data.plan import CleaningPlan
from core.errors import PlanError, RankscopeError, SplitError, UsageError
from core.params import describe
from core.splits import SPLITS, SplitEntry
from core.splits.make import make_split
from core.splits.parts import Material, Parts, divide
from core.splits.settings import RandomSettings, TimeSettings
from core.splits.split import Split
from tests.core.data import oracle as cleaning_oracle
from tests.core.data.making import raw_rows
from tests.core.data.oracle import Row
from tests.core.splits import oracle
from tests.core.splits.making import cleaned, split_of, three

some_rows = st.lists(
    st.tuples(st.sampled_from("abcde"), st.sampled_from("pqrstuv"), st.integers(0, 9)), min_size=1, max_size=50
)
shares = st.sampled_from([0.05, 0.1, 0.25, 0.4])
repeats = st.sampled_from(["first", "last", "all"])


def histories_of(rows: list[tuple[str, str, int]], how: str) -> oracle.Histories:
    plain = [Row(user, item, time, None, place) for place, (user, item, time) in enumerate(rows)]
    # the order of users is that of their first row, as rows of the vocabulary are
    kept = cleaning_oracle.cleaned(plain, None, how, 1, 1)
    return {user: kept[user] for user in dict.fromkeys(row[0] for row in rows)}


def compare(expected: oracle.Three, data: Cleaned, kind: str, validation: bool = True, **settings: Any) -> None:
    users = {user for part in expected for user, rows in part.items() if rows}
    items = {row.item for part in expected for rows in part.values() for row in rows}
    usable = len(users) > 1 and len(items) > 1 and any(expected[0].values()) and any(expected[2].values())
    if not usable:
        with pytest.raises(SplitError):
            split_of(data, kind, validation=validation, **settings)
        return
    split = split_of(data, kind, validation=validation, **settings)
    assert three(split) == tuple(
        {user: [(row.item, row.time) for row in rows] for user, rows in part.items() if rows} for part in expected
    )
    everything(split)


def everything(split: Split) -> None:
    """No event is lost or doubled, and parts are over the same users and items."""
    parts = (split.train, split.validation, split.test)
    events = split.interactions.events
    assert sum(map(len, parts)) == len(events)
    together = sorted(pair for part in parts for pair in zip(part.users.tolist(), part.items.tolist(), strict=True))
    assert together == sorted(zip(events.users.tolist(), events.items.tolist(), strict=True))
    assert {(part.n_users, part.n_items) for part in parts} == {(events.n_users, events.n_items)}


@given(some_rows, repeats, st.booleans())
def test_that_leave_last_out_equals_the_oracle(rows: list[tuple[str, str, int]], how: str, validation: bool) -> None:
    expected = oracle.leave_last_out(histories_of(rows, how), validation)
    compare(expected, cleaned(rows, repeats=how), "leave-last-out", validation)


@given(some_rows, repeats, shares, shares, st.booleans())
def test_that_the_split_by_time_equals_the_oracle(
    rows: list[tuple[str, str, int]], how: str, test_share: float, validation_share: float, validation: bool
) -> None:
    expected = oracle.by_time(histories_of(rows, how), test_share, validation_share if validation else 0)
    settings = {"test_share": test_share, "validation_share": validation_share}
    compare(expected, cleaned(rows, repeats=how), "time", validation, **settings)


@given(some_rows, repeats, shares, shares, st.booleans(), st.booleans(), st.integers(0, 99))
def test_that_the_random_split_equals_the_oracle(
    rows: list[tuple[str, str, int]],
    how: str,
    test_share: float,
    validation_share: float,
    per_user: bool,
    validation: bool,
    seed: int,
) -> None:
    data = cleaned(rows, repeats=how)
    uniforms = np.random.default_rng([seed, zlib.crc32(b"split")]).random(len(data.interactions.events)).tolist()
    used = validation_share if validation else 0
    expected = oracle.by_chance(histories_of(rows, how), test_share, used, per_user, uniforms)
    settings = {"test_share": test_share, "validation_share": validation_share, "per_user": per_user}
    compare(expected, data, "random", validation, seed=seed, **settings)


HAND = [("a", "x", 1), ("a", "y", 2), ("a", "z", 3), ("b", "x", 1), ("b", "y", 2), ("c", "z", 9)]


def test_that_three_two_and_one_interactions_give_what_the_protocol_says() -> None:
    split = split_of(cleaned(HAND))
    train, validation, test = three(split)
    assert train == {"a": [("x", 1)], "b": [("x", 1)], "c": [("z", 9)]}
    assert validation == {"a": [("y", 2)]}
    assert test == {"a": [("z", 3)], "b": [("y", 2)]}
    assert split.counts == {
        "users with one interaction": 1,
        "users with two interactions": 1,
        "users without a test interaction": 1,
        "test interactions with items unseen in training": 1,
    }
    assert split.ordered
    assert split.hide_seen
    assert not split.refit


def test_that_a_cut_never_tears_equal_times_apart() -> None:
    rows = [("a", "p", 1), ("b", "p", 1), ("a", "q", 2), ("b", "q", 2), ("a", "r", 3), ("b", "r", 3), ("a", "s", 3)]
    train, validation, test = three(split_of(cleaned(rows), "time", test_share=0.2, validation_share=0.15))
    assert test == {"a": [("r", 3), ("s", 3)], "b": [("r", 3)]}
    assert validation == {"a": [("q", 2)], "b": [("q", 2)]}
    assert train == {"a": [("p", 1)], "b": [("p", 1)]}


def day(number: int) -> int:
    return number * 86_400_000_000


def test_that_moments_cut_at_midnight_utc_or_at_the_zone_given() -> None:
    rows = [("a", "p", day(0)), ("b", "q", day(1) - 1), ("a", "r", day(1)), ("b", "s", day(2))]
    data = cleaned(rows)
    train, validation, test = three(split_of(data, "time", test_from="1970-01-03", validation_from="1970-01-02"))
    assert (set(train), validation, test) == ({"a", "b"}, {"a": [("r", day(1))]}, {"b": [("s", day(2))]})
    zoned = split_of(data, "time", test_from="1970-01-03T02:00+02:00", validation_share=0.0)
    assert three(zoned)[2] == test
    assert len(zoned.validation) == 0


def test_that_a_position_cuts_data_on_an_order() -> None:
    rows = raw_rows("abab", "pqrs", [10, 20, 30, 40], clock="order")
    split = split_of(clean(rows, CleaningPlan()), "time", test_from="30", validation_share=0.0)
    assert three(split)[2] == {"a": [("r", 30)], "b": [("s", 40)]}


@pytest.mark.parametrize(
    ("settings", "error", "code"),
    [
        ({"test_from": "yesterday"}, PlanError, "plan.moment"),
        ({"test_from": "1970-01-01T00:00:00.000003", "validation_from": "1970-01-02"}, PlanError, "plan.moments"),
        ({"test_from": "2999-01-01"}, SplitError, "split.no-test"),
        ({"test_from": "1960-01-01", "validation_share": 0.0}, SplitError, "split.no-training"),
    ],
)
def test_that_moments_that_cannot_be_used_are_refused(
    settings: dict[str, Any], error: type[RankscopeError], code: str
) -> None:
    with pytest.raises(error) as raised:
        split_of(cleaned(HAND), "time", **settings)
    assert raised.value.code == code
    assert raised.value.remedy


def test_that_equal_times_everywhere_leave_nothing_to_train_on() -> None:
    with pytest.raises(SplitError) as raised:
        split_of(cleaned([("a", "x", 5), ("b", "y", 5)]), "time")
    assert raised.value.code == "split.no-training"


def test_that_a_split_by_time_without_times_names_the_other_splits() -> None:
    with pytest.raises(SplitError, match="leave-last-out") as raised:
        split_of(clean(raw_rows("ab", "xy"), CleaningPlan()), "time")
    assert raised.value.code == "split.no-times"


def test_that_the_seed_decides_a_random_split_and_validation_leaves_the_test_as_it_is() -> None:
    rows = [(user, item, 0) for user in "abcdefgh" for item in "pqrstuv"]
    data = cleaned(rows)
    one = split_of(data, "random", seed=1)
    assert three(one) == three(split_of(data, "random", seed=1))
    assert three(one) != three(split_of(data, "random", seed=2))
    without = split_of(data, "random", seed=1, validation=False)
    assert three(without)[2] == three(one)[2]
    assert len(without.validation) == 0


def test_that_predefined_parts_come_out_as_they_are() -> None:
    data = cleaned(HAND, test=[("a", "w", 5), ("b", "v", 5)], validation=[("c", "x", 4)])
    split = split_of(data, "predefined")
    train, validation, test = three(split)
    assert sum(map(len, train.values())) == len(HAND)
    assert validation == {"c": [("x", 4)]}
    assert test == {"a": [("w", 5)], "b": [("v", 5)]}
    assert split.refit
    everything(split)


def test_that_missing_validation_is_the_last_training_event_of_users_with_two() -> None:
    train, validation, test = three(split_of(cleaned(HAND, test=[("a", "w", 5), ("b", "v", 5)]), "predefined"))
    assert validation == {"a": [("z", 3)], "b": [("y", 2)]}
    assert train == {"a": [("x", 1), ("y", 2)], "b": [("x", 1)], "c": [("z", 9)]}
    assert len(test) == 2


def test_that_missing_validation_is_a_seeded_tenth_where_there_is_no_order() -> None:
    users = [f"u{number}" for number in range(400) for _ in range(number % 7 + 1)]
    items = [f"i{number % 50}" for number in range(len(users))]
    data = clean(raw_rows(users, items, ordered=False), CleaningPlan(), parts={"test": raw_rows(["u1"], ["i49"])})
    split = split_of(data, "predefined", seed=3)
    assert not split.ordered
    sizes = np.diff(split.interactions.events.indptr)
    assert (np.diff(split.train.indptr)[sizes > 0] >= 1).all()
    # users with one interaction give none; of the others' a tenth, standard error .006
    assert len(split.validation) / sizes[sizes > 1].sum() == pytest.approx(0.1, abs=0.025)
    assert three(split) == three(split_of(data, "predefined", seed=3))
    assert three(split) != three(split_of(data, "predefined", seed=4))


def test_that_no_validation_trains_on_everything_without_refit() -> None:
    split = split_of(cleaned(HAND, test=[("a", "w", 5), ("b", "v", 5)]), "predefined", validation=False)
    assert len(split.train) == len(HAND)
    assert len(split.validation) == 0
    assert not split.refit


def test_that_cold_users_and_items_of_a_test_part_stay_and_are_counted() -> None:
    split = split_of(cleaned(HAND, test=[("a", "new", 5), ("stranger", "x", 5)]), "predefined")
    assert len(split.test) == 2
    assert split.counts["test users without training interactions"] == 1
    assert split.counts["test interactions with items unseen in training"] == 1
    assert split.counts["users without a test interaction"] == 2


def test_that_kept_repeats_hold_out_the_last_event_and_do_not_hide_what_was_met() -> None:
    rows = [("a", "x", 1), ("a", "y", 2), ("a", "x", 3), ("b", "x", 1), ("b", "y", 2), ("b", "z", 3)]
    split = split_of(cleaned(rows, repeats="all"))
    assert three(split)[2] == {"a": [("x", 3)], "b": [("z", 3)]}
    assert not split.hide_seen
    assert split.counts["test interactions with items the user already had"] == 1


@pytest.mark.parametrize("kind", ["leave-last-out", "time", "random"])
def test_that_hiding_what_was_met_can_be_switched_whatever_becomes_of_repeats(kind: str) -> None:
    rows = [("a", "x", 1), ("a", "y", 2), ("a", "x", 3), ("b", "x", 1), ("b", "y", 2), ("b", "z", 3)]
    for repeats in ("all", "first"):
        data = cleaned(rows, repeats=repeats)
        assert split_of(data, kind, hide_seen="on").hide_seen
        assert not split_of(data, kind, hide_seen="off").hide_seen
        assert split_of(data, kind).hide_seen == (repeats == "first")


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([("a", "x", 1), ("a", "y", 2), ("a", "z", 3)], "split.one-user"),
        ([("a", "x", 1), ("b", "x", 2)], "split.one-item"),
        ([("a", "x", 1), ("b", "y", 2)], "split.no-test"),
    ],
)
def test_that_one_user_one_item_and_empty_parts_are_refused_with_a_reason(
    rows: list[tuple[str, str, int]], code: str
) -> None:
    with pytest.raises(SplitError) as raised:
        split_of(cleaned(rows))
    assert raised.value.code == code
    assert raised.value.where
    assert raised.value.remedy


def test_that_files_and_splits_that_do_not_go_together_are_refused() -> None:
    with pytest.raises(UsageError, match="--test FILE"):
        split_of(cleaned(HAND), "predefined")
    with pytest.raises(UsageError, match="choose the split predefined"):
        split_of(cleaned(HAND, test=[("a", "w", 5)]), "random")


def test_that_an_unknown_split_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(PlanError, match="leave-last-out"):
        make_split("leave-one-out", None, cleaned(HAND).interactions)


def test_that_a_split_that_leaves_no_training_is_refused_whoever_wrote_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SPLITS, "all-test", SplitEntry("", "", RandomSettings, f"{__name__}:everything_is_test"))
    with pytest.raises(SplitError) as raised:
        split_of(cleaned(HAND), "all-test")
    assert raised.value.code == "split.no-training"


def everything_is_test(material: Material, settings: RandomSettings) -> Parts:
    everywhere = np.ones(len(material.interactions.events), np.bool_)
    return divide(material.interactions.events, ~everywhere, everywhere, {})


@pytest.mark.parametrize("settings", [TimeSettings, RandomSettings])
def test_that_shares_that_leave_nothing_are_refused(settings: Any) -> None:
    with pytest.raises(PlanError, match="add up to less than 1"):
        settings(test_share=0.6, validation_share=0.4)


@pytest.mark.parametrize("kind", SPLITS)
def test_that_every_split_of_the_table_loads_and_declares_its_parameters(kind: str) -> None:
    entry = SPLITS[kind]
    assert callable(entry.load())
    assert "refit" in {parameter.name for parameter in describe(entry.settings)}
    assert all(parameter.help for parameter in describe(entry.settings))
