from __future__ import annotations

import sys
import threading

import numpy as np
import pytest

from core.data.interactions import Events
from core.kernels import descent
from core.kernels.descent import Descent, Report, Steps
from core.kernels.factorisation import LOSS_CODES, Tables, empty_table


def groups(n_users: int = 60, n_items: int = 40) -> Events:
    """Even users meet even items, odd users odd ones, each but a few of them."""
    generator = np.random.default_rng(0)
    met = (np.arange(n_users)[:, None] + np.arange(n_items)) % 2 == 0
    met &= generator.random(met.shape) < 0.7
    users, items = np.nonzero(met)
    return Events(users.astype(np.int32), items.astype(np.int32), None, None, n_users, n_items)


def fresh(train: Events, factors: int = 8) -> Tables:
    generator = np.random.default_rng(1)
    users, items = empty_table(train.n_users, factors), empty_table(train.n_items, factors)
    users[:], items[:] = generator.normal(0, 0.1, users.shape), generator.normal(0, 0.1, items.shape)
    return Tables(users, items, np.zeros(train.n_items, np.float32))


def epochs(train: Events, steps: Steps, number: int, seed: int = 3, portions: int = 0) -> tuple[Tables, list[Report]]:
    tables = fresh(train)
    found = Descent(tables, train, steps, seed, portions)
    reports = [found.run(block, 0.05) for epoch in range(number) for block in found.blocks(epoch)]
    found.close()
    return tables, reports


def held_back_first(train: Events, tables: Tables) -> float:
    """Share of (user, own group's item, other group's item), all unseen, that are in the right order."""
    scores = tables.users @ tables.items.T + tables.item_bias
    right = []
    for user in range(train.n_users):
        unseen = np.setdiff1d(np.arange(train.n_items), train.pairs.of(user))
        own, other = (scores[user, unseen[(unseen + user) % 2 == parity]] for parity in (0, 1))
        right.append((own[:, None] > other[None]).mean())
    return float(np.mean(right))


@pytest.mark.parametrize(
    "steps",
    [
        *(Steps(loss) for loss in LOSS_CODES),
        Steps("bce", negatives=4),
        Steps("bpr", threads=2),
        Steps("warp", threads=3),
        Steps("bpr", threads=2, lock_free=True),
    ],
    ids=str,
)
def test_that_every_way_ranks_unseen_items_of_the_own_group_first(steps: Steps) -> None:
    train = groups()
    tables, reports = epochs(train, steps, 30)
    assert held_back_first(train, tables) > 0.9
    first, last = (sum(report.loss for report in part) for part in (reports[:3], reports[-3:]))
    assert last < first


@pytest.mark.parametrize(
    "steps",
    [Steps(), Steps("bce", negatives=2), Steps("hinge", threads=2), Steps("bpr", threads=2, lock_free=True)],
    ids=str,
)
def test_that_portions_rank_unseen_items_of_the_own_group_first(steps: Steps) -> None:
    train = groups(n_items=80)
    tables, reports = epochs(train, steps, 30, portions=3)
    assert held_back_first(train, tables) > 0.9
    assert sum(report.positives for report in reports) == 30 * len(train)
    assert sum(report.triples for report in reports) == 30 * len(train) * steps.negatives
    assert sum(report.skipped for report in reports) == 0


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize(("loss", "portions"), [("bpr", 0), ("warp", 0), ("bpr", 3)])
def test_that_the_same_seed_and_threads_give_the_same_tables_to_the_last_bit(
    loss: str, portions: int, threads: int
) -> None:
    train = groups()
    first, _ = epochs(train, Steps(loss, threads=threads), 5, portions=portions)
    # other interleavings of the threads
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    again, _ = epochs(train, Steps(loss, threads=threads), 5, portions=portions)
    sys.setswitchinterval(interval)
    other, _ = epochs(train, Steps(loss, threads=threads), 5, seed=4, portions=portions)
    for mine, same, different in zip(first, again, other, strict=True):
        assert mine.tobytes() == same.tobytes()
        assert mine.tobytes() != different.tobytes()


@pytest.mark.parametrize(("threads", "portions"), [(1, 0), (2, 0), (1, 4), (2, 3)])
def test_that_blocks_can_be_run_after_a_resume(monkeypatch: pytest.MonkeyPatch, threads: int, portions: int) -> None:
    monkeypatch.setattr(descent, "WINDOW", 150)
    monkeypatch.setattr(descent, "CELLS", 20)
    monkeypatch.setattr(descent, "BLOCK_TRIPLES", 64)
    train = groups()
    steps = Steps("bpr", threads=threads)
    whole = fresh(train)
    through = Descent(whole, train, steps, 9, portions)
    assert len(through.blocks(0)) > 6
    assert through.blocks(0)[0].parts > 1
    for epoch in (0, 1):
        for block in through.blocks(epoch):
            through.run(block, 0.05)
    parts = fresh(train)
    for epoch in (0, 1):
        for number in range(len(through.blocks(epoch))):
            resumed = Descent(parts, train, steps, 9, portions)
            resumed.run(resumed.blocks(epoch)[number], 0.05)
            resumed.close()
    through.close()
    assert whole.users.tobytes() == parts.users.tobytes()


@pytest.mark.parametrize(
    "steps",
    [Steps("bpr", negatives=3), Steps("hinge", threads=2), Steps("warp"), Steps(threads=3, lock_free=True)],
    ids=str,
)
def test_that_reports_count_every_positive_once(monkeypatch: pytest.MonkeyPatch, steps: Steps) -> None:
    monkeypatch.setattr(descent, "WINDOW", 150)
    monkeypatch.setattr(descent, "BLOCK_TRIPLES", 64)
    train = groups()
    _, reports = epochs(train, steps, 1)
    assert sum(report.positives for report in reports) == len(train)
    assert sum(report.triples for report in reports) == len(train) * steps.negatives
    assert sum(report.skipped for report in reports) == 0
    counted = sum(int(report.histogram.sum()) for report in reports)
    assert counted == len(train) * steps.negatives
    assert all(report.histogram.shape == (64,) for report in reports)


def test_that_cross_entropy_is_reported_as_the_mean_of_a_rows_points() -> None:
    train = groups()
    tables = Tables(np.zeros((60, 4), np.float32), np.zeros((40, 4), np.float32), np.zeros(0, np.float32))
    found = Descent(tables, train, Steps("bce", negatives=4), 1)
    report = found.run(found.blocks(0)[0], 1e-9)
    assert report.loss / report.triples == pytest.approx(np.log(2), rel=1e-4)


def test_that_users_who_have_seen_everything_are_counted() -> None:
    users, items = np.divmod(np.arange(12, dtype=np.int32), 4)
    train = Events(users, items.astype(np.int32), None, None, 3, 4)
    for steps in (Steps("bpr", negatives=2), Steps("warp"), Steps("bpr", threads=2)):
        tables, reports = epochs(train, steps, 1)
        assert sum(report.skipped for report in reports) == 12
        assert sum(report.triples for report in reports) == 0
        np.testing.assert_array_equal(tables.users, fresh(train).users)


def test_that_a_diverging_run_shows_in_the_loss() -> None:
    train = groups()
    tables = fresh(train)
    found = Descent(tables, train, Steps("bpr"), 1)
    losses = [found.run(block, 1e30).loss for epoch in range(3) for block in found.blocks(epoch)]
    assert not np.isfinite(losses[-1])


def test_that_threads_end_with_close() -> None:
    train = groups()
    before = threading.active_count()
    found = Descent(fresh(train), train, Steps("bpr", threads=2), 1)
    found.run(found.blocks(0)[0], 0.05)
    assert threading.active_count() > before
    found.close()
    assert threading.active_count() == before
