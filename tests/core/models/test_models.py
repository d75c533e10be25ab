"""Models against independent implementations and the contract that all of them keep."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from core.data.interactions import Events
from core.models import MODELS
from core.models.autorec import AutoRec
from core.models.base import Asked, Building, RankingModel, table
from core.models.caser import Caser
from core.models.neural import NeuralRanking
from core.models.scorer import scorer_for
from core.models.settings import CaserSettings
from core.scoring import Histories

USERS, ITEMS = 7, 11


def events(seed: int = 1) -> Events:
    rng = np.random.default_rng(seed)
    users = np.repeat(np.arange(USERS, dtype=np.int32), 5)
    items = np.concatenate([rng.permutation(ITEMS)[:5] for _ in range(USERS)]).astype(np.int32)
    return Events(users, items, None, None, USERS, ITEMS)


def built(key: str, seed: int = 5, **changes: object) -> RankingModel:
    entry = MODELS[key]
    generator = torch.Generator().manual_seed(seed)
    return entry.load()(Building(entry.settings(**changes), events(), generator, loss="bpr", seed=seed))


def asked(model: RankingModel) -> Asked:
    users = torch.arange(USERS)
    if not model.window:
        return Asked(users)
    windows = Histories((events(),), np.arange(USERS, dtype=np.int32)).last(model.window, ITEMS)
    return Asked(users, torch.from_numpy(windows).long())


@pytest.mark.parametrize("key", [key for key in MODELS if not key.startswith("autorec")])
def test_that_shared_and_own_items_get_the_same_scores(key: str) -> None:
    model = built(key).eval()
    with torch.no_grad():
        encoded = model.encode(asked(model))
        everything = model.score_shared(encoded, None)
        own = model.score(encoded, torch.arange(ITEMS).expand(USERS, -1))
        some = model.score_shared(encoded, torch.tensor([4, 2]))
    assert everything.shape == (USERS, ITEMS)
    assert torch.allclose(everything, own, atol=1e-6)
    assert torch.allclose(everything[:, [4, 2]], some, atol=1e-6)


@pytest.mark.parametrize("key", MODELS)
def test_that_a_scorer_gives_a_finite_block_for_known_and_unknown_users(key: str) -> None:
    scorer = scorer_for(built(key))
    users = np.array([3, 0], np.int32)
    block = scorer.scores(users, Histories((events(),), users))
    assert block.shape == (2, ITEMS)
    assert block.dtype == np.float32
    assert np.isfinite(block).all()


@pytest.mark.parametrize("key", MODELS)
def test_that_the_seed_decides_the_first_weights(key: str) -> None:
    first, same, other = (built(key, seed).state_dict() for seed in (5, 5, 6))
    assert all(torch.equal(first[name], same[name]) for name in first)
    if key != "popularity":
        assert any(not torch.equal(first[name], other[name]) for name in first)


def test_that_neumf_equals_the_equations_of_the_paper() -> None:
    model = built("neumf", factors=4, tower=(6, 3)).eval()
    assert isinstance(model, NeuralRanking)
    with torch.no_grad():
        model.output.weight.copy_(torch.randn(model.output.weight.shape, generator=torch.Generator().manual_seed(2)))
        user, item = 2, 9
        p, u = model.user_factors.weight[user].split(4)
        q, v = model.item_factors.weight[item].split(4)
        hidden = torch.cat([u, v])
        for layer in model.layers:
            assert isinstance(layer, nn.Linear)
            hidden = torch.relu(layer.weight @ hidden + layer.bias)
        expected = model.output.weight[0] @ torch.cat([p * q, hidden]) + model.output.bias
        found = model.score(model.encode(Asked(torch.tensor([user]))), torch.tensor([[item]]))
    assert float(found) == pytest.approx(float(expected), abs=1e-6)


def reference_caser(model: Caser, windows: torch.Tensor, users: torch.Tensor, items: torch.Tensor) -> torch.Tensor:
    """Tang and Wang 2018, with Conv2d and max_pool1d as the authors' and d2l's code have it."""
    length, width = windows.shape[1], model.factors
    embedded = model.input_factors.weight[windows].unsqueeze(1)
    parts = []
    if model.vertical is not None:
        kernel = model.vertical.weight.view(-1, 1, length, 1)
        parts.append(F.conv2d(embedded, kernel, model.vertical.bias).flatten(1))
    for height, layer in enumerate(model.horizontal, start=1):
        assert isinstance(layer, nn.Linear)
        kernel = layer.weight.view(-1, 1, height, width)
        convolved = torch.relu(F.conv2d(embedded, kernel, layer.bias)).squeeze(3)
        parts.append(F.max_pool1d(convolved, convolved.shape[2]).squeeze(2))
    z = torch.relu(model.connected(torch.cat(parts, 1)))
    if model.user_factors is not None:
        z = torch.cat([z, model.user_factors.weight[users]], 1)
    return (model.output_factors.weight[items] * z).sum(1) + model.item_bias[items]


@pytest.mark.parametrize(
    "switches", [{}, {"use_user": False}, {"use_vertical": False}, {"use_horizontal": False}], ids=str
)
def test_that_caser_equals_convolutions_and_max_pooling(switches: dict[str, bool]) -> None:
    model = built("caser", factors=6, window=4, horizontal_filters=3, vertical_filters=2, **switches).eval()
    assert isinstance(model, Caser)
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
        model.input_factors.weight[ITEMS] = 0
        windows = torch.randint(ITEMS + 1, (USERS, 4), generator=generator)
        users, items = torch.arange(USERS), torch.randint(ITEMS, (USERS,), generator=generator)
        found = model.score(model.encode(Asked(users, windows)), items.unsqueeze(1))[:, 0]
        assert torch.allclose(found, reference_caser(model, windows, users, items), atol=1e-4)


def test_that_caser_without_any_convolution_still_ranks_by_the_user() -> None:
    model = built("caser", use_horizontal=False, use_vertical=False).eval()
    with torch.no_grad():
        assert model.score_shared(model.encode(asked(model)), None).shape == (USERS, ITEMS)


def test_that_a_table_is_drawn_from_its_generator_and_starts_on_a_cache_line() -> None:
    for rows, width, padding in ((5, 3, None), (700, 64, 699), (7, 1, 2)):
        found = table(rows, width, 0.1, torch.Generator().manual_seed(4), padding)
        wanted = torch.randn(rows, width, generator=torch.Generator().manual_seed(4)) * 0.1
        if padding is not None:
            wanted[padding] = 0
        assert torch.equal(found.weight, wanted)
        assert found.weight.requires_grad
        assert found.weight.data_ptr() % 64 == 0


def test_that_a_table_that_is_built_for_its_shape_takes_no_memory() -> None:
    with torch.device("meta"):
        found = table(10**9, 10**6, 0.1, torch.Generator(), padding=0)
    assert found.weight.is_meta
    assert (found.num_embeddings, found.embedding_dim, found.padding_idx) == (10**9, 10**6, 0)


def test_that_the_padding_row_is_zero_and_gets_no_gradient() -> None:
    model = built("caser")
    assert isinstance(model, Caser)
    windows = torch.tensor([[ITEMS, ITEMS, ITEMS, 1, 2]])
    model.score(model.encode(Asked(torch.tensor([0]), windows)), torch.tensor([[3]])).sum().backward()
    assert not model.input_factors.weight[ITEMS].any()
    assert not model.input_factors.weight.grad[ITEMS].any()
    assert model.input_factors.weight.grad[1].any()


def test_that_an_unknown_user_of_caser_has_the_mean_of_all_users() -> None:
    model = built("caser").eval()
    assert isinstance(model, Caser)
    windows = torch.tensor([[1, 2, 3, 4, 5]])
    with torch.no_grad():
        unknown = model.encode(Asked(torch.tensor([-1]), windows))
        width = CaserSettings().factors
        assert torch.allclose(unknown[0, width:], model.user_factors.weight.mean(0))


@pytest.mark.parametrize("by_user", [True, False])
def test_that_autorec_reconstructs_rows_by_the_papers_formula(by_user: bool) -> None:
    model = built("autorec-user" if by_user else "autorec-item", factors=3)
    assert isinstance(model, AutoRec)
    data = events()
    dense = torch.zeros(USERS, ITEMS)
    dense[torch.from_numpy(data.users).long(), torch.from_numpy(data.items).long()] = 1
    rows = dense if by_user else dense.T
    with torch.no_grad():
        hidden = torch.sigmoid(rows @ model.encoder.weight.T + model.encoder.bias)
        rebuilt = hidden @ model.decoder.weight.T + model.decoder.bias
        expected = rebuilt if by_user else rebuilt.T
    users = np.array([4, 1], np.int32)
    block = scorer_for(model).scores(users, Histories((data,), users))
    assert np.allclose(block, expected[[4, 1]].numpy(), atol=1e-6)


def test_that_user_autorec_sees_a_history_given_by_hand() -> None:
    model = built("autorec-user", factors=3)
    assert isinstance(model, AutoRec)
    block = scorer_for(model).scores(np.array([-1], np.int32), Histories.by_hand([[2, 5]], ITEMS))
    row = torch.zeros(1, ITEMS)
    row[0, [2, 5]] = 1
    with torch.no_grad():
        assert np.allclose(block, model.reconstruct(row).numpy(), atol=1e-6)


def test_that_popularity_counts_training_events() -> None:
    block = scorer_for(built("popularity")).scores(np.array([0], np.int32), Histories((events(),), np.array([0])))
    assert block[0].tolist() == np.bincount(events().items, minlength=ITEMS).tolist()


def test_that_random_scores_are_fixed_and_spread_over_the_unit_interval() -> None:
    entry = MODELS["random"]
    big = Events(np.zeros(1, np.int32), np.zeros(1, np.int32), None, None, 50, 400)
    model = entry.load()(Building(entry.settings(), big, torch.Generator(), seed=9))
    users = np.arange(50, dtype=np.int32)
    block = scorer_for(model).scores(users, Histories((big,), users)).copy()
    assert np.array_equal(block, scorer_for(model).scores(users, Histories((big,), users)))
    assert ((block >= 0) & (block < 1)).all()
    assert abs(block.mean() - 0.5) < 0.01
    assert abs(np.corrcoef(block[0], block[1])[0, 1]) < 0.2


def test_that_neumf_starts_from_trained_halves_with_the_mix_of_the_paper() -> None:
    gmf, mlp = built("gmf", 1, factors=4), built("mlp", 2, factors=4, tower=(6, 3))
    model = built("neumf", 3, factors=4, tower=(6, 3))
    assert isinstance(gmf, NeuralRanking)
    assert isinstance(mlp, NeuralRanking)
    assert isinstance(model, NeuralRanking)
    model.start_from(gmf, mlp, 0.3)
    with torch.no_grad():
        every = Asked(torch.arange(USERS))
        mixed = 0.3 * gmf.score_shared(gmf.encode(every), None) + 0.7 * mlp.score_shared(mlp.encode(every), None)
        assert torch.allclose(model.score_shared(model.encode(every), None), mixed, atol=1e-6)


def test_that_item_columns_follow_what_is_known_and_the_last_of_repeated_ratings() -> None:
    def part(rows: list[tuple[int, int]], ratings: list[float]) -> Events:
        return Events(
            np.array([user for user, _ in rows], np.int32),
            np.array([item for _, item in rows], np.int32),
            None,
            np.array(ratings, np.float32),
            2,
            3,
        )

    train, later = part([(0, 0), (0, 0), (1, 1)], [1, 5, 2]), part([(0, 1), (1, 2)], [4, 3])
    model = AutoRec(2, 3, 4, by_user=False, ratings=True, generator=torch.Generator().manual_seed(1))
    users = np.arange(2, dtype=np.int32)
    scorer = scorer_for(model)
    for parts, matrix in (
        ((train,), [[5, 0], [0, 2], [0, 0]]),
        ((train, later), [[5, 0], [4, 2], [0, 3]]),
        ((train,), [[5, 0], [0, 2], [0, 0]]),
    ):
        with torch.no_grad():
            wanted = model.reconstruct(torch.tensor(matrix, dtype=torch.float32)).T.numpy()
        np.testing.assert_allclose(scorer.scores(users, Histories(parts, users)), wanted, rtol=1e-5)


@pytest.mark.parametrize("key", MODELS)
def test_that_a_scorer_that_forgets_scores_with_the_new_weights(key: str) -> None:
    model = built(key)
    scorer = scorer_for(model)
    users = np.array([3, 0], np.int32)
    known = Histories((events(),), users)
    before = scorer.scores(users, known).copy()
    with torch.no_grad():
        for each in (*model.parameters(), *model.buffers()):
            each += torch.rand(each.shape).to(each.dtype)
    scorer.forget()
    after = scorer.scores(users, known).copy()
    assert np.array_equal(after, scorer_for(model).scores(users, known))
    assert key == "random" or not np.array_equal(after, before)
