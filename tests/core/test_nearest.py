from __future__ import annotations

from core.nearest import nearest


def test_that_the_nearest_name_comes_first() -> None:
    assert nearest("factor", ["actors", "factors", "tower"])[0] == "factors"


def test_that_case_and_beginnings_count_as_near() -> None:
    assert nearest("CASER", ["mf", "caser"]) == ["caser"]
    assert nearest("auto", ["mf", "autorec-user", "autorec-item"]) == ["autorec-user", "autorec-item"]


def test_that_ids_that_lost_their_leading_zeros_or_case_come_first() -> None:
    assert nearest("2", ["012", "20", "002", "22"])[0] == "002"
    assert nearest("u1", ["u41", "u31", "u01"])[0] == "u01"
    assert nearest(" TT0111", ["tt0112", "tt0111"])[0] == "tt0111"
    assert nearest("0", ["100", "00"])[0] == "00"


def test_that_nothing_is_offered_where_nothing_is_near() -> None:
    assert nearest("zzz", ["mf", "caser"]) == []


def test_that_very_many_names_are_searched_in_no_time() -> None:
    names = [str(number) for number in range(300_000)]
    assert nearest("150x", names)
