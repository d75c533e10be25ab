from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.cleaning import clean
from core.data.plan import CleaningPlan
from core.splits.doctor import examine
from core.splits.finding import Finding
from core.splits.leaks import later_share
from core.splits.repeats import known_already
from core.splits.split import Split
from tests.core.data.making import raw_candidates, raw_rows
from tests.core.splits.making import Row, cleaned, made, split_of, three


def findings(split: Split) -> dict[str, Finding]:
    found = examine(split)
    assert json.dumps([dataclasses.asdict(each) for each in found])
    assert len({each.key for each in found}) == len(found)
    return {each.key: each for each in found}


def test_that_the_leak_of_leave_one_out_is_the_mean_share_of_later_training_events() -> None:
    # training times 1, 2, 6, 7; a is tested at 3: two of four are later; b is tested at 8: none
    rows = [("a", "p", 1), ("a", "q", 2), ("a", "r", 3), ("b", "p", 6), ("b", "r", 7), ("b", "q", 8)]
    split = split_of(cleaned(rows), validation=False)
    assert later_share(split.train, split.test) == pytest.approx((0.5 + 0.0) / 2)
    finding = findings(split)["future"]
    assert finding.severity == "warning"
    assert finding.share == pytest.approx(0.25)
    assert "25.0%" in finding.meaning


@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.sampled_from("pqrstu"), st.integers(0, 20)), min_size=4, max_size=40
    ),
    st.sampled_from(["leave-last-out", "random"]),
)
def test_that_the_leak_equals_a_count_by_hand(rows: list[Row], kind: str) -> None:
    base = [("a", "p", 3), ("a", "q", 5), ("b", "p", 4), ("b", "q", 6)]
    split = split_of(cleaned([*base, *rows]), kind)
    train, _, test = three(split)
    moments = [time for events in train.values() for _, time in events]
    by_user = [
        np.mean([sum(later > time for later in moments) / len(moments) for _, time in events])  # type: ignore[operator]
        for events in test.values()
    ]
    assert later_share(split.train, split.test) == pytest.approx(float(np.mean(by_user)))


def test_that_a_split_by_time_has_no_leak() -> None:
    rows = [(user, item, time) for time, (user, item) in enumerate((u, i) for i in "pqrst" for u in "ab")]
    found = findings(split_of(cleaned(rows), "time"))
    assert "future" not in found
    assert "own-future" not in found
    assert "boundary-ties" not in found


def test_that_a_random_split_knows_the_users_own_future() -> None:
    rows = [(user, item, time) for user in "abcdefgh" for time, item in enumerate("pqrstuv")]
    split = split_of(cleaned(rows), "random", seed=2)
    train, _, test = three(split)
    expected = sum(time < train[user][-1][1] for user, events in test.items() for _, time in events)  # type: ignore[operator]
    assert findings(split)["own-future"].number == expected > 0


def test_that_ties_at_the_boundary_are_told_from_ties_elsewhere() -> None:
    rows = [("a", "p", 1), ("a", "q", 2), ("a", "r", 2), ("b", "p", 1), ("b", "q", 1), ("b", "r", 9)]
    found = findings(split_of(cleaned(rows)))
    assert (found["boundary-ties"].number, found["boundary-ties"].share) == (1, 0.5)
    assert found["ties"].number == 2


def test_that_files_of_parts_that_share_pairs_are_warned_about() -> None:
    train = [("a", "p", 1), ("a", "q", 2), ("b", "p", 1), ("b", "q", 3)]
    data = cleaned(train, test=[("a", "p", 5), ("b", "r", 5)], validation=[("b", "q", 4)])
    split = split_of(data, "predefined")
    found = findings(split)
    assert (found["test-duplicates"].severity, found["test-duplicates"].number) == ("warning", 1)
    assert found["validation-duplicates"].number == 1
    assert known_already((split.train, split.validation), split.test).tolist() == [True, False]


def test_that_kept_repeats_are_a_note_and_told_event_by_event() -> None:
    rows = [("a", "x", 1), ("a", "y", 2), ("a", "x", 3), ("b", "x", 1), ("b", "y", 2), ("b", "z", 3)]
    split = split_of(cleaned(rows, repeats="all"))
    found = findings(split)
    assert found["test-duplicates"].severity == "note"
    assert found["repeats"].number == 1
    assert known_already((split.train, split.validation), split.test).tolist() == [True, False]


def test_that_cold_items_and_users_and_untested_users_are_counted() -> None:
    train = [("a", "p", 1), ("a", "q", 2), ("b", "p", 1), ("c", "q", 1)]
    split = split_of(cleaned(train, test=[("a", "new", 5), ("z", "p", 5)]), "predefined", validation=False)
    found = findings(split)
    assert (found["cold-items"].number, found["cold-items"].share) == (1, 0.5)
    assert (found["cold-users"].number, found["cold-users"].share) == (1, 0.5)
    assert found["untested-users"].number == 2
    assert found["untested-users"].share == pytest.approx(2 / 3)
    assert "no-validation" in found


def test_that_missing_times_are_named_and_an_unknown_order_is_a_warning() -> None:
    users, items = "aaabbb", "pqrpqr"
    in_order = findings(split_of(clean(raw_rows(users, items), CleaningPlan())))
    unordered = findings(split_of(clean(raw_rows(users, items, ordered=False), CleaningPlan())))
    assert in_order["no-times"].severity == "note"
    assert unordered["no-times"].severity == "warning"
    assert "future" not in in_order


def test_that_small_sparse_and_dense_data_are_told() -> None:
    dense = [(user, item, time) for user in "ab" for time, item in enumerate("pqrst")]
    sparse = [(f"u{user}", f"i{user * 7 % 40 + time}", time) for user in range(40) for time in range(2)]
    assert findings(split_of(cleaned(dense)))["dense"].share == pytest.approx(1.0)
    found = findings(split_of(cleaned(sparse)))
    assert found["sparse"].number == 1
    assert (found["small-test"].severity, found["small-test"].number) == ("warning", 40)


def test_that_a_thousand_tested_users_are_not_few() -> None:
    rows = [(f"u{user}", f"i{user % 50 + time}", time) for user in range(1000) for time in range(3)]
    assert "small-test" not in findings(split_of(cleaned(rows)))


def test_that_a_leak_is_not_measured_without_times() -> None:
    split = split_of(clean(raw_rows("aabb", "xyxy"), CleaningPlan()))
    assert later_share(split.train, split.test) is None


def test_that_lists_that_do_not_fit_are_warned_about() -> None:
    rows = [("a", "p", 1), ("a", "q", 2), ("b", "p", 1), ("b", "q", 2)]
    raw = raw_candidates([("a", "ps")])
    data = clean(made(rows), CleaningPlan(), candidates=raw)
    found = findings(split_of(data, validation=False, candidates=raw))
    assert found["users-without-list"].share == 0.5
    assert found["candidates-met"].number == 1


def test_that_warnings_come_first() -> None:
    severities = [
        finding.severity for finding in examine(split_of(cleaned([("a", "p", 1), ("a", "q", 2), ("b", "p", 1)])))
    ]
    assert severities == sorted(severities, key=("warning", "note").index)
    assert {"warning", "note"} == set(severities)
