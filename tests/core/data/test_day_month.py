"""Dates that end with the year: the order of day and month by the whole column, checked against pandas."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given

from core.data.day_month import looks_written, read_day_month
from core.data.moments import parse_moments
from core.data.preview import preview
from core.data.reading import read_rows
from core.data.times import Example, TimeColumn, TimeGatherer
from core.errors import InputError, UsageError

FORMATS = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %I:%M %p", "%d/%m/%Y %H:%M:%S.%f")
MOMENTS = st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2200, 12, 31))


def gathered(*blocks: list[str], dates: str = "", zone: dt.tzinfo = dt.UTC) -> TimeColumn:
    gatherer = TimeGatherer("date", "file", zone=zone)
    for block in blocks:
        column = pa.array(block)
        gatherer.keep(parse_moments(column, zone, dates), lambda row, block=block: Example(row + 1, block[row]))  # type: ignore[misc]
    return gatherer.finish()


def by_pandas(texts: list[str], form: str) -> list[int]:
    return pd.to_datetime(pd.Series(texts), format=form).astype("datetime64[us]").astype("int64").tolist()


@given(st.lists(MOMENTS, min_size=1, max_size=20), st.sampled_from(FORMATS), st.booleans())
def test_that_dates_of_either_order_are_those_of_pandas(moments: list[dt.datetime], form: str, swap: bool) -> None:
    form = form.replace("%d", "%D").replace("%m", "%d").replace("%D", "%m") if swap else form
    texts = [moment.strftime(form) for moment in moments]
    found = read_day_month(pa.array(texts))
    values, real = (found.month_first, found.by_month) if swap else (found.day_first, found.by_day)
    assert found.written.all()
    assert real.all()
    assert values.tolist() == by_pandas(texts, form)
    order = "month-first" if swap else "day-first"
    assert gathered(texts, dates=order).values.tolist() == by_pandas(texts, form)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(1, 9999), st.integers(0, 30), st.integers(0, 70))
def test_that_only_days_of_the_calendar_are_read(first: int, second: int, year: int, hour: int, minute: int) -> None:
    found = read_day_month(pa.array([f"{first:02d}/{second:02d}/{year:04d} {hour:02d}:{minute:02d}"]))
    for day, month, real in ((first, second, found.by_day[0]), (second, first, found.by_month[0])):
        try:
            dt.datetime(year, month, day, hour, minute)
        except ValueError:
            assert not real
        else:
            assert real


@pytest.mark.parametrize(
    "text", ["1/2/16", "31/01/2016 noon", "2016/01/31", "31/01/20166", "/1/2016", "1/2/2016 5", ""]
)
def test_that_other_texts_are_not_taken_for_them(text: str) -> None:
    assert not read_day_month(pa.array([text])).written[0]
    assert not looks_written(text)


@pytest.mark.parametrize(
    ("text", "is_one"), [("31/01/2016", True), ("1.31.2016 5:07 pm", True), ("10.0.1000", False), ("13/13/2016", False)]
)
def test_that_a_date_is_told_from_other_numbers_with_marks_between(text: str, is_one: bool) -> None:
    assert looks_written(text) == is_one


def test_that_the_column_tells_its_order_wherever_in_it() -> None:
    found = gathered(["03/04/2016", "05/05/2016"], ["01/02/2016", "31/01/2016 "], ["12/12/2015"])
    texts = ["03/04/2016", "05/05/2016", "01/02/2016", "31/01/2016", "12/12/2015"]
    assert found.values.tolist() == by_pandas(texts, "%d/%m/%Y")
    assert found.clock == "utc"
    assert found.notes[0] == "the dates in the column 'date' begin with the day: '31/01/2016 ' on line 2"
    found = gathered(["03/04/2016"], ["01/31/2016"])
    assert found.values.tolist() == by_pandas(["03/04/2016", "01/31/2016"], "%m/%d/%Y")
    assert "begin with the month: '01/31/2016' on line 1" in found.notes[0]


def test_that_what_could_be_either_is_refused_with_a_choice() -> None:
    texts = ["03/04/2016", "05/06/2016"]
    with pytest.raises(InputError) as refused:
        gathered(texts)
    assert refused.value.code == "input.ambiguous-dates"
    assert "'03/04/2016' on line 1" in refused.value.why
    assert "dates=day-first" in refused.value.remedy
    assert gathered(texts, dates="day-first").values.tolist() == by_pandas(texts, "%d/%m/%Y")
    assert gathered(texts, dates="month-first").values.tolist() == by_pandas(texts, "%m/%d/%Y")
    # the same either way
    assert gathered(["05/05/2016"] * 3).values.tolist() == by_pandas(["05/05/2016"] * 3, "%d/%m/%Y")


def test_that_both_orders_in_one_column_are_refused_unless_one_is_told() -> None:
    with pytest.raises(InputError, match="begin with the day and with the month"):
        gathered(["31/01/2016"], ["01/31/2016"])
    column = parse_moments(pa.array(["31/01/2016", "01/31/2016"]), dates="day-first")
    assert column.kinds.tolist() == [3, 0]


def test_that_they_stand_beside_dates_that_begin_with_the_year() -> None:
    found = gathered(["2016-02-03", "31/01/2016"], ["2016-02-03"])
    assert found.values.tolist() == by_pandas(["03/02/2016", "31/01/2016", "03/02/2016"], "%d/%m/%Y")


def test_that_clocks_stood_where_it_is_told() -> None:
    texts = ["31/07/2016 12:00", "01/01/2016 00:30"]
    there = pd.to_datetime(pd.Series(texts), format="%d/%m/%Y %H:%M").dt.tz_localize("Europe/Rome").dt.tz_convert("UTC")
    expected = there.dt.tz_localize(None).astype("datetime64[us]").astype("int64").tolist()
    assert gathered(texts, zone=ZoneInfo("Europe/Rome")).values.tolist() == expected


@pytest.fixture
def source(tmp_path: Path) -> Path:
    days = pd.date_range("2016-01-25", periods=40).strftime("%d/%m/%Y")
    rows = [f"u{at % 7},i{at % 9},{day}" for at, day in enumerate(days)]
    path = tmp_path / "events.csv"
    path.write_text("user,item,date\n" + "\n".join([*rows, "u1,i1,31/02/2016", "u1,i2,"]) + "\n")
    return path


def test_that_a_file_of_such_dates_is_read_and_its_faults_are_counted(source: Path) -> None:
    rows = read_rows(source)
    assert rows.times is not None
    assert np.array_equal(rows.times.view("datetime64[us]"), pd.date_range("2016-01-25", periods=40).to_numpy())
    assert rows.rejects.counts == {"time not understood": 1, "blank time": 1}
    assert any("begin with the day" in note for note in rows.notes)
    with pytest.raises(UsageError, match="day-first or month-first"):
        read_rows(source, columns={"dates": "year-first"})


def test_that_columns_without_names_are_told_apart_too(source: Path) -> None:
    source.write_text("\n".join(source.read_text().splitlines()[1:-2]) + "\n")
    rows = read_rows(source)
    assert len(rows) == 40
    assert rows.clock == "utc"


def test_that_a_beginning_that_leaves_it_open_is_no_fault_of_the_whole(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.data.preview.BLOCK", 400)
    rows = [f"u{at},i{at},0{1 + at % 8}/09/2016" for at in range(100)]
    source.write_text("user,item,date\n" + "\n".join([*rows, "u1,i1,31/01/2016"]) + "\n")
    seen = preview(source)
    assert seen.error is None
    assert seen.kept > 10
    assert len(read_rows(source)) == 101
    source.write_text("user,item,date\n" + "\n".join(rows[:10]) + "\n")
    error = preview(source).error
    assert error is not None
    assert error.code == "input.ambiguous-dates"
    assert preview(source, columns={"dates": "month-first"}).kept == 10
