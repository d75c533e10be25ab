from __future__ import annotations

import math

import pytest

from core import text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.14321, "0.143"),
        (0.0431, "0.0431"),
        (0.000123456, "0.000123"),
        (1.0, "1.00"),
        (71.0, "71.0"),
        (123.4, "123"),
        (1234.5, "1,234"),
        (0, "0"),
        (0.0, "0"),
        (12345, "12,345"),
        (1e-9, "1.00e-09"),
        (0.9996, "1.00"),
        (-0.05, "-0.0500"),
        (math.nan, "–"),
        (math.inf, "–"),
        (None, "–"),
    ],
)
def test_that_numbers_have_three_digits_that_count(value: float | None, shown: str) -> None:
    assert text.number(value) == shown


def test_that_differences_have_their_sign() -> None:
    assert text.number(0.0123, sign=True) == "+0.0123"
    assert text.number(-0.5, sign=True) == "-0.500"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.123, "0.12 s"), (42.4, "42 s"), (59.9, "60 s"), (125, "2 min 05 s"), (7261, "2 h 01 min"), (math.inf, "–")],
)
def test_that_durations_are_said_as_people_say_them(seconds: float, shown: str) -> None:
    assert text.duration(seconds) == shown


def test_that_columns_are_aligned_by_what_the_terminal_shows() -> None:
    lines = text.columns(("title", "n"), [("日本", "1"), ("Amélie", "22"), ("e\u0301", "3")], right=(1,))
    assert lines == ["title    n", "日本     1", "Amélie  22", "e\u0301        3"]


def test_that_an_overlong_title_is_cut() -> None:
    (line,) = text.columns(("",), [("x" * 1_000_000,)])
    assert text.width(line) == text.WIDEST_CELL
    assert line.endswith("…")


def test_that_counts_agree_with_their_nouns() -> None:
    assert text.count(1, "user") == "1 user"
    assert text.count(1200, "user") == "1,200 users"


def test_that_rates_have_units() -> None:
    assert text.rate(1_234_567) == "1.23 M/s"
    assert text.rate(4_500) == "4.50 k/s"
    assert text.rate(12.0) == "12.0/s"
