"""Each loss by hand, by finite differences, and with rows that do not count."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from core.errors import PlanError
from core.losses import LOSSES
from core.losses.scores import Scores
from core.losses.settings import HingeSettings, LowRankSettings, NoSettings, SoftmaxSettings

ROWS, N = 5, 3


def loss_of(key: str, scores: Scores, settings: object = None) -> Tensor:
    entry = LOSSES[key]
    return entry.load()(scores, settings if settings is not None else entry.settings())


def random_inputs(seed: int = 3) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape: int) -> Tensor:
        return (torch.randn(*shape, generator=generator, dtype=torch.float64) * 2).requires_grad_()

    return {"positive": draw(ROWS), "negative": draw(ROWS, N), "low": draw(ROWS)}


def scores_of(inputs: dict[str, Tensor]) -> Scores:
    return Scores(
        positive=inputs["positive"],
        # the softmax overwrites what it is given, as it may overwrite a matrix product
        negative=inputs["negative"] * 1,
        low=inputs["low"],
        valid=torch.tensor([True, True, False, True, True]),
        has_low=torch.tensor([True, False, True, True, False]),
        weight=torch.tensor([0.0, 1.0, 2.0, 1.5, 0.5], dtype=torch.float64),
        target=torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0], dtype=torch.float64),
        log_share_positive=torch.linspace(-5, -1, ROWS, dtype=torch.float64),
        log_share_negative=torch.linspace(-4, -2, ROWS * N, dtype=torch.float64).view(ROWS, N),
        masked=torch.tensor([[False, True, False]] * ROWS),
    )


@pytest.mark.parametrize("key", [key for key in LOSSES if key != "ndcg"])
def test_that_gradients_agree_with_finite_differences(key: str) -> None:
    inputs = random_inputs()
    loss_of(key, scores_of(inputs)).backward()
    step = 1e-6
    for name, tensor in inputs.items():
        if tensor.grad is None:
            continue
        for at in range(tensor.numel()):
            values = []
            for sign in (1, -1):
                moved = {each: other.detach().clone() for each, other in inputs.items()}
                moved[name].view(-1)[at] += sign * step
                values.append(float(loss_of(key, scores_of(moved))))
            slope = (values[0] - values[1]) / (2 * step)
            assert float(tensor.grad.view(-1)[at]) == pytest.approx(slope, abs=1e-7), (name, at)


def test_that_the_ndcg_gradient_treats_its_weights_as_constants() -> None:
    inputs = random_inputs()
    scores = scores_of(inputs)
    loss_of("ndcg", scores).backward()
    positive, negative = inputs["positive"].detach(), inputs["negative"].detach()
    drawn = torch.cat([positive[:, None], negative], 1)
    expected = torch.zeros(ROWS, dtype=torch.float64)
    for row in range(ROWS):
        if row == 2:
            continue
        ranks = [1 + int((drawn[row] > value).sum()) for value in drawn[row]]
        for j in range(N):
            gain = abs(1 / math.log2(1 + ranks[0]) - 1 / math.log2(1 + ranks[1 + j]))
            x = float(positive[row] - negative[row, j])
            expected[row] += -gain / (1 + math.exp(x)) / N / 4
    assert torch.allclose(inputs["positive"].grad, expected)


def test_that_bpr_is_softplus_of_the_negated_difference() -> None:
    scores = Scores(positive=torch.tensor([1.0, 0.0]), negative=torch.tensor([[0.0], [2.0]]))
    expected = (math.log(1 + math.exp(-1)) + math.log(1 + math.exp(2))) / 2
    assert float(loss_of("bpr", scores)) == pytest.approx(expected)


def test_that_bpr_keeps_a_gradient_where_a_sigmoid_underflows() -> None:
    positive = torch.tensor([-200.0], requires_grad=True)
    loss = loss_of("bpr", Scores(positive=positive, negative=torch.tensor([[200.0]])))
    loss.backward()
    assert float(loss.detach()) == pytest.approx(400)
    assert float(positive.grad) == pytest.approx(-1)


def test_that_hinge_is_zero_beyond_the_margin() -> None:
    scores = Scores(positive=torch.tensor([3.0, 1.0]), negative=torch.tensor([[0.0], [0.5]]))
    assert float(loss_of("hinge", scores, HingeSettings(margin=2))) == pytest.approx((0 + 1.5) / 2)


def test_that_low_rank_averages_its_second_term_over_triples_that_have_one() -> None:
    scores = Scores(
        positive=torch.tensor([1.0, 1.0]),
        negative=torch.tensor([[0.5], [0.5]]),
        low=torch.tensor([0.9, 99.0]),
        has_low=torch.tensor([True, False]),
    )
    settings = LowRankSettings(negative_margin=1, low_margin=0.5, negative_weight=2, low_weight=3)
    assert float(loss_of("low-rank", scores, settings)) == pytest.approx(2 * 0.5 + 3 * 0.4)


def test_that_low_rank_without_any_lower_item_is_a_weighted_hinge() -> None:
    scores = Scores(
        positive=torch.tensor([1.0]),
        negative=torch.tensor([[0.5]]),
        low=torch.tensor([0.0]),
        has_low=torch.tensor([False]),
    )
    assert float(loss_of("low-rank", scores)) == pytest.approx(0.5)


def test_that_the_low_margin_must_be_the_smaller_one() -> None:
    with pytest.raises(PlanError, match="low_margin"):
        LowRankSettings(negative_margin=1, low_margin=1)


def test_that_cross_entropy_is_the_mean_over_points() -> None:
    scores = Scores(positive=torch.tensor([0.0]), negative=torch.tensor([[0.0, 0.0, 0.0]]))
    assert float(loss_of("bce", scores)) == pytest.approx(math.log(2))


def test_that_softmax_equals_the_plain_formula() -> None:
    inputs = random_inputs()
    scores = scores_of(inputs)
    settings = SoftmaxSettings(temperature=0.5)
    plain = torch.zeros((), dtype=torch.float64)
    for row in range(ROWS):
        if not scores.valid[row]:
            continue
        positive = inputs["positive"][row] / 0.5 - scores.log_share_positive[row]
        negatives = [inputs["negative"][row, j] / 0.5 - scores.log_share_negative[row, j] for j in range(N) if j != 1]
        plain = plain - torch.log(torch.exp(positive) / (torch.exp(positive) + sum(map(torch.exp, negatives)))) / 4
    plain.backward()
    wanted = [inputs[name].grad.clone() for name in ("positive", "negative")]
    for name in ("positive", "negative"):
        inputs[name].grad = None
    loss = loss_of("softmax", scores_of(inputs), settings)
    loss.backward()
    assert float(loss.detach()) == pytest.approx(float(plain.detach()))
    assert torch.allclose(inputs["positive"].grad, wanted[0])
    assert torch.allclose(inputs["negative"].grad, wanted[1])


def test_that_softmax_with_every_negative_masked_is_zero() -> None:
    scores = Scores(
        positive=torch.tensor([5.0]), negative=torch.tensor([[9.0, 9.0]]), masked=torch.tensor([[True, True]])
    )
    assert float(loss_of("softmax", scores)) == 0


def test_that_warp_rows_without_a_violation_still_count_in_the_mean() -> None:
    scores = Scores(
        positive=torch.tensor([0.0, 0.0]),
        negative=torch.tensor([[0.5], [0.5]]),
        weight=torch.tensor([2.0, 0.0]),
    )
    assert float(loss_of("warp", scores)) == pytest.approx(2 * 1.5 / 2)


@pytest.mark.parametrize("key", LOSSES)
def test_that_a_batch_without_any_valid_row_has_no_loss(key: str) -> None:
    inputs = {name: tensor.detach().requires_grad_() for name, tensor in random_inputs().items()}
    scores = scores_of(inputs)
    nothing = Scores(**{**scores.__dict__, "valid": torch.zeros(ROWS, dtype=torch.bool)})
    loss = loss_of(key, nothing)
    assert float(loss.detach()) == 0
    loss.backward()
    assert all(tensor.grad is None or not tensor.grad.any() for tensor in inputs.values())


def test_that_settings_are_named_in_the_table() -> None:
    assert LOSSES["hinge"].settings is HingeSettings
    assert LOSSES["bpr"].settings is NoSettings


def test_that_softmax_of_half_precision_logits_is_computed_in_single() -> None:
    generator = torch.Generator().manual_seed(1)
    positive, negative = (
        torch.randn(4, generator=generator).bfloat16(),
        torch.randn(4, 9, generator=generator).bfloat16(),
    )
    found = loss_of("softmax", Scores(positive=positive, negative=negative.clone()))
    expected = loss_of("softmax", Scores(positive=positive.float(), negative=negative.float()))
    assert found.dtype == torch.float32
    assert float(found) == pytest.approx(float(expected), rel=1e-6)
