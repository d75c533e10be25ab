from __future__ import annotations

import numpy as np
import pytest

from core.benching import BENCHES
from core.benching.inputs import made_up
from core.benching.measuring import Contender, Timed, best_peer, headline, ratio, repeated, take_turns
from core.benching.options import Options
from core.benching.peers import PEERS, peers_for
from core.errors import UsageError


def timed(name: str, seconds: tuple[float, ...], units: float, **more: bool) -> Timed:
    kinds = {"ours": False, "bound": False, "headline": False, **more}
    return Timed(name, kinds["ours"], kinds["bound"], kinds["headline"], seconds, units)


def test_that_everybody_has_a_turn_in_each_round_and_the_warm_up_is_not_counted() -> None:
    turns: list[str] = []

    def contender(name: str, units: float) -> Contender:
        def turn() -> float:
            turns.append(name)
            return units

        return Contender(name, turn)

    found = list(take_turns([contender("a", 3.0), contender("b", 5.0)], rounds=2))
    assert turns == ["a", "b"] * 3
    assert [len(each[0].seconds) for each in found] == [1, 2]
    assert [each.units for each in found[-1]] == [3.0, 5.0]


def test_that_ratios_are_paired_by_round_and_count_units() -> None:
    # per unit: ours .1, .1, .2; theirs .4, .2, .2
    ours, theirs = timed("ours", (1.0, 1.0, 2.0), 10, ours=True), timed("theirs", (2.0, 1.0, 1.0), 5)
    found = ratio(ours, theirs)
    assert (found.median, found.low, found.high) == pytest.approx((2.0, 1.0, 4.0))


def test_that_a_bound_is_never_the_best_peer_and_the_headline_is_the_one_marked() -> None:
    all_of_them = [
        timed("slow of ours", (3.0,), 1, ours=True),
        timed("ours", (1.0,), 1, ours=True, headline=True),
        timed("slow peer", (5.0,), 1),
        timed("peer", (4.0,), 1),
        timed("matrix product", (0.1,), 1, bound=True),
    ]
    best = best_peer(all_of_them)
    assert best is not None
    assert best.name == "peer"
    assert headline(all_of_them).name == "ours"
    assert best_peer(all_of_them[:2]) is None


def test_that_a_turn_is_repeated_as_often_as_asked() -> None:
    assert repeated(lambda: 2.0, asked=4)() == 8.0
    assert repeated(lambda: 1.0, at_least=0.0)() == 1.0


def test_that_made_up_interactions_are_long_tailed_and_repeatable() -> None:
    users, items, times = made_up(50_000)
    again = made_up(50_000)
    assert all(np.array_equal(a, b) for a, b in zip((users, items, times), again, strict=True))
    assert len(users) == len(items) == len(times) == 50_000
    counts = np.sort(np.bincount(items))[::-1]
    # the upper tenth of the items has far more than its share
    assert counts[: len(counts) // 10].sum() > 0.25 * 50_000
    assert users.max() < 50_000 // 100


def test_that_every_bench_names_peers_that_exist() -> None:
    for entry in BENCHES.values():
        assert set(entry.peers) <= set(PEERS)


def test_that_a_missing_peer_is_told_and_a_wrong_one_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    found, notes = peers_for("train-neumf", Options())
    assert found == []
    assert notes == ("RecBole is not installed (pip install recbole)",)
    with pytest.raises(UsageError, match="not installed"):
        peers_for("train-neumf", Options(peers=("recbole",)))
    with pytest.raises(UsageError, match="no peer of train-neumf"):
        peers_for("train-neumf", Options(peers=("irspack",)))
    assert peers_for("train-neumf", Options(peers=("none",))) == ([], ())
