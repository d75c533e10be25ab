from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import permutation_test, ttest_rel

from core import comparison as module
from core.comparison import UserValues, paired, sign_flip_test
from core.errors import UsageError


def values(numbers: object, users: list[str] | None = None, metric: str = "ndcg@10") -> UserValues:
    array = np.asarray(numbers, np.float64)
    return UserValues(users or [f"u{at}" for at in range(len(array))], {metric: array})


def brute_force(differences: list[float]) -> float:
    observed = abs(sum(differences))
    flips = itertools.product([1, -1], repeat=len(differences))
    sums = [abs(sum(sign * each for sign, each in zip(signs, differences, strict=True))) for signs in flips]
    return sum(each >= observed - 1e-9 for each in sums) / len(sums)


@given(st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.3, 0.5, 1.0]), min_size=1, max_size=8))
def test_that_few_users_are_tested_with_all_sign_patterns(differences: list[float]) -> None:
    p, exact = sign_flip_test(np.array(differences), 10_000, 0)
    assert exact
    assert p == pytest.approx(brute_force(differences))


@pytest.mark.parametrize("kind", ["continuous", "hits", "mixed"])
def test_that_drawn_sign_patterns_agree_with_scipy(kind: str) -> None:
    random = np.random.default_rng(6)
    differences = random.normal(0.1, 1, 120)
    if kind != "continuous":
        differences[: 120 if kind == "hits" else 60] = random.integers(-1, 2, 120)[: 120 if kind == "hits" else 60]
    p, exact = sign_flip_test(differences, 20_000, 1)
    theirs = permutation_test(
        (differences,), np.sum, permutation_type="samples", n_resamples=20_000, rng=np.random.default_rng(2)
    )
    assert not exact
    assert p == pytest.approx(theirs.pvalue, abs=0.015)


def test_that_memory_is_bounded_by_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    differences = np.random.default_rng(0).normal(0.2, 1, 100)
    monkeypatch.setattr(module, "CHUNK_BYTES", 8 * 100 * 7)
    p, _ = sign_flip_test(differences, 1000, 0)
    assert p == pytest.approx(ttest_rel(differences, np.zeros(100)).pvalue, abs=0.03)


def test_that_users_are_matched_by_id_whatever_their_order() -> None:
    first = values([0.9, 0.1, 0.5], ["a", "b", "c"])
    second = values([0.5, 0.4, 0.7, 0.0], ["c", "a", "x", "y"])
    found = paired(first, second, "ndcg@10")
    assert (found.users, found.only_first, found.only_second) == (2, 1, 2)
    assert (found.first, found.second) == (pytest.approx(0.7), pytest.approx(0.45))
    assert found.difference == pytest.approx(0.25)
    assert (found.wins, found.ties, found.losses) == (1, 1, 0)
    assert found.p == 1.0


def test_that_the_sides_swapped_mirror_the_result() -> None:
    random = np.random.default_rng(1)
    first, second = values(random.random(200)), values(random.random(200) * 0.9)
    there, back = paired(first, second, "ndcg@10"), paired(second, first, "ndcg@10")
    assert there.difference == pytest.approx(-back.difference)
    assert (there.wins, there.losses) == (back.losses, back.wins)
    assert there.p == pytest.approx(back.p, abs=0.02)
    assert there.low < there.difference < there.high


def test_that_a_clear_difference_is_found_and_none_is_not() -> None:
    random = np.random.default_rng(1)
    base = random.random(500)
    better = paired(values(base + 0.05 + random.normal(0, 0.1, 500)), values(base), "ndcg@10")
    assert better.p < 0.001
    assert better.low > 0
    alike = paired(values(base), values(base), "ndcg@10")
    assert (alike.p, alike.difference, alike.low, alike.high, alike.ties) == (1.0, 0, 0, 0, 500)


def test_that_p_values_are_even_when_there_is_no_difference() -> None:
    random = np.random.default_rng(9)
    found = [sign_flip_test(random.normal(0, 1, 40), 400, seed)[0] for seed in range(300)]
    assert np.mean(np.array(found) < 0.05) == pytest.approx(0.05, abs=0.04)
    assert np.mean(found) == pytest.approx(0.5, abs=0.06)
    assert min(found) > 0


def test_that_the_same_seed_gives_the_same_result() -> None:
    random = np.random.default_rng(1)
    first, second = values(random.random(60)), values(random.random(60))
    assert paired(first, second, "ndcg@10", seed=4) == paired(first, second, "ndcg@10", seed=4)


def test_that_runs_without_a_common_user_or_metric_are_refused() -> None:
    with pytest.raises(UsageError, match="no user in common") as error:
        paired(values([1.0], ["a"]), values([1.0], ["b"]), "ndcg@10")
    assert error.value.code == "comparison.no-common-user"
    with pytest.raises(UsageError, match="the second run has no value of 'auc'") as error:
        paired(values([1.0], metric="auc"), values([1.0]), "auc")
    assert "ndcg@10" in error.value.remedy


class Stopped(Exception):  # noqa: N818 - not an error
    pass


@pytest.mark.parametrize("pieces", [0, 40])
def test_that_a_comparison_of_many_users_can_be_ended_between_small_pieces(pieces: int) -> None:
    asked = itertools.count()

    def pause() -> None:
        if next(asked) == pieces:
            raise Stopped

    numbers = np.random.default_rng(3).normal(size=(2, 50_000))
    users = [str(at) for at in range(50_000)]
    with pytest.raises(Stopped):
        paired(values(numbers[0], users), values(numbers[1], users), "ndcg@10", resamples=10_000, pause=pause)
    assert next(asked) == pieces + 1
