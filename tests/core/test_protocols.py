from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from core.errors import SplitError, UsageError
from core.evaluation import evaluate
from core.protocols import Part, check_rankable, hidden_pairs, hidden_when_recommending, protocol_for
from tests.core.rankings import Table, candidates, split


def lists(pairs: object) -> list[list[int]]:
    return [pairs.of(user).tolist() for user in range(pairs.n_users)]  # type: ignore[attr-defined]


def test_that_training_items_are_hidden_for_validation_and_validation_items_too_for_the_test() -> None:
    whole = split({0: [5, 1, 5], 1: [2]}, {0: [3]}, 2, 6, validation={0: [0, 1]})
    assert lists(hidden_pairs(whole, "validation")) == [[1, 5], [2]]
    assert lists(hidden_pairs(whole, "test")) == [[0, 1, 5], [2]]


def test_that_nothing_is_hidden_where_repeats_are_events() -> None:
    whole = split({0: [5, 1]}, {0: [5]}, 1, 6, hide_seen=False, below={0: [2]})
    assert lists(hidden_pairs(whole, "test")) == [[]]
    assert lists(hidden_when_recommending(whole)) == [[2]]


def test_that_recommendations_hide_all_that_is_known_and_what_was_rated_below() -> None:
    whole = split({0: [5, 1]}, {0: [3]}, 2, 6, validation={0: [0]}, below={0: [2, 1], 1: [4]})
    assert lists(hidden_when_recommending(whole)) == [[0, 1, 2, 3, 5], [4]]


def test_that_users_without_a_held_out_item_are_left_out_and_counted() -> None:
    protocol = protocol_for(split({0: [1], 1: [2], 2: [3]}, {1: [4, 0, 4]}, 5, 6), "test", None)
    assert protocol.users.tolist() == [1]
    assert protocol.items.tolist() == [0, 4]
    assert protocol.excluded == {"no held-out item": 2}


def test_that_held_out_items_without_training_events_are_counted_and_stay() -> None:
    protocol = protocol_for(split({0: [1], 1: [2]}, {0: [3], 1: [1]}, 2, 6), "test", None)
    assert protocol.users.tolist() == [0, 1]
    assert protocol.counts == {"cold held-out items": 1}


def test_that_a_candidate_list_is_a_set_without_the_held_out_item() -> None:
    given = candidates({0: [5, 3, 3, 1, 4], 1: [0]}, 3)
    whole = split({0: [5], 1: [1], 2: [1]}, {0: [3, 4], 1: [2], 2: [2]}, 3, 6, candidates=given)
    protocol = protocol_for(whole, "test", "split")
    assert protocol.sampled
    assert protocol.users.tolist() == [0, 1]
    assert lists(protocol.field) == [[1, 5], [0], []]
    assert protocol.excluded == {"no candidate list": 1}
    assert protocol.counts == {
        "cold held-out items": 4,
        "duplicates": 1,
        "held-out items among the candidates": 2,
        "items already met": 1,
    }


def test_that_the_lists_of_a_split_apply_to_its_test_part_alone() -> None:
    given = candidates({0: [1]}, 1)
    whole = split({0: [5]}, {0: [3]}, 1, 6, validation={0: [2]}, candidates=given)
    assert protocol_for(whole, "test", "split").sampled
    assert not protocol_for(whole, "test", None).sampled
    assert not protocol_for(whole, "validation", "split").sampled
    with pytest.raises(UsageError, match="belong to the test part"):
        protocol_for(whole, "validation", given)


@pytest.mark.parametrize("part", ["validation", "test"])
def test_that_an_empty_part_is_refused_with_its_name(part: str) -> None:
    with pytest.raises(SplitError, match=f"the {part} part is empty") as error:
        protocol_for(split({0: [1]}, {}, 1, 6), part, None)  # type: ignore[arg-type]
    assert error.value.code == f"evaluation.no-{part}"
    assert error.value.remedy


def test_that_arrays_have_the_types_that_the_kernels_take() -> None:
    protocol = protocol_for(split({0: [1]}, {0: [2]}, 1, 6), "test", None)
    types = [each.dtype for each in (protocol.users, protocol.indptr, protocol.items, protocol.field.items)]
    assert types == [np.int32, np.int64, np.int32, np.int32]


def said(work: Callable[..., object], *given: object) -> str:
    try:
        work(*given)
    except SplitError as error:
        return error.code
    return ""


@pytest.mark.parametrize("seed", range(60))
def test_that_a_part_is_refused_beforehand_exactly_when_ranking_it_would_be(seed: int) -> None:
    generator = np.random.default_rng(seed)
    users, items = 2, int(generator.integers(2, 5))

    def some_lists(least: int) -> dict[int, list[int]]:
        return {
            user: generator.choice(items, generator.integers(least, items + 1), replace=False).tolist()
            for user in range(users)
        }

    held = some_lists(0)
    given = candidates(some_lists(0), users) if generator.random() < 0.4 else None
    whole = split(
        some_lists(1),
        held,
        users,
        items,
        validation=some_lists(0),
        candidates=given,
        hide_seen=bool(generator.random() < 0.7),
    )
    model = Table(generator.random((users, items)))
    parts: tuple[Part, ...] = ("validation", "test")
    for part in parts:
        if len(whole.test if part == "test" else whole.validation):
            assert said(check_rankable, whole, part) == said(evaluate, model, whole, part), part
        else:
            assert said(check_rankable, whole, part) == ""
