from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from core.data.interactions import Events
from core.kernels import factorisation as kernels
from core.kernels.factorisation import LOSS_CODES, Rule, Tables
from core.kernels.factorisation_portions import draw_in_portion, in_sieve, learn_in_portion, room_for
from core.kernels.factorisation_reference import draw_reference, learn_reference, pair_loss, score, step

ROW = 2**31 + 5
KEY = 2**64 - 12345
MEMBERS = np.random.default_rng(6).permutation(90)[:70].astype(np.int32)


def training() -> Events:
    """Random histories; user 8 has met all of MEMBERS but item 3 of them, and user 9 all of them."""
    generator = np.random.default_rng(5)
    met = generator.random((10, 90)) < 0.3
    met[8:, MEMBERS] = True
    met[8, MEMBERS[3]] = False
    users, items = np.nonzero(met)
    return Events(users.astype(np.int32), items.astype(np.int32), None, None, 10, 90)


def pairs_of(train: Events) -> list[tuple[int, int]]:
    """Those with a member, in the order of the users."""
    return [
        (user, item)
        for user, item in zip(train.users.tolist(), train.items.tolist(), strict=True)
        if item in MEMBERS.tolist()
    ]


def cells_of(pairs: list[tuple[int, int]]) -> npt.NDArray[np.uint64]:
    place = {item: at for at, item in enumerate(MEMBERS.tolist())}
    # what stands above the place says nothing here
    return np.array([(user << 32) | (5 << 22) | place[item] for user, item in pairs], np.uint64)


def draw(cells: npt.NDArray[np.uint64], first: int, stop: int, negatives: int) -> tuple[int, npt.NDArray[np.uint32]]:
    count = (stop - first) * negatives
    triples, room = np.zeros((3, count), np.uint32), room_for(len(MEMBERS), count)
    number = draw_in_portion(cells, first, stop, np.uint64(ROW), MEMBERS, negatives, np.uint64(KEY), room, triples)
    assert not room.met.any()
    assert not room.sieve.any()
    return number, triples[:, :number]


@pytest.mark.parametrize(("first", "stop"), [(0, 25), (7, 8), (11, 90), (0, -1)])
@pytest.mark.parametrize("negatives", [1, 3])
def test_that_the_triples_are_those_of_the_reference_in_another_order(negatives: int, first: int, stop: int) -> None:
    train = training()
    pairs = pairs_of(train)
    stop = len(pairs) if stop < 0 else stop
    count, triples = draw(cells_of(pairs), first, stop, negatives)
    wanted = [
        (user, item, draw_reference(train.pairs, MEMBERS, user, KEY, (ROW + at) * negatives + column))
        for at, (user, item) in enumerate(pairs[first:stop], first)
        for column in range(negatives)
    ]
    found = [tuple(each) for each in triples.T.tolist()]
    kept = [each for each in wanted if each[2] >= 0]
    assert sorted(found) == sorted(kept)
    assert count == len(kept)
    if len(kept) > 20:
        assert found != kept
    assert (len(kept) < len(wanted)) == (stop == len(pairs))


def test_that_negatives_are_all_unseen_members_equally_often() -> None:
    train = training()
    pairs = [pair for pair in pairs_of(train) if pair[0] == 2]
    negatives = 20_000 // len(pairs)
    count, triples = draw(cells_of(pairs), 0, len(pairs), negatives)
    allowed = np.setdiff1d(MEMBERS, train.pairs.of(2))
    found = np.bincount(triples[2], minlength=90)
    assert set(np.flatnonzero(found)) == set(allowed)
    expected = count / len(allowed)
    assert np.sum((found[allowed] - expected) ** 2 / expected) < len(allowed) + 5 * np.sqrt(2 * len(allowed))


def test_that_what_another_user_has_met_in_the_same_bits_of_the_sieve_is_drawn() -> None:
    def bits(user: int) -> set[int]:
        return {int(in_sieve(np.uint64(user), np.uint64(place))) for place in range(64)}

    other = next(user for user in range(1, 4000) if bits(user) == bits(0))
    users = np.repeat(np.array([0, other], np.int32), [1, 64])
    items = np.concatenate([MEMBERS[69:], np.sort(MEMBERS[:64])])
    order = np.lexsort((items, users))
    train = Events(users[order], items[order], None, None, 4000, 90)
    pairs = pairs_of(train)
    count, triples = draw(cells_of(pairs), 0, len(pairs), 7)
    assert count == len(pairs) * 7
    wanted = [
        (user, item, draw_reference(train.pairs, MEMBERS, user, KEY, (ROW + at) * 7 + column))
        for at, (user, item) in enumerate(pairs)
        for column in range(7)
    ]
    assert sorted(map(tuple, triples.T.tolist())) == sorted(wanted)
    assert set(triples[2, triples[0] == 0].tolist()) & set(MEMBERS[:64].tolist())


def fresh(train: Events, factors: int, biased: bool) -> Tables:
    generator = np.random.default_rng(factors)
    users, items = (kernels.empty_table(rows, factors) for rows in (train.n_users, train.n_items))
    users[:], items[:] = generator.normal(0, 0.6, users.shape), generator.normal(0, 0.6, items.shape)
    return Tables(users, items, generator.normal(0, 0.3, train.n_items if biased else 0).astype(np.float32))


def precise(tables: Tables) -> Tables:
    return Tables(*(part.astype(np.float64) for part in tables))  # type: ignore[arg-type]


def rule(loss: str, negatives: int) -> Rule:
    return Rule(LOSS_CODES[loss], negatives, 1, np.float32(0.8), np.float32(0.05), np.float32(0.02))


def learn(tables: Tables, cells: npt.NDArray[np.uint64], how: Rule) -> tuple[float, int, int, npt.NDArray[np.int64]]:
    histogram = np.zeros(kernels.BINS, np.int64)
    lanes = kernels.lanes_of(tables.users.shape[1])
    row, key, fixed = np.uint64(ROW), np.uint64(KEY), kernels.constants(len(tables.items))
    result = learn_in_portion(lanes, tables, cells, row, MEMBERS, how, fixed, key, histogram)
    return (*result, histogram)


@pytest.mark.parametrize("loss", ["bpr", "hinge", "bce"])
@pytest.mark.parametrize(("factors", "biased", "negatives"), [(3, True, 1), (64, False, 1), (17, False, 4)])
def test_that_the_kernel_takes_the_steps_of_the_reference(
    loss: str, factors: int, biased: bool, negatives: int
) -> None:
    """Its triples are those of ``draw_in_portion``, of which the test above tells."""
    train = training()
    pairs, how = pairs_of(train), rule(loss, negatives)
    tables = fresh(train, factors, biased)
    wanted = precise(tables)
    got = learn(tables, cells_of(pairs), how)
    total, learned, at_a_time = 0.0, 0, kernels.CHUNK // negatives
    for first in range(0, len(pairs), at_a_time):
        stop = min(first + at_a_time, len(pairs))
        _, triples = draw(cells_of(pairs), first, stop, negatives)
        for user, item, negative in triples.T.tolist():
            scores = (score(wanted, user, item), score(wanted, user, negative))
            lost, up, down = pair_loss(how.loss, 0.8, *scores, 1 / negatives)
            step(wanted, user, item, negative, up, down, how)
            total, learned = total + lost, learned + 1
    assert got[0] == pytest.approx(total, rel=1e-4)
    assert got[1] == got[3].sum() == learned
    assert got[2] == len(pairs) - learned // negatives > 0
    for mine, theirs in zip(tables, wanted, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-3, atol=1e-5)


def test_that_one_positive_alone_gives_what_the_reference_learns() -> None:
    train = training()
    pair = pairs_of(train)[0]
    alone = Events(np.array([pair[0]], np.int32), np.array([pair[1]], np.int32), None, None, 10, 90)
    tables = fresh(train, 8, True)
    wanted = precise(tables)
    got = learn(tables, cells_of([pair]), rule("bpr", 1))
    want = learn_reference(wanted, [pair], ROW, alone.pairs, MEMBERS, rule("bpr", 1), KEY)
    assert got[0] == pytest.approx(want[0], rel=1e-5)
    for mine, theirs in zip(tables, wanted, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=2e-6)
