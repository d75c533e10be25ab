"""Declared parameters: kinds, ranges, texts turned into values."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from core.commands.arguments import whole_number
from core.errors import PlanError
from core.params import build, coerce, describe, param, plain, whole
from core.training.plan import apply_setting, from_toml, make_plan


@dataclass(frozen=True)
class Example:
    count: int = param(3, "How many.", low=1, high=9)
    share: float = param(0.5, "How much.", above=0, high=1)
    on: bool = param(True, "Whether.")
    kind: str = param("a", "Which.", choices=("a", "b"))
    sizes: tuple[int, ...] = param((4, 2), "Sizes.", low=1)
    limit: float | None = param(None, "Limit.")
    names: tuple[str, ...] = param((), "Names.")
    hidden: int = 0


def test_that_fields_are_described_in_order() -> None:
    found = describe(Example)
    assert [each.name for each in found] == ["count", "share", "on", "kind", "sizes", "limit", "names"]
    assert [each.kind for each in found] == ["int", "float", "bool", "str", "tuple[int]", "float", "tuple[str]"]
    assert found[5].optional
    assert found[0].range_text() == "1 to 9"
    assert found[1].range_text() == "above 0 and at most 1"
    assert found[3].range_text() == "one of a, b"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("count", "7", 7),
        ("count", "7.0", 7),
        ("count", "1e0", 1),
        ("count", "0.3e1", 3),
        ("count", " +0_7 ", 7),
        ("count", 7.0, 7),
        ("share", "1e-3", 0.001),
        ("on", "off", False),
        ("on", True, True),
        ("kind", " b ", "b"),
        ("sizes", "8, 4,2", (8, 4, 2)),
        ("sizes", [5], (5,)),
        ("names", "", ()),
        ("limit", "", None),
        ("limit", "2", 2.0),
    ],
)
def test_that_texts_become_values(name: str, text: object, value: object) -> None:
    assert getattr(build(Example, {name: text}, "example"), name) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("count", "0"),
        ("count", "10"),
        ("count", "1.5"),
        ("count", 1.5),
        ("count", "8.9999999999999999999"),
        ("count", "٣"),
        ("count", "1e9999999999"),
        ("count", "7" * 5000),
        ("count", "7_"),
        ("count", "0x7"),
        ("count", "14/2"),
        ("count", "nan"),
        ("count", float("nan")),
        ("count", True),
        ("count", "inf"),
        ("share", "0"),
        ("share", "nan"),
        ("share", "inf"),
        ("on", "perhaps"),
        ("kind", "c"),
        ("kind", 3),
        ("sizes", "4,0"),
        ("sizes", "x"),
        ("sizes", ""),
        ("sizes", []),
        ("count", None),
        ("count", ""),
    ],
)
def test_that_what_is_out_of_range_is_refused_with_the_range(name: str, text: object) -> None:
    with pytest.raises(PlanError) as caught:
        build(Example, {name: text}, "example")
    assert name in caught.value.what
    assert "default" in caught.value.remedy
    assert caught.value.where == "example"


def test_that_plain_values_build_the_same_instance() -> None:
    example = Example(count=5, sizes=(1,), limit=2.5)
    assert build(Example, plain(example), "example") == example
    assert "limit" not in plain(Example())


def test_that_an_unknown_name_offers_the_nearest() -> None:
    with pytest.raises(PlanError, match="count"):
        build(Example, {"cout": 1}, "example")
    assert coerce(describe(Example)[0], 4, "") == 4


def test_that_the_refusal_says_what_is_taken_in_words() -> None:
    with pytest.raises(PlanError, match=r"count cannot be '1\.5'\. It takes a whole number: 1 to 9\."):
        build(Example, {"count": "1.5"}, "example")
    with pytest.raises(PlanError, match="It takes a list of whole numbers: at least 1"):
        build(Example, {"sizes": "x"}, "example")


def test_that_a_large_number_is_kept_to_the_last_digit() -> None:
    assert whole("9007199254740993") == whole("9007199254740993.0") == whole("9007199254740993e0") == 2**53 + 1


@pytest.mark.parametrize("written", ["1e3", "1000.0", "1000", "1_000"])
def test_that_options_plan_files_and_settings_take_the_same_whole_numbers(written: str) -> None:
    values: dict[str, dict[str, object]] = {}
    apply_setting(values, "factors", written)
    asked = make_plan(values)
    assert asked == make_plan(from_toml(f"[model]\nfactors = {written}\n"))
    assert type(asked.model.settings.factors) is int
    assert asked.model.settings.factors == whole_number(written) == 1000
