from __future__ import annotations

import datetime as dt
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given

from core.data.moments import Kind, Moments, parse_moment, parse_moments
from core.data.times import UNITS, Example, TimeColumn, TimeGatherer
from core.errors import InputError

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)
ZONES = [None, dt.UTC, dt.timezone(dt.timedelta(hours=-9, minutes=-30)), dt.timezone(dt.timedelta(hours=14))]
MOMENTS = st.datetimes(dt.datetime(2, 1, 1), dt.datetime(9998, 12, 31))


def gather(*blocks: Any, order: bool = False) -> TimeColumn:
    gatherer = TimeGatherer("time", "file", order)
    for block in blocks:
        column = block if isinstance(block, pa.Array) else pa.array(block)
        gatherer.keep(parse_moments(column), lambda row, column=column: Example(row + 1, str(column[row])))  # type: ignore[misc]
    return gatherer.finish()


@given(
    MOMENTS,
    st.sampled_from(ZONES),
    st.sampled_from(["seconds", "milliseconds", "microseconds", "minutes", "hours"]),
    st.sampled_from("T "),
)
def test_that_dates_mean_what_the_standard_library_says(
    moment: dt.datetime, zone: dt.tzinfo | None, spec: str, separator: str
) -> None:
    text = moment.replace(tzinfo=zone).isoformat(separator, spec)
    expected = (dt.datetime.fromisoformat(text).replace(tzinfo=zone or dt.UTC) - EPOCH) // MICROSECOND
    kind = Kind.ZONED if zone else Kind.NAIVE
    assert parse_moment(text) == (kind, expected, 0.0)
    column = parse_moments(pa.array([text] * 3))
    assert column.values.tolist() == [expected] * 3
    assert set(column.kinds.tolist()) == {kind}


ODD = [
    *(
        "",
        " ",
        "0",
        "-5",
        "007",
        "1e3",
        "1.5",
        ".5",
        "5.",
        "1_000",
        "０",
        "nan",
        "2016-07-09",
        "2016/07/09",
        "20160709",
    ),
    *("0000-01-01", "9999-12-31", "2016-02-30", "2016-07-09 24:00:00", "2016-07-09 23:59:60", "2016-07-09 7:00"),
    *("2016-07-09T12", "2016-07-09 12:00:00 UTC", "2016-07-09 12:00:00Z", "2016-07-09 12:00:00+2", "12:00", "9" * 30),
    *(
        "9" * 18,
        "9" * 19,
        "-" + "9" * 18,
        "1e999999999",
        "-1e-999999999",
        "9223372036854775808",
        "-9223372036854775808",
    ),
    *("2016-07-09 12:00:00.123456789", "0001-01-01 00:00:00+14:00", "9999-12-31 23:59:59-12:00", "1467331200.0"),
]


@given(st.lists(st.sampled_from(ODD) | st.from_regex(r"[-0-9:. TZ/+e]{0,24}", fullmatch=True), min_size=1, max_size=6))
def test_that_columns_are_read_as_their_single_values(texts: list[str]) -> None:
    column = parse_moments(pa.array(texts, pa.string()))
    single = [parse_moment(text) for text in texts]
    assert column.kinds.tolist() == [kind for kind, _, _ in single]
    for row, (kind, value, fraction) in enumerate(single):
        if kind > Kind.BLANK:
            assert column.values[row] == value
            assert (0.0 if column.fractions is None else column.fractions[row]) == fraction


@pytest.mark.parametrize(
    "texts", [["7", "123456789012345678"], ["881250949.0", "1.0"], ["2016-07-09", "2016-07-10 12:00"]]
)
def test_that_a_slice_of_a_column_is_read_from_its_own_start(texts: list[str]) -> None:
    column = pa.array(["x", *texts, "y"]).slice(1, 2)
    assert parse_moments(column).values.tolist() == [parse_moment(text)[1] for text in texts]


@given(st.lists(st.integers(4_200_000, 4_102_000_000), max_size=5), st.sampled_from(list(UNITS)))
def test_that_the_unit_is_told_by_one_plausible_value(seconds: list[int], unit: str) -> None:
    seconds.append(1_467_331_200)
    found = gather([value * UNITS[unit] for value in seconds])
    assert found.unit == unit
    assert found.values.tolist() == [value * 1_000_000 for value in seconds]


def test_that_the_unit_is_told_from_all_blocks() -> None:
    found = gather([0, 5], [-3], [1_467_331_200_000])
    assert found.unit == "milliseconds"
    assert found.values.tolist() == [0, 5000, -3000, 1_467_331_200_000_000]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1467331200", "1467331200000"),
        ("1467331200000000", "1467331200"),
        ("2016-07-01", "1467331200"),
        ("5", "2016-07-01"),
    ],
)
def test_that_a_mixture_is_refused_also_across_blocks(one: str, other: str) -> None:
    for blocks in ([[one, other]], [[one], [other]]):
        with pytest.raises(InputError, match="more than one way") as caught:
            gather(*blocks)
        assert one in caught.value.why
        assert other in caught.value.why


def test_that_fractions_are_kept_to_the_microsecond() -> None:
    found = gather(["1467331200"], ["1467331200.123456", "-0.25", "1467331200.9999999"])
    assert found.values.tolist() == [1467331200_000_000, 1467331200_123_456, -250_000, 1467331201_000_000]
    assert gather([1467331200000.5]).values.tolist() == [1467331200_000_500]


def test_that_small_numbers_only_order() -> None:
    found = gather(["3", "1", "0"])
    assert (found.clock, found.values.tolist()) == ("order", [3, 1, 0])
    assert "only give the order" in found.notes[0]
    found = gather(["0.5", "0.25"])
    assert (found.clock, found.values.tolist()) == ("order", [500_000, 250_000])


def test_that_compact_dates_are_dates_when_all_of_them_are() -> None:
    found = gather(["20160709", "19991231"])
    assert found.clock == "utc"
    day = (dt.datetime(2016, 7, 9, tzinfo=dt.UTC) - EPOCH) // MICROSECOND
    assert found.values[0] == day
    assert gather(["20160709", "20161399"]).clock == "order"


def test_that_values_out_of_range_are_told_with_their_number() -> None:
    found = gather(["1467331200", "99999999999999", "-99999999999999"])
    assert found.valid is not None
    assert found.valid.tolist() == [True, False, False]
    assert found.refused == (99999999999999, -99999999999999)


def test_that_positions_are_left_as_they_are() -> None:
    found = gather([5, 1467331200, -1], order=True)
    assert (found.clock, found.values.tolist()) == ("order", [5, 1467331200, -1])


def test_that_an_empty_column_is_no_fault() -> None:
    assert gather().values.tolist() == []
    assert gather(pa.array([], pa.string())).values.tolist() == []


def test_that_selecting_rows_takes_all_parts() -> None:
    moments = Moments(np.array([2, 3], np.int8), np.array([1, 2]), np.array([0.0, 0.5]))
    chosen = moments.select(np.array([False, True]))
    assert (chosen.kinds.tolist(), chosen.values.tolist()) == ([3], [2])
    assert chosen.fractions is not None
    assert chosen.fractions.tolist() == [0.5]
