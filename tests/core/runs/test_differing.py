"""What differs among runs, and the colours of runs."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from core.runs.colours import STRANGERS, RunColours
from core.runs.differing import plan_table

PLANS = [
    {"model.name": "mf", "model.factors": 8, "training.seed": 1, "x.same": "a"},
    {"model.name": "mf", "model.factors": 16, "training.seed": 1, "x.same": "a"},
    {"model.name": "neumf", "model.tower": [8, 4], "training.seed": 1, "x.same": "a"},
]


def test_that_only_fields_with_two_values_differ_and_absence_is_no_value() -> None:
    table = plan_table(PLANS)
    assert table.differing([0, 1, 2]) == ["model.name", "model.factors"]
    assert table.differing([0, 1]) == ["model.factors"]
    assert table.differing([1]) == table.differing([]) == []
    assert table.value("model.tower", 2) == [8, 4]
    assert table.value("model.tower", 0) is None


def test_that_true_one_and_the_text_one_are_three_values() -> None:
    table = plan_table([{"a": True}, {"a": 1}, {"a": 1.0}, {"a": "1"}])
    assert [repr(table.value("a", row)) for row in range(4)] == ["True", "1", "1.0", "'1'"]


@settings(max_examples=50)
@given(st.lists(st.dictionaries(st.sampled_from("abcd"), st.integers(0, 2)), min_size=1, max_size=8), st.randoms())
def test_that_the_table_agrees_with_looking_at_the_plans(plans: list[dict[str, int]], chance: random.Random) -> None:
    rows = [row for row in range(len(plans)) if chance.random() < 0.7]
    expected = {name for name in "abcd" if len({plans[row][name] for row in rows if name in plans[row]}) > 1}
    assert set(plan_table(plans).differing(rows)) == expected


def test_that_runs_that_follow_each_other_have_different_colours_and_keep_them() -> None:
    colours = RunColours(7)
    asked = colours.of("unknown")
    colours.learn({f"r{number}": number for number in range(7)} | {"unknown": 3})
    assert len({colours.of(f"r{number}") for number in range(7)}) == 7
    assert colours.of("unknown") == asked
    colours.learn({"r0": 5})
    assert colours.of("r0") == 0


def test_that_two_runs_with_one_colour_are_told_apart_by_a_dash() -> None:
    colours = RunColours(7)
    colours.learn({"a": 1, "b": 8, "c": 2})
    styles = colours.styles(["b", "a", "c"])
    assert [style.colour for style in styles] == [1, 1, 2]
    assert [style.dash for style in styles] == [False, True, False]


def test_that_colours_of_deleted_runs_are_forgotten_and_none_of_the_library() -> None:
    colours = RunColours(7)
    library = {f"run {at}": at for at in range(500)}
    for at in range(3 * STRANGERS):
        colours.learn({f"trained and deleted {at}": 5})
        colours.learn(library)
    assert [colours.of(run) for run in library] == [number % 7 for number in library.values()]
    assert len(colours) == len(library) + STRANGERS
    assert colours.of(f"trained and deleted {3 * STRANGERS - 1}") == 5
