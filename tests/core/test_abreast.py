"""Scorers of one model side by side: the same figures in the same order, and nothing left behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
import torch

from core.abreast import in_order, scorers_for
from core.errors import TrainingError
from core.evaluation import evaluate, evaluating
from core.models.base import Building
from core.models.caser import build as build_caser
from core.models.factorisation import Factorisation, build
from core.models.scorer import ModelScorer, scorer_for
from core.models.settings import CaserSettings, FactorisationSettings
from core.ranking import top_items_in_blocks
from core.scoring import Histories, users_at_once
from core.splits.split import Split
from tests.core.rankings import Table, split

USERS, ITEMS = 90, 70


class Tables(Table):
    """A table that can be asked in several threads; it remembers in which."""

    def __init__(self, scores: np.ndarray) -> None:
        super().__init__(scores)
        self.threads: set[int] = set()
        self.others: list[Tables] = []

    def abreast(self, threads: int) -> Sequence[Tables]:
        self.others = [Tables(self.table) for _ in range(threads - 1)]
        return (self, *self.others)

    def scores(self, users: np.ndarray, histories: Histories) -> np.ndarray:
        self.threads.add(torch.get_num_threads())
        return super().scores(users, histories)


def some_split(users: int = USERS, items: int = ITEMS) -> Split:
    random = np.random.default_rng(5)
    train = {user: random.choice(items, 6, replace=False).tolist() for user in range(users)}
    test = {user: random.choice(items, 2, replace=False).tolist() for user in range(users)}
    return split(train, test, users, items)


def some_model(whole: Split, **options: object) -> Factorisation:
    settings = FactorisationSettings(factors=12, **options)  # type: ignore[arg-type]
    model = build(Building(settings, whole.train, torch.Generator().manual_seed(3)))
    for bias in (model.item_bias, model.user_bias):
        if bias is not None:
            torch.nn.init.normal_(bias, generator=torch.Generator().manual_seed(4))
    return model


def test_that_outcomes_come_in_the_order_of_the_blocks_whoever_is_done_first() -> None:
    first_may_end = threading.Event()

    def work(scorer: Table, block: int) -> int:
        if block == 0:
            assert first_may_end.wait(30)
        else:
            first_may_end.set()
        return block * block

    scorers = [Table(np.zeros((1, 2))) for _ in range(2)]
    assert list(in_order(work, scorers, range(20))) == [block * block for block in range(20)]


def test_that_a_scorer_is_never_asked_for_two_blocks_at_once() -> None:
    busy: set[int] = set()

    def work(scorer: Table, block: int) -> bool:
        alone = id(scorer) not in busy
        busy.add(id(scorer))
        np.linalg.norm(np.ones(50_000))
        busy.discard(id(scorer))
        return alone

    assert all(in_order(work, [Table(np.zeros((1, 2))) for _ in range(3)], range(60)))


def test_that_what_goes_wrong_is_raised_where_it_would_be_in_one_thread() -> None:
    def work(scorer: Table, block: int) -> int:
        if block in (3, 4):
            raise ValueError(str(block))
        return block

    steps = in_order(work, [Table(np.zeros((1, 2))) for _ in range(2)], range(9))
    assert [next(steps) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="3"):
        next(steps)


def test_that_leaving_ends_the_threads_and_starts_no_further_block() -> None:
    worked: list[int] = []
    before = threading.active_count()
    steps = in_order(lambda scorer, block: worked.append(block), [Table(np.zeros((1, 2))) for _ in range(2)], range(99))
    next(steps)
    assert threading.active_count() > before
    steps.close()
    assert threading.active_count() == before
    assert len(worked) <= 3


def test_that_each_thread_has_one_torch_thread_and_the_caller_keeps_his() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        table = Tables(np.random.default_rng(1).random((USERS, ITEMS)))
        evaluate(table, some_split(), "test", block_users=7, threads=2)
        assert table.threads | table.others[0].threads == {1}
        assert torch.get_num_threads() == 2
        seen: list[int] = []
        newcomer = threading.Thread(target=lambda: seen.append(torch.get_num_threads()))
        newcomer.start()
        newcomer.join()
        assert seen == [2]
    finally:
        torch.set_num_threads(before)


@pytest.fixture
def one_torch_thread() -> Iterator[None]:
    """As a run with one thread has it: a product of few rows may differ in its last bits where torch splits it."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("one_torch_thread")
def test_that_figures_are_the_same_for_any_number_of_threads() -> None:
    whole = some_split()
    model = some_model(whole)
    outcomes = [
        evaluate(scorer_for(model), whole, "test", block_users=41, threads=threads, lists=True) for threads in (1, 2, 3)
    ]
    for each in outcomes[1:]:
        for name in ("users", "items", "above", "equal", "candidates", "lists"):
            assert (getattr(each, name) == getattr(outcomes[0], name)).all()


@pytest.mark.usefixtures("one_torch_thread")
def test_that_lists_are_the_same_for_any_number_of_threads() -> None:
    whole = some_split()
    everybody = np.arange(USERS, dtype=np.int32)
    scorer = scorer_for(some_model(whole))

    def lists(threads: int) -> list[tuple[list[int], list[list[int]], list[list[float]]]]:
        blocks = top_items_in_blocks(
            scorer, everybody, (whole.train,), whole.train.pairs, 8, block_users=40, threads=threads
        )
        return [(block.users.tolist(), block.items.tolist(), block.scores.tolist()) for block in blocks]

    assert lists(2) == lists(1)
    assert [user for users, _, _ in lists(3) for user in users] == everybody.tolist()


def test_that_the_first_user_without_a_number_is_named() -> None:
    table = np.zeros((USERS, ITEMS))
    table[[40, 75], 3] = np.nan
    with pytest.raises(TrainingError, match="NaN") as error:
        evaluate(Tables(table), some_split(), "test", block_users=10, threads=2)
    assert error.value.where == "user u40"


def test_that_a_model_is_in_training_again_when_it_was_ranked_or_left_halfway() -> None:
    whole = some_split()
    model = some_model(whole).train()
    scorer = scorer_for(model)
    evaluate(scorer, whole, "test", block_users=20, threads=2)
    assert model.training
    steps = evaluating(scorer, whole, "test", block_users=20, threads=2)
    next(steps)
    assert not model.training
    steps.close()
    assert model.training


def test_that_a_model_with_dropout_ranks_alike_in_several_threads_while_it_is_in_training() -> None:
    whole = some_split()
    settings = CaserSettings(factors=4, window=3, horizontal_filters=2, vertical_filters=1, dropout=0.5)
    model = build_caser(Building(settings, whole.train, torch.Generator().manual_seed(1))).train()
    outcomes = [evaluate(scorer_for(model), whole, "test", block_users=30, threads=threads) for threads in (1, 2)]
    assert (outcomes[0].above == outcomes[1].above).all()


@pytest.mark.parametrize("options", [{}, {"biases": True}, {"similarity": "cosine"}])
@pytest.mark.parametrize("rows", [1, 50])
def test_that_scores_in_memory_used_before_are_those_of_the_model(rows: int, options: dict[str, object]) -> None:
    whole = some_split(60, 2500)
    model = some_model(whole, **options)
    scorer = ModelScorer(model)
    users = np.arange(60, dtype=np.int32)
    scorer.scores(users[:60], Histories((whole.train,), users))
    found = scorer.scores(users[:rows], Histories((whole.train,), users[:rows]))
    with torch.no_grad():
        expected = model.score_shared(model.encode(asked_for(users[:rows])), None)
    assert torch.equal(torch.from_numpy(found), expected)


def asked_for(users: np.ndarray) -> object:
    from core.models.base import Asked

    return Asked(torch.from_numpy(users.astype(np.int64)))


def test_that_a_scorer_that_cannot_be_shared_stays_alone() -> None:
    table = Table(np.zeros((2, 3)))
    assert list(scorers_for(table, 4, 9)) == [table]
    assert len(scorers_for(Tables(np.zeros((2, 3))), 4, 2)) == 2
    assert users_at_once(table) > 1
