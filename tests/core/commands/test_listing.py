from __future__ import annotations

import pytest

from core.commands.listing import LISTS
from tests.core.commands.conftest import Call


@pytest.mark.parametrize("what", LISTS)
def test_that_a_list_names_every_key_for_people_and_programs(call: Call, what: str) -> None:
    table = LISTS[what].table()
    said = call("list", what, "--json")
    assert said.result["keys"] == list(table)
    assert [each["key"] for each in said.objects[:-1]] == list(table)
    assert all(each["help"] for each in said.objects[:-1])
    plain = call("list", what)
    assert plain.code == 0
    assert all(f"\n{key}" in plain.out for key in table)


def test_that_parameters_come_with_default_range_and_help(call: Call) -> None:
    caser = next(each for each in call("list", "models", "--json").objects if each["key"] == "caser")
    window = next(each for each in caser["parameters"] if each["name"] == "window")
    assert window["default"] == 5
    assert window["range"]
    assert window["help"]
