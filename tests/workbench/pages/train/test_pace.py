from __future__ import annotations

import pytest

from workbench.pages.train.pace import LEAST, MOST, SHARE, Pace


class Clocks:
    passed = 100.0
    spent = 5.0

    def pace(self) -> Pace:
        return Pace(lambda: self.passed, lambda: self.spent)


def test_that_drawing_takes_no_more_than_its_share_of_the_time() -> None:
    clocks, drawn = Clocks(), 0
    pace = clocks.pace()
    for _ in range(40_000):
        clocks.passed += 0.001
        if pace.allows():
            clocks.passed += 0.005
            clocks.spent += 0.005
            drawn += 1
    assert drawn * 0.005 / (clocks.passed - 100.0) == pytest.approx(SHARE, rel=0.05)


def test_that_cheap_drawing_is_never_held_up() -> None:
    clocks = Clocks()
    pace = clocks.pace()
    for _ in range(1000):
        clocks.passed += 0.035
        clocks.spent += 0.9 * SHARE * 0.035
        assert pace.allows()


@pytest.mark.parametrize("idle", [0.0, 3600.0])
def test_that_other_work_of_the_window_holds_drawing_up_for_no_longer_than_what_may_be_owed(idle: float) -> None:
    clocks = Clocks()
    pace = clocks.pace()
    clocks.passed += idle
    pace.allows()
    clocks.passed += 2.0
    clocks.spent += 2.0
    assert not pace.allows()
    clocks.passed += -LEAST / SHARE * 1.01
    assert pace.allows()
    # what was not used for an hour is not made up for
    clocks.passed += 3600
    assert pace.allows()
    clocks.spent += 1.01 * MOST
    assert not pace.allows()


def test_that_what_somebody_waited_for_is_forgiven() -> None:
    clocks = Clocks()
    pace = clocks.pace()
    clocks.spent += 1.0
    pace.forgive()
    clocks.passed += 0.001
    assert pace.allows()
