from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import torch

from core.insight.examples.draws import best_of_pool, sampled_hit_chance, shares, uniform_shares
from core.insight.examples.lists import beyond_metrics, list_metrics, rating_metrics
from core.insight.examples.losses import loss_curves, spread
from core.insight.examples.splits import EVENTS, SPANS, example_events, example_parts, later_than_tests
from core.insight.examples.windows import PADDING, example_windows
from core.losses import LOSSES
from core.losses.settings import HingeSettings, LowRankSettings, SoftmaxSettings
from core.samplers.popularity import PopularitySampler
from core.samplers.settings import PopularitySettings
from core.splits import SPLITS

AT = np.linspace(-3.0, 3.0, 13)


@pytest.mark.parametrize("key", LOSSES)
def test_that_slopes_are_those_of_the_values(key: str) -> None:
    fine = np.linspace(-2.951, 2.949, 591)
    for curve in loss_curves(key, LOSSES[key].settings(), fine, {}):
        found = np.gradient(curve.value, fine)
        # kinks and jumps apart
        assert np.median(np.abs(found - curve.slope)) < 1e-3
        assert np.quantile(np.abs(found - curve.slope), 0.95) < 0.05


def test_that_values_are_those_of_the_definitions() -> None:
    (bpr,) = loss_curves("bpr", LOSSES["bpr"].settings(), AT, {})
    assert bpr.value == pytest.approx(np.log1p(np.exp(-AT)))
    (hinge,) = loss_curves("hinge", HingeSettings(margin=2.0), AT, {})
    assert hinge.value == pytest.approx(np.maximum(0, 2 - AT))
    positive, negative = loss_curves("bce", LOSSES["bce"].settings(), AT, {})
    assert positive.value == pytest.approx(np.log1p(np.exp(-AT)))
    assert negative.value == pytest.approx(np.log1p(np.exp(AT)))
    (squared,) = loss_curves("squared", LOSSES["squared"].settings(), AT, {"rating": 2.0})
    assert squared.value == pytest.approx((2 - AT) ** 2)
    (softmax,) = loss_curves("softmax", SoftmaxSettings(temperature=0.5), AT, {"negatives": 3})
    total = np.exp(AT / 0.5) + np.exp(spread(3) / 0.5).sum()
    assert softmax.value == pytest.approx(np.log(total) - AT / 0.5)


def test_that_the_low_item_adds_a_hinge_of_its_own() -> None:
    settings = LowRankSettings(negative_margin=1.0, low_margin=0.25, negative_weight=1.0, low_weight=2.0)
    both, alone = loss_curves("low-rank", settings, AT, {"low": 0.5})
    assert alone.value == pytest.approx(np.maximum(0, 1 - AT))
    assert both.value - alone.value == pytest.approx(2 * np.maximum(0, 0.5 - AT + 0.25))


def test_that_fewer_draws_weigh_more() -> None:
    settings = LOSSES["warp"].settings()
    (once,) = loss_curves("warp", settings, AT, {"unseen": 12, "draws": 3})
    assert once.value == pytest.approx((1 + 1 / 2 + 1 / 3 + 1 / 4) * np.maximum(0, 1 - AT), rel=1e-6)


def test_that_a_list_has_its_metrics() -> None:
    found = list_metrics([True, False, True, False, True, False, False, False, False, False], 5)
    assert found["hit"] == 1
    assert found["precision"] == pytest.approx(3 / 5)
    assert found["recall"] == 1
    assert found["mrr"] == 1
    assert found["map"] == pytest.approx((1 + 2 / 3 + 3 / 5) / 3)
    discounts = [1 / math.log2(1 + place) for place in range(1, 6)]
    assert found["ndcg"] == pytest.approx((discounts[0] + discounts[2] + discounts[4]) / sum(discounts[:3]))
    assert found["auc"] == pytest.approx((7 + 6 + 5) / 21)


@pytest.mark.parametrize("relevant", [[False] * 10, [True] * 10])
def test_that_a_user_who_is_not_ranked_has_no_metrics(relevant: list[bool]) -> None:
    assert list_metrics(relevant, 5) == {}


def test_that_marks_have_metrics_beyond_accuracy() -> None:
    listed = np.array([[True, True, False, False], [True, False, True, False]])
    found = beyond_metrics(listed, np.array([4, 2, 1, 1]), 4)
    assert found["coverage"] == pytest.approx(3 / 4)
    assert found["novelty"] == pytest.approx(((0 + 1) / 2 + (0 + 2) / 2) / 2)
    assert found["popularity"] == pytest.approx(((1 + 0.5) / 2 + (1 + 0.25) / 2) / 2)
    assert found["gini"] == pytest.approx((-3 * 0 + -1 * 1 + 1 * 1 + 3 * 2) / (4 * 4))


def test_that_errors_are_measured() -> None:
    found = rating_metrics([3.0, 5.0, 1.0], [3.0, 2.0, 1.0])
    assert found["mae"] == pytest.approx(1)
    assert found["rmse"] == pytest.approx(math.sqrt(3))


def test_that_shares_are_those_of_the_sampler() -> None:
    events = example_events()
    items = (events.items % 5).astype(np.int32)
    train = replace(events, items=np.where(items == 4, 0, items).astype(np.int32), n_items=5)
    sampler = PopularitySampler(PopularitySettings(alpha=0.75), train, torch.device("cpu"))
    assert sampler.log_share is not None
    found = shares(train.item_counts, 0.75)
    assert found[4] == 0
    assert found[:4] == pytest.approx(np.exp(sampler.log_share.numpy()[:4]), rel=1e-4)
    assert uniform_shares(5).sum() == pytest.approx(1)


def test_that_the_best_of_a_pool_is_hard() -> None:
    assert best_of_pool(1, np.array([0.25])) == pytest.approx(0.25)
    assert best_of_pool(5, np.array([0.25])) == pytest.approx(1 - 0.75**5)


def test_that_sampled_hits_are_counted_over_all_samples() -> None:
    # rank 4 of 7: three of the six candidates are better
    hits = [sum(each < 3 for each in drawn) < 2 for drawn in combinations(range(6), 4)]
    assert sampled_hit_chance(np.array([4]), 6, 4, 2)[0] == pytest.approx(sum(hits) / len(hits))
    assert sampled_hit_chance(np.array([1, 7]), 6, 4, 2).tolist() == [1, 0]
    # sampling everything is the full list
    assert sampled_hit_chance(np.arange(1, 8), 6, 6, 3).tolist() == pytest.approx([1, 1, 1, 0, 0, 0, 0])


def test_that_windows_are_padded_on_the_left_and_masked_on_the_right() -> None:
    found = example_windows(4, 3, 2)
    assert [window.inputs for window in found] == [(PADDING, PADDING, 0), (PADDING, 0, 1)]
    assert [window.targets for window in found] == [(1, 2), (2, 3)]
    (short,) = example_windows(2, 2, 3)
    assert short.targets == (1, PADDING, PADDING)
    assert example_windows(1, 2, 1) == ()


@pytest.mark.parametrize("key", SPLITS)
def test_that_the_example_is_divided(key: str) -> None:
    parts = example_parts(key, SPLITS[key].settings())
    assert set(parts.tolist()) == {0, 1, 2}
    if key == "leave-last-out":
        assert parts.reshape(len(SPANS), EVENTS).tolist() == [[0] * 5 + [1, 2]] * len(SPANS)
        assert later_than_tests(parts).any()
    if key == "time":
        assert not later_than_tests(parts).any()
