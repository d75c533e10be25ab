from __future__ import annotations

import json
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.cleaning import clean
from core.data.dates import iso_text, months
from core.data.plan import CleaningPlan
from core.data.summary import Summary, histogram, spread, summarise
from tests.core.data.making import raw_rows

microseconds = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)).map(
    lambda date: round((date - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 1_000_000
)


def summary(*columns: object, **settings: object) -> Summary:
    return summarise(clean(raw_rows(*columns), CleaningPlan(**settings)).interactions)  # type: ignore[arg-type]


def test_that_a_small_set_is_described_in_figures() -> None:
    march, may = 952_000_000_000_000, 957_500_000_000_000
    found = summary("aaabbc", "xyzxyx", [march, march, may, may, may, may], [1.0, 2.0, 2.0, 5.0, 5.0, 5.0])
    assert (found.users, found.items, found.interactions, found.pairs) == (3, 3, 6, 6)
    assert found.density == pytest.approx(6 / 9)
    assert (found.first, found.last) == ("2000-03-02T12:26:40Z", "2000-05-05T04:13:20Z")
    assert found.months == (("2000-03", 2), ("2000-05", 4))
    assert found.ratings == ((1.0, 1), (2.0, 2), (5.0, 3))
    assert found.rating_range == (1.0, 20 / 6, 5.0)
    assert found.popularity.counts == (3, 2, 1)
    assert found.popularity.ranks == (1, 2, 3)
    assert (found.activity.least, found.activity.median, found.activity.mean, found.activity.most) == (1, 2.0, 2.0, 3)
    assert (found.activity.bins, found.activity.sizes) == ((1, 2, 4), (1, 2))
    assert found.weights == "rating"
    assert json.dumps(found.plain())


def test_that_density_counts_distinct_pairs_where_repeats_are_kept() -> None:
    found = summary("aaab", "xxxy", repeats="all")
    assert (found.interactions, found.pairs) == (4, 2)
    assert found.density == pytest.approx(0.5)
    assert (found.first, found.last, found.months, found.ratings) == ("", "", (), ())


def test_that_positions_are_no_dates() -> None:
    rows = raw_rows("ab", "xy", [3, 9], clock="order")
    found = summarise(clean(rows, CleaningPlan()).interactions)
    assert (found.first, found.last, found.months) == ("3", "9", ())


@given(st.lists(st.integers(0, 50), max_size=40))
def test_that_a_spread_equals_plain_counting(counts: list[int]) -> None:
    found = spread(np.array(counts, np.int64))
    present = sorted((count for count in counts if count), reverse=True)
    assert found.counts == tuple(present[rank - 1] for rank in found.ranks)
    if not present:
        assert found.most == 0
        return
    assert (found.ranks[0], found.ranks[-1]) == (1, len(present))
    n, total = len(present), sum(present)
    differences = sum(abs(one - other) for one in present for other in present)
    assert found.gini == pytest.approx(differences / (2 * n * total))
    assert found.top_share[1] == pytest.approx(sum(present[: max(n // 10, 1)]) / total)
    for at, size in enumerate(found.sizes):
        assert size == sum(found.bins[at] <= count < found.bins[at + 1] for count in present)
    assert sum(found.sizes) == n


def test_that_a_long_tail_is_thinned_and_keeps_its_ends() -> None:
    found = spread(np.arange(1, 100_001)[::-1].astype(np.int64))
    assert len(found.ranks) <= 200
    assert (found.counts[0], found.counts[-1]) == (100_000, 1)


@given(st.lists(microseconds, min_size=1, max_size=30))
def test_that_months_equal_those_of_the_calendar(times: list[int]) -> None:
    expected: dict[str, int] = {}
    for time in times:
        date = np.datetime64(time, "us").astype(datetime).replace(tzinfo=UTC)
        month = f"{date.year:04}-{date.month:02}"
        expected[month] = expected.get(month, 0) + 1
    assert dict(months(np.array(times, np.int64))) == expected
    assert [month for month, _ in months(np.array(times, np.int64))] == sorted(expected)


def test_that_moments_past_every_calendar_have_a_text() -> None:
    assert iso_text(0) == "1970-01-01T00:00:00Z"
    assert iso_text(2**62).startswith("148108-")
    assert months(np.array([-(2**62), 2**62], np.int64))[1][0].startswith("148108-")


def test_that_many_different_ratings_are_put_into_steps() -> None:
    values = np.linspace(0, 10, 5001).astype(np.float32)
    found = histogram(values)
    assert len(found) == 20
    assert sum(number for _, number in found) == 5001
    assert (found[0][0], found[-1][0]) == pytest.approx((0.25, 9.75))
    assert histogram(np.array([1, 3, 1], np.float32)) == ((1.0, 2), (3.0, 1))


def test_that_steps_of_whole_numbers_hold_as_many_of_them_each() -> None:
    plays = np.tile(np.arange(1, 61), 3).astype(np.float32)
    found = histogram(plays)
    # 60 numbers, 3 in each step: 1 2 3 about 2, 4 5 6 about 5, ...
    assert found == tuple((2.0 + 3 * at, 9) for at in range(20))
    with_gaps = histogram(np.append(plays, np.float32(1000)))
    assert sum(number for _, number in with_gaps) == 181
    assert with_gaps[0] == (25.5, 150)


def test_that_mean_and_range_are_those_of_the_ratings_also_where_they_are_put_into_steps() -> None:
    plays = [float(1 + at % 50) for at in range(100)]
    found = summary("a" * 100, [f"i{at}" for at in range(100)], None, plays)
    assert found.rating_range == (1.0, 25.5, 50.0)
    assert len(found.ratings) < 50
