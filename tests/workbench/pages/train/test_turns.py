from __future__ import annotations

from workbench.pages.train.turns import EVERY, FRESH, SLOWEST, Turns

PARTS = ("loss", "log")
PACES = {"loss": 0.2, "log": 0.6}


class Clock:
    now = 50.0

    def __call__(self) -> float:
        return self.now


def drawn(turns: Turns, clock: Clock, seconds: float) -> dict[str, int]:
    """How often each part is drawn in so many seconds when there is time for all that is due."""
    counted = dict.fromkeys(turns.parts, 0)
    for _ in range(round(seconds * 64)):
        clock.now += 1 / 64
        for part in turns.due():
            counted[part] += turns.draws(part, clock.now)
    return counted


def test_that_the_loss_of_a_young_run_is_drawn_four_times_a_second() -> None:
    clock = Clock()
    found = drawn(Turns(EVERY, clock=clock), clock, 8.0)
    assert found["loss"] >= 4 * 8
    assert all(found[part] >= 7 for part in EVERY)


def test_that_an_old_run_is_drawn_more_seldom_and_another_one_as_often_again() -> None:
    clock = Clock()
    turns = Turns(PARTS, PACES, clock)
    young = drawn(turns, clock, FRESH)["loss"]
    clock.now += 3600
    assert drawn(turns, clock, FRESH)["loss"] <= young / SLOWEST + 2
    turns.begin()
    assert drawn(turns, clock, FRESH)["loss"] == young


def test_that_what_is_latest_for_its_own_pace_comes_first() -> None:
    clock = Clock()
    turns = Turns(PARTS, PACES, clock)
    for part in PARTS:
        assert turns.draws(part, 1)
    clock.now += 0.3
    assert turns.due() == ["loss"]
    clock.now += 0.4
    assert turns.due() == ["loss", "log"]
    turns.draws("loss", 2)
    assert turns.due() == ["log"]


def test_that_the_loss_goes_first_and_keeps_nothing_from_being_drawn() -> None:
    clock = Clock()
    turns = Turns(EVERY, clock=clock)
    counted = dict.fromkeys(EVERY, 0)
    # time for one drawing in a tenth of a second, which is less than what is due
    for _ in range(100):
        clock.now += 0.1
        for part in turns.due()[:1]:
            counted[part] += turns.draws(part, clock.now)
    assert counted["loss"] >= 30
    assert all(drawings >= 4 for drawings in counted.values())


def test_that_no_part_is_drawn_twice_of_the_same_state() -> None:
    clock = Clock()
    turns = Turns(PARTS, PACES, clock)
    assert turns.draws("loss", 1)
    clock.now += 60
    assert not turns.draws("loss", 1)
    turns.forget("loss")
    assert turns.never_drawn == list(PARTS)
    assert turns.draws("loss", 1)


def test_that_all_of_a_run_that_has_ended_is_due() -> None:
    clock = Clock()
    turns = Turns(PARTS, PACES, clock)
    for part in PARTS:
        turns.draws(part, 1)
    assert turns.due() == []
    assert set(turns.due(ended=True)) == set(PARTS)
