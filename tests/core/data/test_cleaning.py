from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.cleaned import Cleaned
from core.data.cleaning import clean
from core.data.interactions import Events, Interactions
from core.data.plan import CleaningPlan
from core.data.raw import RawRows, ReadingCancelled, Watch
from core.data.reading import read_rows
from core.errors import InputError
from tests.core.data import oracle
from tests.core.data.making import raw_candidates, raw_rows
from tests.core.data.oracle import Row

rows_of_a_file = st.lists(
    st.tuples(
        st.sampled_from("abcdef"), st.sampled_from("pqrstuv"), st.integers(-2, 4), st.sampled_from([1.0, 2.5, 3.0, 5.0])
    ),
    min_size=1,
    max_size=60,
)


def history(interactions: Interactions, events: Events) -> dict[str, list[tuple[str, int | None, float | None]]]:
    """The events as users see them: texts in place of rows."""
    found: dict[str, list[tuple[str, int | None, float | None]]] = {}
    for at in range(len(events)):
        found.setdefault(interactions.users.id(events.users[at]), []).append(
            (
                interactions.items.id(events.items[at]),
                None if events.times is None else int(events.times[at]),
                None if events.weights is None else float(events.weights[at]),
            )
        )
    return found


def raw(rows: list[tuple[str, str, int, float]], timed: bool = True, rated: bool = True) -> RawRows:
    users, items, times, ratings = zip(*rows, strict=True)
    return raw_rows(users, items, times if timed else None, ratings if rated else None)


def simple(rows: list[tuple[str, str, int, float]], **settings: object) -> Cleaned:
    return clean(raw(rows), CleaningPlan(**settings))  # type: ignore[arg-type]


@given(
    rows_of_a_file,
    st.booleans(),
    st.booleans(),
    st.sampled_from(["first", "last", "all", "sum"]),
    st.sampled_from([None, 2.0, 3.0]),
    st.integers(1, 3),
    st.integers(1, 3),
)
def test_that_cleaning_equals_the_oracle_event_by_event(
    rows: list[tuple[str, str, int, float]],
    timed: bool,
    rated: bool,
    how: str,
    threshold: float | None,
    minimum_user: int,
    minimum_item: int,
) -> None:
    threshold = threshold if rated else None
    plain = [
        Row(user, item, time if timed else None, rating if rated else None, place)
        for place, (user, item, time, rating) in enumerate(rows)
    ]
    expected = oracle.cleaned(plain, threshold, how, minimum_user, minimum_item)
    plan = CleaningPlan(
        rating_threshold=threshold,
        repeats=how,
        minimum_user_interactions=minimum_user,
        minimum_item_interactions=minimum_item,
    )
    if not expected:
        with pytest.raises(InputError, match="no interactions are left"):
            clean(raw(rows, timed, rated), plan)
        return
    result = clean(raw(rows, timed, rated), plan)
    weights = {row.weight for kept in expected.values() for row in kept}
    binary = len(weights) == 1
    assert history(result.interactions, result.interactions.events) == {
        user: [(row.item, row.time, None if binary else row.weight) for row in kept] for user, kept in expected.items()
    }
    report = result.reports["source"]
    assert report.read == len(rows)
    assert report.kept == len(result.interactions.events) == sum(map(len, expected.values()))
    assert report.read == report.kept + sum(report.dropped.values())


@given(rows_of_a_file)
def test_that_rows_number_the_ids_by_first_appearance_and_events_are_sorted(
    rows: list[tuple[str, str, int, float]],
) -> None:
    interactions = clean(raw(rows), CleaningPlan()).interactions
    assert interactions.users.ids.to_pylist() == list(dict.fromkeys(row[0] for row in rows))
    assert interactions.items.ids.to_pylist() == list(dict.fromkeys(row[1] for row in rows))
    events = interactions.events
    assert events.times is not None
    keys = list(zip(events.users.tolist(), events.times.tolist(), strict=True))
    assert keys == sorted(keys)


def test_that_equal_times_keep_the_order_of_the_file_and_are_counted() -> None:
    result = clean(raw_rows("aaab", "zyxz", [5, 5, 1, 5]), CleaningPlan())
    assert [item for item, _, _ in history(result.interactions, result.interactions.events)["a"]] == ["x", "z", "y"]
    assert result.reports["source"].noted == {"same user and time as the one before": 1}


def test_that_the_first_and_last_of_a_repeat_go_by_time_not_by_place() -> None:
    rows = [("a", "x", 9, 1.0), ("a", "y", 5, 2.0), ("a", "x", 1, 3.0), ("b", "x", 1, 4.0)]
    first = simple(rows, repeats="first").interactions
    last = simple(rows, repeats="last").interactions
    assert history(first, first.events)["a"] == [("x", 1, 3.0), ("y", 5, 2.0)]
    assert history(last, last.events)["a"] == [("y", 5, 2.0), ("x", 9, 1.0)]


def test_that_repeats_are_summed_into_counts_without_ratings_and_into_their_sum_with_them() -> None:
    rows = [("a", "x", 1, 2.0), ("a", "x", 2, 3.5), ("b", "y", 1, 1.0)]
    with_ratings = simple(rows, repeats="sum").interactions
    counted = simple(rows, repeats="sum", ratings="ignore").interactions
    assert history(with_ratings, with_ratings.events) == {"a": [("x", 1, 5.5)], "b": [("y", 1, 1.0)]}
    assert history(counted, counted.events) == {"a": [("x", 1, 2.0)], "b": [("y", 1, 1.0)]}
    assert with_ratings.weights == counted.weights == "count"


@pytest.mark.parametrize(
    ("windows", "repeated", "ordered", "expected"),
    [
        (False, True, True, "first"),
        (True, True, True, "all"),
        (True, False, True, "first"),
        (True, True, False, "first"),
    ],
)
def test_that_automatic_repeats_follow_the_model_and_the_data(
    windows: bool, repeated: bool, ordered: bool, expected: str
) -> None:
    rows = raw_rows("aab", "xxy" if repeated else "xyy", ordered=ordered)
    assert clean(rows, CleaningPlan(), windows=windows).interactions.repeats == expected


def test_that_a_row_given_twice_is_no_meeting_again() -> None:
    users, items, times = "aaabb", "xxyxx", [3, 3, 5, 4, 4]
    assert clean(raw_rows(users, items, times), CleaningPlan(), windows=True).interactions.repeats == "first"
    times[4] = 6
    assert clean(raw_rows(users, items, times), CleaningPlan(), windows=True).interactions.repeats == "all"


@pytest.mark.parametrize(("again", "expected"), [(1, "first"), (2, "all"), (3, "all")])
def test_that_a_few_stray_repeats_do_not_decide_what_is_ranked(again: int, expected: str) -> None:
    # 200 events, of which one or more meet an item that the same user met before
    rows = [("a", f"i{place}", place) for place in range(200 - again)] + [("a", "i0", 500 + at) for at in range(again)]
    users, items, times = (list(column) for column in zip(*rows, strict=True))
    found = clean(raw_rows(users, items, times), CleaningPlan(), windows=True).interactions
    assert found.repeats == expected
    assert len(found.events) == (200 if expected == "all" else 200 - again)


def test_that_rows_below_the_threshold_are_unobserved_and_kept_aside() -> None:
    rows = [("a", "x", 1, 4.0), ("a", "y", 2, 3.5), ("a", "z", 3, 1.0), ("b", "y", 1, 5.0), ("c", "x", 1, 1.0)]
    result = simple(rows, rating_threshold=3.5)
    interactions = result.interactions
    assert history(interactions, interactions.events) == {"a": [("x", 1, 4.0), ("y", 2, 3.5)], "b": [("y", 1, 5.0)]}
    # z and user c are met below the threshold only: they are not in the universe
    assert interactions.items.ids.to_pylist() == ["x", "y"]
    assert history(interactions, interactions.below) == {}
    assert result.reports["source"].dropped == {"below the rating threshold": 2}
    both = simple([*rows, ("b", "x", 2, 2.0)], rating_threshold=3.5).interactions
    assert history(both, both.below) == {"b": [("x", 2, 2.0)]}


def test_that_a_threshold_without_ratings_is_refused_with_the_option_that_helps() -> None:
    with pytest.raises(InputError, match=r"no ratings.*--columns rating="):
        clean(raw_rows("ab", "xy"), CleaningPlan(rating_threshold=3.0))


def test_that_equal_ratings_count_as_binary_data() -> None:
    result = clean(raw_rows("ab", "xy", None, [5.0, 5.0]), CleaningPlan())
    assert result.interactions.weights == "none"
    assert result.interactions.events.weights is None
    assert "binary" in " ".join(result.notes)


def test_that_the_minimum_counts_fall_like_dominoes_and_count_distinct_pairs() -> None:
    # p is met twice by a alone: one distinct user; without p, a has one item; without a, q has one user, and so on
    users, items = "aaabbcc", "ppqqrrs"
    plan = CleaningPlan(repeats="all", minimum_user_interactions=2, minimum_item_interactions=2)
    with pytest.raises(InputError, match="7 of users or items below the minimum counts"):
        clean(raw_rows(users, items), plan)
    kept = clean(raw_rows(users + "ddee", items + "xyxy"), plan)
    assert kept.interactions.users.ids.to_pylist() == ["d", "e"]
    assert kept.reports["source"].noted["users below the minimum counts"] == 3
    assert kept.reports["source"].noted["items below the minimum counts"] == 4


def test_that_a_chain_of_a_hundred_thousand_dominoes_falls_at_once() -> None:
    length = 50_000
    users = np.repeat(np.arange(length), 2)
    items = np.concatenate([[0], np.repeat(np.arange(1, length), 2), [length]])
    rows = raw_rows([*users.astype(str), "a", "b", "a", "b"], [*items.astype(str), "x", "x", "y", "y"])
    kept = clean(rows, CleaningPlan(minimum_user_interactions=2, minimum_item_interactions=2)).interactions
    assert kept.items.ids.to_pylist() == ["x", "y"]


def test_that_minimum_counts_touch_only_training_and_rows_that_vanish_elsewhere_are_counted() -> None:
    train = raw_rows("aabbc", "xyxyz")
    test = raw_rows("aabcd", "znxxx")
    result = clean(train, CleaningPlan(minimum_user_interactions=2, minimum_item_interactions=2), parts={"test": test})
    # user c and item z fell in training; n and d were never in training: cold, they stay
    assert history(result.interactions, result.given["test"]) == {
        "a": [("n", None, None)],
        "b": [("x", None, None)],
        "d": [("x", None, None)],
    }
    assert result.reports["test"].dropped == {"of users or items below the minimum counts in training": 2}
    assert result.reports["test"].read == 5


def test_that_the_item_universe_is_all_parts_and_the_candidates_but_not_the_catalogue() -> None:
    catalogue = pd.DataFrame({"title": ["Vee", "Ex", "Never met"]}, index=["v", "x", "q"])
    result = clean(
        raw_rows("ab", "xy", catalogue=catalogue),
        CleaningPlan(),
        parts={"validation": raw_rows("a", "w"), "test": raw_rows("b", "v")},
        candidates=raw_candidates([("a", "xyu"), ("nobody", "t")]),
    )
    interactions = result.interactions
    assert interactions.items.ids.to_pylist() == ["x", "y", "w", "v", "u", "t"]
    assert interactions.users.ids.to_pylist() == ["a", "b"]
    assert [interactions.catalogue.title(row) for row in range(6)] == ["Ex", "", "", "Vee", "", ""]
    assert result.reports["source"].noted["catalogue items without interactions"] == 1
    assert all(part.n_items == 6 for part in (interactions.events, *result.given.values()))


def test_that_repeats_within_a_given_part_are_merged_and_pairs_of_two_parts_stay() -> None:
    result = clean(raw_rows("ab", "xy"), CleaningPlan(), parts={"test": raw_rows("aab", "xxx")})
    assert history(result.interactions, result.given["test"]) == {"a": [("x", None, None)], "b": [("x", None, None)]}
    assert result.reports["test"].dropped == {"repeats of an earlier interaction": 1}


def test_that_a_test_part_without_ratings_is_taken_whole_under_a_threshold() -> None:
    train = raw_rows("aab", "xyy", None, [5.0, 1.0, 4.0])
    result = clean(train, CleaningPlan(rating_threshold=4.0), parts={"test": raw_rows("a", "y")})
    assert len(result.given["test"]) == 1
    assert len(result.interactions.below) == 1


def test_that_twin_ids_are_counted_and_merged_only_when_asked() -> None:
    composed, parted = "caf\u00e9", "cafe\u0301"
    rows = raw_rows(["a", "a ", "b"], [composed, parted, "x"])
    apart = clean(rows, CleaningPlan())
    assert len(apart.interactions.users) == 3
    assert len(apart.interactions.items) == 3
    assert any(note.startswith("User ids") and "accents: 1." in note and "merge_ids" in note for note in apart.notes)
    merged = clean(
        raw_rows(["a", "a ", "b"], [composed, parted, "x"], catalogue=pd.DataFrame({"title": ["Bar"]}, index=[parted])),
        CleaningPlan(merge_ids=True),
    )
    assert merged.interactions.users.ids.to_pylist() == ["a", "b"]
    assert merged.interactions.items.ids.to_pylist() == [composed, "x"]
    assert merged.interactions.catalogue.title(0) == "Bar"
    assert merged.reports["source"].dropped == {"repeats of an earlier interaction": 1}


def test_that_ids_that_look_like_numbers_or_blanks_stay_as_written() -> None:
    ids = ["007", "7", "1_000", "NA", " ", "9007199254740993"]
    interactions = clean(raw_rows(ids, ids), CleaningPlan(merge_ids=True)).interactions
    assert interactions.users.ids.to_pylist() == ids


def test_that_the_report_is_in_the_record_as_plain_values() -> None:
    interactions = simple([("a", "x", 1, 1.0), ("a", "x", 2, 1.0), ("b", "y", 1, 2.0)]).interactions
    assert interactions.source["name"] == "small.csv"
    assert interactions.source["cleaning"]["source"] == {
        "read": 3,
        "kept": 2,
        "dropped": {"repeats of an earlier interaction": 1},
        "noted": {},
    }


def test_that_cleaning_tells_its_steps_and_stops_when_asked() -> None:
    steps: list[tuple[int, int]] = []
    clean(raw_rows("ab", "xy"), CleaningPlan(), watch=Watch(lambda done, total: steps.append((done, total))))
    assert list(dict.fromkeys(steps)) == [(step, 5) for step in range(6)]
    assert steps == sorted(steps)
    with pytest.raises(ReadingCancelled):
        clean(raw_rows("ab", "xy"), CleaningPlan(), watch=Watch(cancelled=lambda: True))


def test_that_twins_that_reading_has_told_of_are_not_told_again(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("user,item\nanna,1\nanna ,2\nb,1\n", "utf-8")
    rows = read_rows(path)
    told = [note for note in (*rows.notes, *clean(rows, CleaningPlan()).notes) if "only in spaces" in note]
    assert len(told) == 1
    path.with_name("b.csv").write_text("user,item\nb ,2\n", "utf-8")
    other = clean(rows, CleaningPlan(), parts={"test": read_rows(path.with_name("b.csv"))})
    assert any("accents: 2." in note for note in other.notes)
