from __future__ import annotations

from core.nearest import nearest


def test_that_the_nearest_name_comes_first() -> None:
    assert nearest("factor", ["actors", "factors", "tower"])[0] == "factors"


def test_that_case_and_beginnings_count_as_near() -> None:
    assert nearest("CASER", ["mf", "caser"]) == ["caser"]
    assert nearest("auto", ["mf", "autorec-user", "autorec-item"]) == ["autorec-user", "autorec-item"]


def test_that_nothing_is_offered_where_nothing_is_near() -> None:
    assert nearest("zzz", ["mf", "caser"]) == []


def test_that_very_many_names_are_searched_in_no_time() -> None:
    names = [str(number) for number in range(300_000)]
    assert nearest("150x", names)
