from __future__ import annotations

import pytest
import torch

from core.models.base import Asked
from core.models.caser import Caser
from core.models.caser_direct import DirectCaser
from core.models.direct import direct_for
from core.models.neural import NeuralRanking
from core.models.neural_direct import DirectNeural
from core.models.neural_tiles import TiledNeural
from core.models.settings import CaserSettings
from core.training.loop import train
from core.training.plan import make_plan
from core.training.state import RunState
from tests.core.training.boards import chance

CPU = torch.device("cpu")
SHAPES = [(10, 10, (10, 10, 10)), (0, 6, (8,)), (0, 1, (3, 1)), (7, 0, ()), (32, 16, (24, 9)), (5, 17, (33, 7, 12, 4))]


def model_of(gmf: int, mlp: int, tower: tuple[int, ...], dropout: float = 0.0) -> NeuralRanking:
    generator = torch.Generator().manual_seed(3)
    model = NeuralRanking(50, 80, gmf, mlp, tower, dropout, generator)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator) * 0.05)
    return model


def backward(scores: torch.Tensor, users: torch.Tensor, items: torch.Tensor, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    weights = [torch.randn(each.shape, generator=generator) for each in (scores, users, items)]
    parts = (torch.tanh(scores) * weights[0], users * weights[1], items * weights[2])
    torch.stack([each.sum() for each in parts]).sum().backward()


@pytest.mark.parametrize("tiled", [True, False])
@pytest.mark.parametrize(("gmf", "mlp", "tower"), SHAPES)
def test_that_scores_norms_and_every_gradient_are_those_of_autograd(
    gmf: int, mlp: int, tower: tuple[int, ...], tiled: bool
) -> None:
    model = model_of(gmf, mlp, tower)
    direct = TiledNeural(model, norms=True) if tiled else DirectNeural(model)
    generator = torch.Generator().manual_seed(5)
    # several steps of different sizes: what one leaves behind must not reach the next; rows are repeated, tiles of 64
    # are full, half empty, or hold a single row
    for step, (count, each) in enumerate(((150, 4), (7, 2), (1, 1), (64, 3), (150, 4))):
        users = torch.randint(0, 50, (count,), generator=generator)
        items = torch.randint(0, 80, (count, each), generator=generator)
        model.zero_grad()
        expected = (model.score(model.encode(Asked(users)), items), *model.squared_norms(Asked(users), items))
        backward(*expected, seed=step)
        wanted = [parameter.grad.clone() for parameter in model.parameters() if parameter.grad is not None]
        model.zero_grad()
        found = direct(Asked(users), items)
        backward(*found, seed=step)
        for mine, theirs in zip(found, expected, strict=True):
            torch.testing.assert_close(mine, theirs, rtol=1e-5, atol=1e-6)
        for parameter, gradient in zip(model.parameters(), wanted, strict=True):
            assert parameter.grad is not None
            torch.testing.assert_close(parameter.grad, gradient, rtol=1e-4, atol=1e-5)


def caser_of(**settings: object) -> Caser:
    given = {"factors": 6, "window": 4, "targets": 2, "horizontal_filters": 5, "vertical_filters": 3, **settings}
    generator = torch.Generator().manual_seed(3)
    model = Caser(50, 80, CaserSettings(**given), generator)  # type: ignore[arg-type]
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator) * 0.2)
        model.input_factors.weight[80] = 0
    model.train()
    return model


@pytest.mark.parametrize(
    "settings",
    [
        {"dropout": 0.0},
        {"dropout": 0.5},
        {"use_horizontal": False},
        {"use_vertical": False},
        {"use_user": False},
        {"use_horizontal": False, "use_vertical": False, "dropout": 0.0},
        {"window": 1},
    ],
)
def test_that_caser_s_scores_norms_and_every_gradient_are_those_of_autograd(settings: dict[str, object]) -> None:
    model = caser_of(**settings)
    direct = DirectCaser(model, norms=True)
    generator, masks = torch.Generator().manual_seed(5), torch.Generator()
    model.dropout.generator = masks
    for step, count in enumerate((33, 7, 33)):
        users = torch.randint(0, 50, (count,), generator=generator)
        # 80 is the padding
        windows = torch.randint(0, 81, (count, model.window), generator=generator)
        items = torch.randint(0, 80, (count, 4), generator=generator)
        asked = Asked(users, windows)
        model.zero_grad()
        masks.manual_seed(step)
        expected = (model.score(model.encode(asked), items), *model.squared_norms(asked, items))
        backward(*expected, seed=step)
        wanted = [parameter.grad.clone() for parameter in model.parameters() if parameter.grad is not None]
        model.zero_grad()
        masks.manual_seed(step)
        found = direct(asked, items)
        backward(*found, seed=step)
        for mine, theirs in zip(found, expected, strict=True):
            torch.testing.assert_close(mine, theirs, rtol=1e-5, atol=1e-6)
        for parameter, gradient in zip(model.parameters(), wanted, strict=True):
            assert parameter.grad is not None
            torch.testing.assert_close(parameter.grad, gradient, rtol=1e-4, atol=1e-5)


def test_that_not_a_number_comes_through() -> None:
    model = model_of(4, 4, (4,))
    with torch.no_grad():
        model.item_factors.weight[3] = torch.nan
    for direct in (DirectNeural(model), TiledNeural(model, norms=False)):
        scores, _, _ = direct(Asked(torch.tensor([1])), torch.tensor([[3, 4]]))
        assert torch.isnan(scores).tolist() == [[True, False]]
        scores.sum().backward()
        gradient = model.item_factors.weight.grad
        assert gradient is not None
        assert bool(torch.isfinite(gradient[4]).all())
        assert model.user_factors.weight.grad is not None
        assert bool(torch.isnan(model.user_factors.weight.grad[1]).any())
    caser = caser_of(dropout=0.0)
    with torch.no_grad():
        caser.input_factors.weight[3] = torch.nan
    asked = Asked(torch.tensor([1, 1]), torch.tensor([[1, 2, 3, 4], [1, 2, 5, 4]]))
    scores, _, _ = DirectCaser(caser, norms=True)(asked, torch.tensor([[6], [6]]))
    assert torch.isnan(scores).tolist() == [[True], [False]]


@pytest.mark.parametrize(
    ("model", "loss"),
    [
        *(("neumf", loss) for loss in ("bpr", "hinge", "bce", "softmax", "ndcg", "warp")),
        ("caser", "bce"),
        ("caser", "bpr"),
    ],
)
def test_that_training_learns_the_same_either_way(model: str, loss: str, monkeypatch: pytest.MonkeyPatch) -> None:
    split = chance()
    own = {"neumf": {"tower": [8, 4]}, "caser": {"window": 3, "horizontal_filters": 4}}[model]
    plan = make_plan(
        {
            "model": {"name": model, "factors": 4, **own},
            "loss": {"name": loss},
            "optimiser": {"name": "sgd", "learning_rate": 0.1, "l2": 0.02, "weight_decay": 0.0},
            "sampler": {} if loss == "warp" else {"negatives": 3},
            "training": {"epochs": 2, "batch_size": 50, "patience": 0, "report_every": 0},
            "evaluation": {"bootstrap": 0, "final": False},
        }
    )

    def trained() -> RunState:
        state = RunState(plan, split)
        list(train(plan, split, state))
        return state

    ours = trained()
    assert ours.learner.objective.direct is not None  # type: ignore[union-attr]
    monkeypatch.setattr("core.training.objectives.direct_for", lambda *_: None)
    autograd = trained()
    assert autograd.learner.objective.direct is None  # type: ignore[union-attr]
    for mine, theirs in zip(ours.model.parameters(), autograd.model.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-3, atol=1e-5)


def test_that_autograd_does_what_is_not_written_by_hand() -> None:
    assert direct_for(model_of(4, 4, (4,)), CPU, False, norms=True) is not None
    assert direct_for(model_of(4, 4, (4,), dropout=0.2), CPU, False, norms=True) is None
    assert direct_for(model_of(4, 4, (4,)), CPU, True, norms=True) is None
    assert direct_for(caser_of(), CPU, False, norms=False) is not None
    assert direct_for(model_of(4, 4, (4,)), torch.device("cuda"), False, norms=True) is None


def test_that_small_layers_go_in_tiles_and_wide_ones_through_the_library() -> None:
    for tower, kind in (((128,), TiledNeural), ((129,), DirectNeural)):
        assert type(direct_for(model_of(4, 64, tower), CPU, False, norms=True)) is kind
