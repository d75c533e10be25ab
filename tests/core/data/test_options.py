from __future__ import annotations

import pytest

from core.data.options import make_options, parse_columns
from core.errors import UsageError


def test_that_the_option_of_columns_is_read_as_names_and_values() -> None:
    assert parse_columns("user=A,item=B") == {"user": "A", "item": "B"}
    assert parse_columns('user=A,"item=B, C"') == {"user": "A", "item": "B, C"}
    assert parse_columns("user=a=b") == {"user": "a=b"}


@pytest.mark.parametrize("text", ["user", "user=", "=A", "user=A,,item=B"])
def test_that_a_part_without_name_and_value_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match="name=value"):
        parse_columns(text)


def test_that_delimiters_have_words() -> None:
    words = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " ", "::": "::", "\\t": "\t", "^": "^"}
    for word, delimiter in words.items():
        assert make_options({"delimiter": word}).delimiter == delimiter


def test_that_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"user, item, time, rating, delimiter"):
        make_options({"delimeter": ","})


def test_that_keywords_win_over_the_mapping() -> None:
    options = make_options({"encoding": "cp1252", "user": "A"}, encoding="latin-1", header="no")
    assert options.encoding == "iso8859-1"
    assert options.header is False
    assert options.roles == {"user": "A"}
